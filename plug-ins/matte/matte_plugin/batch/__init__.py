"""Cutting out many: all layers of an image, all open images, or a folder.

| module | what |
|---|---|
| `loop` | runs a batch with one worker and one report, in any of GIMP's run modes |
| `window` | progress, Cancel, and the report in a window |
| `layer_jobs` | layers of open images: shared arguments, and which layers count |
"""
