"""The header of a WebP file (WebP container specification; RFC 9649)."""

from collections.abc import Iterator

from matte_core.files.header import Damaged, Header, rgb_profile
from matte_core.files.tiff import exif_orientation

_LOSSLESS_SIGNATURE = 0x2F
_FRAME_START = b"\x9d\x01\x2a"


def parse(data: bytes) -> Header:
    """Read the header of a WebP file; the first frame of an animation is the picture."""
    announced = int.from_bytes(data[4:8], "little") + 8
    if announced > len(data):
        raise Damaged(f"it is truncated: {len(data)} of {announced} bytes")
    size: tuple[int, int] | None = None
    orientation, profile = 1, None
    for kind, content in _chunks(data[:announced]):
        if size is None and kind in (b"VP8X", b"VP8 ", b"VP8L"):
            size = _size(kind, content)
        elif kind == b"EXIF":
            orientation = exif_orientation(content.removeprefix(b"Exif\0\0"))
        elif kind == b"ICCP":
            profile = rgb_profile(content)
    if size is None:
        raise Damaged("its size is missing")
    return Header("WebP", *size, orientation, profile)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    while at + 8 <= len(data):
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        if at + 8 + length > len(data):
            raise Damaged("one of its chunks is truncated")
        yield data[at : at + 4], data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def _size(kind: bytes, content: bytes) -> tuple[int, int]:
    if len(content) < 10 and kind != b"VP8L":
        raise Damaged("its frame header is too short")
    if kind == b"VP8X":
        return (
            int.from_bytes(content[4:7], "little") + 1,
            int.from_bytes(content[7:10], "little") + 1,
        )
    if kind == b"VP8L":
        if len(content) < 5 or content[0] != _LOSSLESS_SIGNATURE:
            raise Damaged("its lossless frame is not valid")
        packed = int.from_bytes(content[1:5], "little")
        return (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
    if content[3:6] != _FRAME_START:
        raise Damaged("its frame is not valid")
    return (
        int.from_bytes(content[6:8], "little") & 0x3FFF,
        int.from_bytes(content[8:10], "little") & 0x3FFF,
    )
