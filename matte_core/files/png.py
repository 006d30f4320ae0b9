"""PNG files, with 8 or 16 bits, and what goes along with the pixels.

References
----------
Portable Network Graphics (PNG) Specification, third edition. Register of Public PNG Chunks: oFFs.
"""

import struct
import zlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.base.threads import cores, most_threads
from matte_core.files.metadata import Metadata, photoshop_block

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
#: Where the first chunk, which tells size and kind, ends.
HEADER_END = len(_SIGNATURE) + 12 + 13
_INCHES_PER_M = 1 / 0.0254
_COLOR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}  # by the number of channels
_SUB = 1  # the filter that stores differences to the pixel on the left
_STRIP_BYTES = 1 << 20
_ZLIB_HEAD = b"\x78\x01"
_ADLER = 65521

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
    if pixels.dtype == np.uint16 or (pixels.ndim == 3 and pixels.shape[2] == 2):
        return _in_strips(pixels)
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


def _in_strips(pixels: NDArray[Any]) -> bytes:
    """Encode what OpenCV does not, gray and alpha, or slowly, 16 bits: strips, on all cores."""
    stacked = pixels if pixels.ndim == 3 else pixels[..., None]
    height, width, samples = stacked.shape
    step = samples * stacked.itemsize
    rows = max(_STRIP_BYTES // (width * step), 1)

    def strip(top: int) -> tuple[bytes, int, int]:
        """Return rows compressed, their checksum, and how many bytes they were."""
        part = stacked[top : top + rows]
        values = part.astype(part.dtype.newbyteorder(">")).view(np.uint8).reshape(len(part), -1)
        filtered: Any = np.empty((len(part), values.shape[1] + 1), np.uint8)
        filtered[:, 0] = _SUB
        filtered[:, 1 : 1 + step] = values[:, :step]
        np.subtract(values[:, step:], values[:, :-step], out=filtered[:, 1 + step :])
        # The lower bytes of 16 bits look like noise, in which looking for repetitions is in vain.
        effort, strategy = (4, zlib.Z_DEFAULT_STRATEGY) if part.itemsize == 1 else (1, zlib.Z_RLE)
        packer = zlib.compressobj(effort, wbits=-zlib.MAX_WBITS, strategy=strategy)
        is_last = top + rows >= height
        data = packer.compress(filtered) + packer.flush(
            zlib.Z_FINISH if is_last else zlib.Z_FULL_FLUSH
        )
        return data, zlib.adler32(filtered), filtered.size

    header = struct.pack(
        ">IIBBBBB", width, height, 8 * stacked.itemsize, _COLOR_TYPES[samples], 0, 0, 0
    )
    chunks = [packed(b"IHDR", header), packed(b"IDAT", _ZLIB_HEAD)]
    low, high = 1, 0
    # zlib lets go of Python's lock.
    with ThreadPoolExecutor(most_threads() or cores()) as pool:
        for data, checksum, size in pool.map(strip, range(0, height, rows)):
            chunks.append(packed(b"IDAT", data))
            # Adler-32 of both, from that of each (RFC 1950; zlib's adler32_combine).
            high = (high + (checksum >> 16) + size * (low - 1)) % _ADLER
            low = (low + (checksum & 0xFFFF) - 1) % _ADLER
    chunks += [packed(b"IDAT", struct.pack(">HH", high, low)), packed(b"IEND", b"")]
    return _SIGNATURE + b"".join(chunks)


def packed(kind: bytes, content: bytes) -> bytes:
    """Return a chunk as it is in a file."""
    checksum = zlib.crc32(content, zlib.crc32(kind))
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
