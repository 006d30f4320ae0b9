"""Animated PNG files, put together from single ones, so that no two frames are in memory at once.

References
----------
Portable Network Graphics (PNG) Specification, third edition: acTL, fcTL, fdAT.
"""

import struct
from collections.abc import Iterable, Iterator

from matte_core.files import png

_MOST_SHORT = 0xFFFF
_CLEAR, _REPLACE = 1, 0  # what is left behind by a frame, and what it does to what is there


def assemble(frames: Iterable[tuple[bytes, float]], plays: int, chunks: list[png.Chunk]) -> bytes:
    """Return an animated PNG.

    Parameters
    ----------
    frames : iterable of (bytes, float)
        PNG files of the same size and kind, and how many milliseconds each is shown.
    plays : int
        How often all are shown; 0 is forever.
    chunks : list of (bytes, bytes)
        What goes along; see `png.chunks_of`.
    """
    header, parts, number, count = b"", [], 0, 0
    for data, milliseconds in frames:
        width, height = png.size_of(data)
        header = header or data[: png.HEADER_END]
        control = struct.pack(">IIIII", number, width, height, 0, 0) + struct.pack(
            ">HHBB", *_delay(milliseconds), _CLEAR, _REPLACE
        )
        parts.append(png.packed(b"fcTL", control))
        number += 1
        for content in _pixel_chunks(data):
            if count == 0:
                parts.append(png.packed(b"IDAT", content))
            else:
                parts.append(png.packed(b"fdAT", struct.pack(">I", number) + content))
                number += 1
        count += 1
    before = [*chunks, (b"acTL", struct.pack(">II", count, plays))]
    packed = [png.packed(*chunk) for chunk in before]
    return header + b"".join([*packed, *parts, png.packed(b"IEND", b"")])


def _delay(milliseconds: float) -> tuple[int, int]:
    """Return a time in seconds as a fraction of two shorts."""
    for per_second in (1000, 100, 10, 1):
        ticks = round(milliseconds * per_second / 1000)
        if ticks <= _MOST_SHORT:
            return ticks, per_second
    return _MOST_SHORT, 1


def _pixel_chunks(data: bytes) -> Iterator[bytes]:
    at = png.HEADER_END
    while at < len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        if data[at + 4 : at + 8] == b"IDAT":
            yield data[at + 8 : at + 8 + length]
        at += length + 12
