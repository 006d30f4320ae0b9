"""PNG files, with 8 or 16 bits, and what goes along with the pixels.

References
----------
Portable Network Graphics (PNG) Specification, third edition. Register of Public PNG Chunks: oFFs.
"""

import struct
import zlib
from collections.abc import Iterable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.files.metadata import Metadata, photoshop_block

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
#: Where the first chunk, which tells size and kind, ends.
HEADER_END = len(_SIGNATURE) + 12 + 13
_INCHES_PER_M = 1 / 0.0254
_GRAY_AND_ALPHA = 4
_SUB = 1  # the filter that stores differences to the pixel on the left

# Chunks that are nothing without the pixels, or end the file.
_ABOUT_PIXELS = (
    *(b"IDAT", b"IEND", b"PLTE", b"tRNS", b"sBIT", b"bKGD", b"hIST"),
    *(b"acTL", b"fcTL", b"fdAT"),
)

Chunk = tuple[bytes, bytes]


def encode(pixels: NDArray[Any]) -> bytes:
    """Encode (H, W), (H, W, 2), (H, W, 3) or (H, W, 4), uint8 or uint16, without anything else.

    Raises
    ------
    ValueError
        If the picture is too large for the format.
    """
    if pixels.ndim == 3 and pixels.shape[2] == 2:
        return _gray_and_alpha(pixels)
    if pixels.ndim == 3:
        code = cv2.COLOR_RGBA2BGRA if pixels.shape[2] == 4 else cv2.COLOR_RGB2BGR
        pixels = cv2.cvtColor(np.ascontiguousarray(pixels), code)
    # OpenCV's default settings are faster than any level, and the files no larger.
    is_encoded, encoded = cv2.imencode(".png", pixels)
    if not is_encoded:
        raise ValueError("too large")
    return encoded.tobytes()


def with_chunks(png: bytes, chunks: Iterable[Chunk]) -> bytes:
    """Return a PNG file with chunks added right after its header."""
    added = b"".join(packed(*chunk) for chunk in chunks)
    return png[:HEADER_END] + added + png[HEADER_END:]


def size_of(png: bytes) -> tuple[int, int]:
    """Return the width and height of a PNG file."""
    width, height = struct.unpack_from(">II", png, len(_SIGNATURE) + 8)
    return width, height


def without_pixels(png: bytes) -> bytes:
    """Return what an intact PNG file says about its picture, as a file of a single pixel.

    What follows the pixels can then be read without decoding them.
    """
    kept, at = [], HEADER_END
    while at + 12 <= len(png):
        end = at + 12 + int.from_bytes(png[at : at + 4], "big")
        if png[at + 4 : at + 8] not in _ABOUT_PIXELS:
            kept.append(png[at:end])
        at = end
    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixel = packed(b"IDAT", zlib.compress(bytes(2)))
    parts = [_SIGNATURE, packed(b"IHDR", header), *kept, pixel, packed(b"IEND", b"")]
    return b"".join(parts)


def offset_chunk(left_px: int, top_px: int) -> Chunk:
    """Return the chunk for the position of the picture on its page, which GIMP respects."""
    return b"oFFs", struct.pack(">iiB", left_px, top_px, 0)


def chunks_of(icc_profile: bytes | None, metadata: Metadata) -> list[Chunk]:
    """Return the chunks for a color profile and metadata."""
    chunks = []
    if icc_profile:
        chunks.append((b"iCCP", b"ICC profile\0\0" + zlib.compress(icc_profile)))
    if metadata.dpi:
        across, down = (round(value * _INCHES_PER_M) for value in metadata.dpi)
        chunks.append((b"pHYs", struct.pack(">IIB", across, down, 1)))
    if metadata.exif:
        chunks.append((b"eXIf", metadata.exif))
    if metadata.xmp:
        head = b"XML:com.adobe.xmp\0\1\0\0\0"  # compressed, no language, no translated keyword
        chunks.append((b"iTXt", head + zlib.compress(metadata.xmp)))
    if metadata.iptc:
        # PNG has no place for it; this is ImageMagick's, which ExifTool and GIMP read too.
        block = photoshop_block(metadata.iptc)
        lines = "\n".join(block.hex()[at : at + 72] for at in range(0, 2 * len(block), 72))
        text = f"\niptc\n{len(block):8}\n{lines}\n".encode()
        chunks.append((b"zTXt", b"Raw profile type iptc\0\0" + zlib.compress(text)))
    return chunks


def _gray_and_alpha(pixels: NDArray[Any]) -> bytes:
    """Encode gray and alpha, which OpenCV does not."""
    height, width = pixels.shape[:2]
    bits = 8 * pixels.itemsize
    rows = pixels.astype(pixels.dtype.newbyteorder(">")).view(np.uint8).reshape(height, -1)
    step = 2 * pixels.itemsize
    filtered = np.empty((height, rows.shape[1] + 1), np.uint8)
    filtered[:, 0] = _SUB
    filtered[:, 1 : 1 + step] = rows[:, :step]
    filtered[:, 1 + step :] = rows[:, step:] - rows[:, :-step]
    header = struct.pack(">IIBBBBB", width, height, bits, _GRAY_AND_ALPHA, 0, 0, 0)
    data = zlib.compress(filtered.tobytes(), 4)
    return _SIGNATURE + packed(b"IHDR", header) + packed(b"IDAT", data) + packed(b"IEND", b"")


def packed(kind: bytes, content: bytes) -> bytes:
    """Return a chunk as it is in a file."""
    checksum = zlib.crc32(content, zlib.crc32(kind))
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
