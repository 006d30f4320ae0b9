"""The plug-in behind `matte.py`: actions, dialogs, and access to GIMP's documents."""
