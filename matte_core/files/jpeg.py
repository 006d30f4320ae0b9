"""The header of a JPEG file (ITU-T T.81, annex B), and how to add a color profile."""

import struct

from matte_core.files.header import Damaged, Header, Unsupported, rgb_profile
from matte_core.files.tiff import exif_orientation

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_STANDALONE = frozenset((0x01, *range(0xD0, 0xD8)))
_APP1, _APP2, _START_OF_SCAN, _END_OF_IMAGE = 0xE1, 0xE2, 0xDA, 0xD9
_ICC = b"ICC_PROFILE\0"
_EXIF = b"Exif\0\0"
_ICC_PART_BYTES = 65519


def parse(data: bytes) -> Header:
    """Read the header of a JPEG file."""
    frame: tuple[int, int, int, int] | None = None
    orientation = 1
    profile: dict[int, bytes] = {}
    at = 2
    while True:
        marker, at = _next_marker(data, at)
        if marker in _STANDALONE:
            continue
        if marker == _END_OF_IMAGE:
            raise Damaged("it contains no picture")
        length = int.from_bytes(data[at : at + 2], "big")
        segment = data[at + 2 : at + length]
        if length < 2 or len(segment) != length - 2:
            raise Damaged("its header is truncated")
        if marker in _FRAMES:
            if len(segment) < 6:
                raise Damaged("its frame header is too short")
            frame = struct.unpack_from(">BHHB", segment)
        elif marker == _APP1 and segment.startswith(_EXIF):
            orientation = exif_orientation(segment[len(_EXIF) :])
        elif marker == _APP2 and segment.startswith(_ICC) and len(segment) > len(_ICC) + 2:
            profile[segment[len(_ICC)]] = segment[len(_ICC) + 2 :]
        at += length
        if marker == _START_OF_SCAN:
            break
    if frame is None:
        raise Damaged("its size is missing")
    bits, height, width, components = frame
    if components == 4:
        raise Unsupported("a JPEG in CMYK colors")
    if bits != 8:
        raise Unsupported(f"a JPEG with {bits} bits per channel")
    # Among the coded pixels, a byte 0xFF is always followed by 0x00 or a restart marker.
    if data.find(b"\xff\xd9", at) < 0:
        raise Damaged("it is truncated: its end is missing")
    joined = b"".join(profile[number] for number in sorted(profile))
    return Header("JPEG", width, height, orientation, rgb_profile(joined))


def with_profile(jpeg: bytes, profile: bytes) -> bytes:
    """Return a JPEG file with an ICC profile added (ICC.1:2022, B.4)."""
    parts = [profile[i : i + _ICC_PART_BYTES] for i in range(0, len(profile), _ICC_PART_BYTES)]
    segments = b"".join(
        b"\xff\xe2"
        + struct.pack(">H", 2 + len(_ICC) + 2 + len(part))
        + _ICC
        + bytes((number, len(parts)))
        + part
        for number, part in enumerate(parts, 1)
    )
    # JFIF requires its own segment to come first.
    at = 2 + 2 + int.from_bytes(jpeg[4:6], "big") if jpeg[2:4] == b"\xff\xe0" else 2
    return jpeg[:at] + segments + jpeg[at:]


def _next_marker(data: bytes, at: int) -> tuple[int, int]:
    """Return the marker at or after `at`, and the offset of its segment."""
    at = data.find(b"\xff", at)
    while 0 <= at < len(data) and data[at] == 0xFF:
        at += 1
    if at < 0 or at >= len(data):
        raise Damaged("its header is truncated")
    return data[at], at + 1
