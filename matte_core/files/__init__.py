"""Pictures on disk: read with everything that matters about them, written whole or not at all.

| module | what |
|---|---|
| `header` | what a file says about itself before anything is decoded |
| `jpeg`, `png`, `tiff`, `webp`, `bmp` | the header of one format each (standard library only) |
| `reading` | `read_picture`: a photo; `read_plane`: a mask, trimap or alpha |
| `writing` | `encode_png`, `encode_jpeg`, `write_whole` |

OpenCV does the decoding. It is told what to do by the header, because on its own it forgets
transparency, orientation or color profile in several of these formats.
"""

from matte_core.files.reading import Picture, read_picture, read_plane
from matte_core.files.writing import encode_jpeg, encode_png, write_whole

__all__ = [
    "Picture",
    "encode_jpeg",
    "encode_png",
    "read_picture",
    "read_plane",
    "write_whole",
]
