"""Pictures on disk: read with all that matters about them, written completely or not at all.

| module | what |
|---|---|
| `header` | what a file says about its picture, read before any pixel is decoded |
| `jpeg`, `png`, `tiff`, `webp`, `bmp` | the headers of these formats |
| `reading` | `read_picture`: photos; `read_plane`: masks, alphas; `read_marked`: strokes |
| `writing` | `encode_png`, `encode_jpeg`, `write_whole` |

OpenCV does the decoding. On its own, it ignores transparency, orientation or the color profile in
several of these formats, so the headers tell the reader what to do about them.
"""

from matte_core.files.reading import Picture, read_marked, read_picture, read_plane
from matte_core.files.writing import encode_jpeg, encode_png, write_whole

__all__ = [
    "Picture",
    "encode_jpeg",
    "encode_png",
    "read_marked",
    "read_picture",
    "read_plane",
    "write_whole",
]
