"""The one place that touches layers and pixels: reads what an action needs, writes results back.

| module | what |
|---|---|
| `pixels` | pixels of a drawable in and out, in the encodings that keep them exact |
| `items` | layers and channels as items: which are meant, one undo step, tags |
| `reading` | a layer, its mask, the selection, a trimap, as arrays for the worker |
| `masks` | an alpha as a layer mask, a selection, or a channel |
| `copying` | a layer as plain pixels, whatever it is |
| `layers` | new layers and images made of a layer |
| `files` | pictures on disk, by GIMP's own loaders and exporters |
| `composing` | a group of a subject and its new background |
"""
