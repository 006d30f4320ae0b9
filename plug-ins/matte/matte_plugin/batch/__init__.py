"""Cutting out many: all layers of an image, all open images, a folder of pictures.

| module | what |
|---|---|
| `report` | what became of each, for a person and for a script |
| `plan` | which files of a folder become which |
| `loop` | one worker, one report, and every mode that GIMP asks for |
| `window` | progress, Cancel and the report, in a window |
| `layer_jobs` | layers of open images: shared arguments, and which layers count |
"""
