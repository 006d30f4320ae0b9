"""Pictures on disk: read with all that matters about them, written completely or not at all.

| module | what |
|---|---|
| `sniffing` | what a file is, by its first bytes |
| `opening` | Pillow's view of a file, and its failures in clear words |
| `deep` | more than 8 bits per channel |
| `color` | color profiles; CMYK and CIELAB to sRGB |
| `metadata` | resolution, EXIF, IPTC and XMP data, and what of it is passed on |
| `reading` | `read_picture`: photos; `read_plane`: masks, alphas; `read_marked`: strokes |
| `pixels` | the pixels of a file as an image and its alpha |
| `animation` | the frames of an animation, one by one |
| `png`, `apng`, `tiff`, `gif` | encoders for what neither Pillow nor OpenCV writes |
| `writing` | `encode`, `encode_animation`, `encode_png`, `encode_jpeg`, `write_whole` |
"""

from matte_core.files.metadata import Metadata
from matte_core.files.reading import (
    Picture,
    decode_picture,
    megapixels_of,
    read_marked,
    read_picture,
    read_plane,
)
from matte_core.files.writing import encode, encode_jpeg, encode_png, write_whole

__all__ = [
    "Metadata",
    "Picture",
    "decode_picture",
    "encode",
    "encode_jpeg",
    "encode_png",
    "megapixels_of",
    "read_marked",
    "read_picture",
    "read_plane",
    "write_whole",
]
