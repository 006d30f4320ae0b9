"""The header of a PNG file (PNG specification, 3rd edition), and how to add chunks.

OpenCV ignores the transparent gray level of a gray PNG; the header tells it to the reader.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator

from matte_core.files.header import Damaged, Header, rgb_profile
from matte_core.files.tiff import exif_orientation

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_IHDR_END = len(SIGNATURE) + 12 + 13
_GRAY = 0
_MAX_PROFILE_BYTES = 1 << 24

Chunk = tuple[bytes, bytes]


def parse(data: bytes) -> Header:
    """Read the header of a PNG file, and check that every chunk is complete and undamaged."""
    header: tuple[int, ...] | None = None
    orientation, profile, gray_key = 1, None, None
    for kind, content in _chunks(data):
        if header is None:
            if kind != b"IHDR" or len(content) != 13:
                raise Damaged("it does not start with a header")
            header = struct.unpack(">IIBBBBB", content)
            if header[2] not in (1, 2, 4, 8, 16):
                raise Damaged(f"it has {header[2]} bits per sample")
        elif kind == b"eXIf":
            orientation = exif_orientation(bytes(content))
        elif kind == b"iCCP":
            profile = _profile(bytes(content))
        elif kind == b"tRNS" and header[3] == _GRAY and len(content) == 2:
            bits = header[2]
            level = int.from_bytes(content, "big") & ((1 << bits) - 1)
            # OpenCV scales gray levels of 1, 2 and 4 bits to 0 to 255.
            gray_key = level * 255 // ((1 << bits) - 1) if bits < 8 else level
    if header is None:
        raise Damaged("it contains no picture")
    return Header("PNG", header[0], header[1], orientation, profile, gray_key)


def with_chunks(png: bytes, chunks: Iterable[Chunk]) -> bytes:
    """Return a PNG file with chunks added right after its header."""
    packed = b"".join(
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(content, zlib.crc32(kind)))
        for kind, content in chunks
    )
    return png[:_IHDR_END] + packed + png[_IHDR_END:]


def profile_chunk(profile: bytes) -> Chunk:
    """Return the chunk that contains an ICC profile."""
    return b"iCCP", b"ICC profile\0\0" + zlib.compress(profile)


def offset_chunk(left_px: int, top_px: int) -> Chunk:
    """Return the chunk for the position of the picture on its page, which GIMP respects."""
    return b"oFFs", struct.pack(">iiB", left_px, top_px, 0)


def _chunks(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    view = memoryview(data)
    at = len(SIGNATURE)
    while True:
        if at + 12 > len(data):
            raise Damaged(f"it is truncated after {len(data)} bytes")
        length = int.from_bytes(view[at : at + 4], "big")
        kind, content = bytes(view[at + 4 : at + 8]), view[at + 8 : at + 8 + length]
        at += 12 + length
        if at > len(data):
            raise Damaged(f"it is truncated: {len(data)} of at least {at} bytes")
        if zlib.crc32(content, zlib.crc32(kind)) != int.from_bytes(view[at - 4 : at], "big"):
            raise Damaged(f"the checksum of its {kind.decode('latin-1')} chunk is wrong")
        if kind == b"IEND":
            return
        yield kind, content


def _profile(content: bytes) -> bytes | None:
    """Unpack a color profile; a damaged one is no reason to reject the picture."""
    _, _, rest = content.partition(b"\0")
    try:
        return rgb_profile(zlib.decompressobj().decompress(rest[1:], _MAX_PROFILE_BYTES))
    except zlib.error:
        return None
