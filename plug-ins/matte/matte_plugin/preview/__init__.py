"""The live preview in the dialogs."""
