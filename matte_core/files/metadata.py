"""What a file says about its picture beside the pixels: resolution, EXIF, IPTC and XMP data.

The data is passed on from a photo to its cut-out, as far as it is still true: the result is
upright, has a size of its own, and no thumbnail. Cut-outs are published, so by default what tells
where a photo was taken, and with which single camera, is left out.

References
----------
CIPA DC-008 (EXIF 2.32); IPTC-NAA IIM 4.2; ISO 16684-1 (XMP).
"""

import math
import re
from dataclasses import dataclass, replace
from typing import Any, Literal

from PIL import Image, ImageFile, IptcImagePlugin, TiffImagePlugin

from matte_core.files.opening import DAMAGE, tiff_tags

Keep = Literal["none", "public", "all"]

_ORIENTATION, _EXIF, _GPS = 0x0112, 0x8769, 0x8825
# Of the first directory: description, maker, model, software, dates, author, copyright, rating, and
# what Windows adds. A TIFF has the layout of its pixels there as well.
_ABOUT_PHOTO = {0x010E, 0x010F, 0x0110, 0x0131, 0x0132, 0x013B, 0x013C, 0x8298, 0x4746, 0x4749} | {
    *range(0x9C9B, 0x9CA0)
}
# Sizes, other directories, and what belongs to the pixels as they were stored.
_UNTRUE = {0xA002, 0xA003, 0xA005}
# Maker's notes, owner, the serial numbers of body and lens, and the number of the single photo.
_PRIVATE_EXIF = {0x927C, 0xA420, 0xA430, 0xA431, 0xA435}
_PRIVATE_IPTC = {(2, number) for number in (26, 27, 90, 92, 95, 100, 101)}
_UNTRUE_XMP = (
    r"\w+:Orientation",
    r"\w+:(?:ImageWidth|ImageLength|PixelXDimension|PixelYDimension|HasExtendedXMP|Thumbnails)",
    r"(?:hdrgm|GContainer|Container|GCamera|xmpGImg):\w+",
)
_PRIVATE_XMP = (
    r"\w+:GPS\w+",
    r"\w+:(?:\w*SerialNumber|OwnerName|CameraOwnerName|ImageUniqueID)",
    r"photoshop:(?:City|State|Country)",
    r"\w+:(?:Location|CountryCode|LocationCreated|LocationShown)",
)

Iptc = dict[tuple[int, int], bytes | list[bytes]]


@dataclass(frozen=True)
class Metadata:
    """What a file says about its picture."""

    dpi: tuple[float, float] | None = None  # pixels per inch, across and down
    exif: bytes = b""  # a TIFF structure, without the ``Exif`` prefix; empty for none
    xmp: bytes = b""  # a packet; empty for none
    iptc: bytes = b""  # IIM datasets; empty for none
    is_damaged: bool = False  # whether a part of it could not be read

    def kept(self, keep: Keep) -> "Metadata":
        """Return what belongs into a result: nothing, what may be published, or all of it."""
        if keep == "none":
            return Metadata(self.dpi)
        is_all = keep == "all"
        return replace(
            self,
            exif=_kept_exif(self.exif, is_all=is_all),
            xmp=_kept_xmp(self.xmp, is_all=is_all),
            iptc=_kept_iptc(self.iptc, is_all=is_all),
        )


def read_metadata(opened: ImageFile.ImageFile) -> Metadata:
    """Return what an opened file says about its picture; call after its pixels are decoded."""
    found: dict[str, Any] = {}
    is_damaged = False
    for what, read in (("dpi", _dpi), ("exif", _exif), ("xmp", _xmp), ("iptc", _iptc)):
        try:
            found[what] = read(opened)
        except DAMAGE:
            is_damaged = True
    return Metadata(**found, is_damaged=is_damaged)


def orientation(opened: ImageFile.ImageFile) -> int:
    """Return the EXIF orientation, 1 to 8; a damaged one is no reason to reject a picture."""
    try:
        number = opened.getexif().get(_ORIENTATION, 1)
    except DAMAGE:  # see `read_metadata`, which reports it
        return 1
    return number if isinstance(number, int) and 1 <= number <= 8 else 1


def photoshop_block(iptc: bytes) -> bytes:
    """Return IPTC data as the resource block of Photoshop that JPEG and PNG files carry."""
    return b"8BIM\x04\x04\0\0" + len(iptc).to_bytes(4, "big") + iptc + bytes(len(iptc) % 2)


def _dpi(opened: ImageFile.ImageFile) -> tuple[float, float] | None:
    found = opened.info.get("dpi")
    if not found:
        return None
    across, down = (float(value) for value in found)
    is_usable = all(math.isfinite(value) and 1 <= value <= 1e5 for value in (across, down))
    return (across, down) if is_usable else None


