"""The header of a TIFF file, and of the EXIF block that other formats carry (TIFF 6.0, BigTIFF).

How OpenCV (through libtiff) decodes a TIFF, and what the header does about it:

- OpenCV applies the orientation itself.
- It multiplies 8-bit colors by an unassociated alpha, but not by an alpha of unspecified meaning,
  so the tag is patched in memory.
- It does not invert 16-bit gray in which zero is white; the reader does.
- It ignores the alpha of gray pictures, and has its own ways with CIELAB, CMYK and floating-point
  values: these are rejected.
"""

import struct
from dataclasses import dataclass

from matte_core.files.header import Damaged, Header, Unsupported, rgb_profile

_TYPE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 13: 4, 16: 8, 18: 8}
_INTEGERS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
_MAX_ENTRIES = 4096

WIDTH, HEIGHT, BITS, PHOTOMETRIC, SAMPLES = 256, 257, 258, 262, 277
STRIP_OFFSETS, STRIP_BYTES, TILE_OFFSETS, TILE_BYTES = 273, 279, 324, 325
ORIENTATION, PLANAR, EXTRA_SAMPLES, SAMPLE_FORMAT, ICC_PROFILE = 274, 284, 338, 339, 34675

WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, YCBCR = 0, 1, 2, 3, 6
_COLORS = {4: "a transparency mask", 5: "CMYK", 8: "CIELAB", 9: "ICCLAB", 32803: "a raw photo"}
UNSPECIFIED, ASSOCIATED, UNASSOCIATED = 0, 1, 2


@dataclass(frozen=True)
class Tag:
    """One entry of an image file directory: where its values are and how to read them."""

    kind: int
    count: int
    offset: int


class Directory:
    """The first image file directory of a TIFF structure."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._order = "<" if data[:2] == b"II" else ">"
        if data[:2] not in (b"II", b"MM"):
            raise Damaged("its byte order is missing")
        self._is_big = self._unpack("H", 2) == 43
        if self._is_big:
            start = self._unpack("Q", 8)
            count, entry_bytes, first = self._unpack("Q", start), 20, start + 8
        else:
            start = self._unpack("I", 4)
            count, entry_bytes, first = self._unpack("H", start), 12, start + 2
        if count > _MAX_ENTRIES:
            raise Damaged(f"its directory claims to have {count} entries")
        # If a tag occurs twice, libtiff uses the first, so that one must be checked.
        self.tags = dict(self._entry(first + i * entry_bytes) for i in reversed(range(count)))

    def numbers(self, tag: int, default: tuple[int, ...] = ()) -> tuple[int, ...]:
        """Return the whole numbers of a tag, or `default` if it is missing."""
        entry = self.tags.get(tag)
        if entry is None:
            return default
        code = _INTEGERS.get(entry.kind)
        if code is None:
            raise Damaged(f"tag {tag} does not contain whole numbers")
        return self._unpack_many(f"{entry.count}{code}", entry.offset)

    def number(self, tag: int, default: int) -> int:
        """Return the first whole number of a tag."""
        return (self.numbers(tag) or (default,))[0]

    def raw(self, tag: int) -> bytes | None:
        """Return the bytes of a tag; None if it is missing."""
        entry = self.tags.get(tag)
        if entry is None:
            return None
        return self._data[
            entry.offset : entry.offset + entry.count * _TYPE_BYTES.get(entry.kind, 1)
        ]

    def packed(self, value: int) -> bytes:
        """Return a 16-bit number in this file's byte order."""
        return struct.pack(self._order + "H", value)

    def _entry(self, offset: int) -> tuple[int, Tag]:
        tag, kind = self._unpack_many("HH", offset)
        count = self._unpack("Q" if self._is_big else "I", offset + 4)
        inline = 8 if self._is_big else 4
        at = offset + 4 + inline
        size = count * _TYPE_BYTES.get(kind, 1)
        if size > inline:
            at = self._unpack("Q" if self._is_big else "I", at)
            if at + size > len(self._data):
                raise Damaged("its directory is truncated")
        return tag, Tag(kind, count, at)

    def _unpack(self, code: str, offset: int) -> int:
        return self._unpack_many(code, offset)[0]

    def _unpack_many(self, code: str, offset: int) -> tuple[int, ...]:
        try:
            return struct.unpack_from(self._order + code, self._data, offset)
        except (struct.error, OverflowError) as error:
            raise Damaged("its directory is truncated") from error


def exif_orientation(exif: bytes) -> int:
    """Return the orientation in an EXIF block, or 1 if there is no valid one.

    A damaged EXIF block is no reason to reject the picture.
    """
    try:
        orientation = Directory(exif).number(ORIENTATION, 1)
    except Damaged:
        return 1
    return orientation if 1 <= orientation <= 8 else 1


def parse(data: bytes) -> Header:
    """Read the header of a TIFF file; its first page is the picture."""
    directory = Directory(data)
    width, height = directory.number(WIDTH, 0), directory.number(HEIGHT, 0)
    photometric = directory.number(PHOTOMETRIC, BLACK_IS_ZERO)
    samples = directory.number(SAMPLES, 1)
    bits = directory.numbers(BITS, (1,))
    extra = directory.numbers(EXTRA_SAMPLES)
    _check_kind(directory, photometric, samples, bits)
    _check_length(directory, len(data))
    patches: tuple[tuple[int, bytes], ...] = ()
    if extra == (UNASSOCIATED,) and bits[0] == 8 and directory.tags[EXTRA_SAMPLES].kind == 3:
        patches = ((directory.tags[EXTRA_SAMPLES].offset, directory.packed(UNSPECIFIED)),)
    return Header(
        "TIFF",
        width,
        height,
        icc_profile=rgb_profile(directory.raw(ICC_PROFILE)),
        is_premultiplied=extra == (ASSOCIATED,),
        is_inverted=photometric == WHITE_IS_ZERO and bits[0] == 16,
        patches=patches,
    )


def _check_kind(
    directory: Directory, photometric: int, samples: int, bits: tuple[int, ...]
) -> None:
    if photometric not in (WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, YCBCR):
        raise Unsupported(f"a TIFF in {_COLORS.get(photometric, 'unusual colors')}")
    if directory.number(SAMPLE_FORMAT, 1) != 1:
        raise Unsupported("a TIFF with floating-point or signed values")
    if len(set(bits)) != 1 or bits[0] not in (1, 4, 8, 16):
        raise Unsupported(f"a TIFF with {'/'.join(map(str, bits))} bits per channel")
    colors = 1 if photometric in (WHITE_IS_ZERO, BLACK_IS_ZERO, PALETTE) else 3
    if samples not in ((1,) if colors == 1 else (3, 4)):
        found = "gray and transparency" if (colors, samples) == (1, 2) else f"{samples} channels"
        raise Unsupported(f"a TIFF with {found}")
    if bits[0] == 16 and photometric == YCBCR:
        raise Unsupported("a TIFF with 16-bit YCbCr values")
    if bits[0] == 16 and samples > 1 and directory.number(PLANAR, 1) != 1:
        raise Unsupported("a TIFF with 16-bit channels in separate planes")


def _check_length(directory: Directory, length: int) -> None:
    for offsets_tag, bytes_tag in ((STRIP_OFFSETS, STRIP_BYTES), (TILE_OFFSETS, TILE_BYTES)):
        offsets, sizes = directory.numbers(offsets_tag), directory.numbers(bytes_tag)
        ends = [offset + size for offset, size in zip(offsets, sizes, strict=False)]
        if max((*offsets, *ends), default=0) > length:
            raise Damaged(f"it is truncated: {length} of at least {max(ends, default=0)} bytes")
