"""The only place that reads and writes layers and pixels.

| module | what |
|---|---|
| `pixels` | pixels of a drawable in and out, in the encodings that keep them exact |
| `items` | layers and channels: selection, undo steps, tags |
| `reading` | layers, masks, the selection, and trimaps as arrays for the worker |
| `masks` | an alpha as a layer mask, a selection, or a channel |
| `copying` | copies any kind of layer as plain pixels |
| `layers` | new layers and images made from a layer |
| `files` | image files, by GIMP's own loaders and exporters |
| `composing` | a layer group of a subject and its new background |
"""