def _exif(opened: ImageFile.ImageFile) -> bytes:
    exif = opened.getexif()
    return _packed(_rebuilt(exif, _ABOUT_PHOTO | {_ORIENTATION}, _UNTRUE, with_gps=True))


def _xmp(opened: ImageFile.ImageFile) -> bytes:
    found = opened.info.get("xmp") or opened.info.get("XML:com.adobe.xmp") or b""
    return found.encode() if isinstance(found, str) else bytes(found)


def _iptc(opened: ImageFile.ImageFile) -> bytes:
    if opened.format == "TIFF" and tiff_tags(opened).tagtype.get(0x83BB) == 4:
        return b""  # as long numbers, in which Pillow finds nothing
    if opened.format == "PNG":
        # Three lines of header, then hexadecimal digits: ImageMagick's way.
        text = str(opened.info.get("Raw profile type iptc", ""))
        block = bytes.fromhex("".join(text.split()[2:]))
        at = block.find(b"8BIM\x04\x04")
        datasets = block[at + 12 :] if at >= 0 else block
        return _pack_iptc(_unpack_iptc(datasets))
    return _pack_iptc(IptcImagePlugin.getiptcinfo(opened) or {})


def _kept_exif(exif: bytes, *, is_all: bool) -> bytes:
    if not exif:
        return b""
    old = Image.Exif()
    old.load(exif)
    left_out = _UNTRUE if is_all else _UNTRUE | _PRIVATE_EXIF
    return _packed(_rebuilt(old, _ABOUT_PHOTO, left_out, with_gps=is_all))


def _rebuilt(old: Image.Exif, kept: set[int], left_out: set[int], *, with_gps: bool) -> Image.Exif:
    new = Image.Exif()
    new.update({tag: value for tag, value in old.items() if tag in kept})
    inner = {tag: value for tag, value in old.get_ifd(_EXIF).items() if tag not in left_out}
    if inner:
        new[_EXIF] = inner
    place = old.get_ifd(_GPS) if with_gps else {}
    if place:
        new[_GPS] = dict(place)
    return new


def _packed(exif: Image.Exif) -> bytes:
    return exif.tobytes().removeprefix(b"Exif\0\0") if len(exif) else b""


def _kept_xmp(xmp: bytes, *, is_all: bool) -> bytes:
    if b"\0" in xmp:  # UTF-16, which nobody writes: what is private in it would not be found
        return b""
    for name in (*_UNTRUE_XMP, *(() if is_all else _PRIVATE_XMP)):
        attribute = rf"""\s{name}\s*=\s*(?:"[^"]*"|'[^']*')"""
        element = rf"<({name})\b[^>]*(?:/>|(?<!/)>.*?</\1\s*>)"
        for pattern in (attribute, element):
            xmp = re.sub(pattern.encode(), b"", xmp, flags=re.DOTALL)
    return xmp


def _kept_iptc(iptc: bytes, *, is_all: bool) -> bytes:
    return _pack_iptc(
        {
            number: value
            for number, value in _unpack_iptc(iptc).items()
            if is_all or number not in _PRIVATE_IPTC
        }
    )


def _pack_iptc(datasets: Any) -> bytes:
    packed = b""
    for number, values in sorted(datasets.items()):
        for value in values if isinstance(values, list) else [values]:
            if len(value) < 0x8000:  # longer ones have a header of their own, and hold no words
                packed += b"\x1c" + bytes(number) + len(value).to_bytes(2, "big") + value
    return packed


def _unpack_iptc(iptc: bytes) -> dict[tuple[int, int], list[bytes]]:
    datasets: dict[tuple[int, int], list[bytes]] = {}
    at = 0
    while at + 5 <= len(iptc) and iptc[at] == 0x1C:
        length = int.from_bytes(iptc[at + 3 : at + 5], "big")
        number = iptc[at + 1], iptc[at + 2]
        datasets.setdefault(number, []).append(iptc[at + 5 : at + 5 + length])
        at += 5 + length
    return datasets


def exif_directory(exif: bytes) -> TiffImagePlugin.ImageFileDirectory_v2:
    """Return the directory that a TIFF file has for EXIF data."""
    directory = TiffImagePlugin.ImageFileDirectory_v2()
    if exif:
        read = Image.Exif()
        read.load(exif)
        for tag, value in read.items():
            directory[tag] = value
        for tag in (_EXIF, _GPS):
            inner = read.get_ifd(tag)
            if inner:
                directory[tag] = dict(inner)
    return directory
