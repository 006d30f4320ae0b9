"""The live preview of a dialog: its thread, its picture, and the dialog around both."""
