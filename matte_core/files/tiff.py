"""TIFF files: 8 or 16 bits, with straight alpha, and what goes along with the pixels.

Neither Pillow nor OpenCV writes RGB and alpha with 16 bits such that others know the alpha.

References
----------
TIFF Revision 6.0; Adobe Photoshop TIFF Technical Notes (Deflate); XMP Specification, part 3.
"""

import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from numpy.typing import NDArray
from PIL.TiffImagePlugin import IFDRational, ImageFileDirectory_v2

from matte_core.base.threads import cores, most_threads
from matte_core.files.metadata import Metadata, exif_directory

_HEAD = b"II*\0"
_START = 8
_DEFLATE, _GRAY, _RGB, _PREDICTED, _INCH, _STRAIGHT = 8, 1, 2, 2, 2, 2
_EFFORT = 4  # of zlib; 6 takes three times as long for files that are 8 % smaller
_STRIP_BYTES = 1 << 20
_LARGEST = 0xFFFFFFFF - (1 << 20)
_SHORT, _LONG, _UNDEFINED, _BYTE = 3, 4, 7, 1


def encode(pixels: NDArray[Any], icc_profile: bytes | None, metadata: Metadata) -> bytes:
    """Encode (H, W), (H, W, 2), (H, W, 3) or (H, W, 4), uint8 or uint16.

    Raises
    ------
    ValueError
        If the picture is too large for the format.
    """
    stacked = pixels if pixels.ndim == 3 else pixels[..., None]
    height, width, samples = stacked.shape
    rows = max(_STRIP_BYTES // (width * samples * stacked.itemsize), 1)
    # zlib lets go of Python's lock.
    with ThreadPoolExecutor(most_threads() or cores()) as pool:
        tops = range(0, height, rows)
        strips = list(pool.map(lambda top: _packed(stacked[top : top + rows]), tops))
    lengths = [len(strip) for strip in strips]
    if sum(lengths) > _LARGEST:
        raise ValueError("too large")
    # From the end of the directory, which Pillow adds.
    offsets = [sum(lengths[:number]) for number in range(len(strips))]
    directory = _directory(metadata, icc_profile)
    has_alpha = samples in (2, 4)
    for tag, kind, value in (
        (256, _LONG, width),
        (257, _LONG, height),
        (258, _SHORT, (8 * stacked.itemsize,) * samples),
        (259, _SHORT, _DEFLATE),
        (262, _SHORT, _GRAY if samples < 3 else _RGB),
        (273, _LONG, tuple(offsets)),
        (277, _SHORT, samples),
        (278, _LONG, rows),
        (279, _LONG, tuple(lengths)),
        (284, _SHORT, 1),
        (317, _SHORT, _PREDICTED),
        *(((338, _SHORT, (_STRAIGHT,)),) if has_alpha else ()),
    ):
        directory.tagtype[tag] = kind
        directory[tag] = value
    packed = directory.tobytes(_START)
    return _HEAD + _START.to_bytes(4, "little") + packed + b"".join(strips)


def _packed(rows: NDArray[Any]) -> bytes:
    """Compress a strip, as differences to the pixel on the left."""
    little = rows.astype(rows.dtype.newbyteorder("<"))
    little[:, 1:] -= rows[:, :-1]
    # The lower bytes of 16 bits look like noise, in which looking for repetitions is in vain.
    strategy = zlib.Z_DEFAULT_STRATEGY if rows.itemsize == 1 else zlib.Z_RLE
    packer = zlib.compressobj(_EFFORT, strategy=strategy)
    return packer.compress(little.tobytes()) + packer.flush()


def _directory(metadata: Metadata, icc_profile: bytes | None) -> ImageFileDirectory_v2:
    directory = exif_directory(metadata.exif)
    if metadata.dpi:
        directory[282], directory[283] = (IFDRational(value) for value in metadata.dpi)
        directory[296] = _INCH
    for tag, kind, content in (
        (700, _BYTE, metadata.xmp),
        (33723, _UNDEFINED, metadata.iptc),
        (34675, _UNDEFINED, icc_profile),
    ):
        if content:
            directory.tagtype[tag] = kind
            directory[tag] = content
    return directory
