"""What a file is, by its first bytes and never by its name."""

import re

from matte_core.base.errors import FileError

# Enough for all signatures below.
SIGNATURE_BYTES = 64

_READABLE = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"BM", "BMP"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
)

_FOREIGN = (
    (b"gimp xcf", "a GIMP picture (XCF)"),
    (b"8BPS", "a Photoshop document"),
    (b"%PDF", "a PDF document"),
    (b"%!PS", "a PostScript document"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL picture"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 picture"),
    (b"v/1\x01", "an OpenEXR picture"),
    (b"#?RADIANCE", "a Radiance HDR picture"),
    (b"qoif", "a QOI picture"),
    (b"FUJIFILM", "a raw photo"),
    (b"IIRO", "a raw photo"),
    (b"IIU\0", "a raw photo"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"<!DOCTYPE", "a web page"),
    (b"<html", "a web page"),
    (b"<svg", "an SVG drawing"),
    (b"<?xml", "an XML document"),
)

# The brands of ISO/IEC 14496-12 files that hold pictures.
_AVIF_BRANDS = (b"avif", b"avis")
_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_RAW_BRANDS = (b"crx ",)

EXPORT_HINT = "Export it as PNG, TIFF or JPEG first, for example with GIMP."
FORMATS = "JPEG, PNG, TIFF, WebP, AVIF, HEIC, GIF or BMP"


def sniff(start: bytes) -> str | None:
    """Return the format of a file that starts like this; None if it is none of `FORMATS`."""
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "WebP"
    if start[4:8] == b"ftyp":
        length = min(int.from_bytes(start[:4], "big"), len(start))
        brands = [start[8:12], *(start[at : at + 4] for at in range(16, length - 3, 4))]
        # A HEIF file may name its own kind only among the compatible ones.
        if any(brand in _AVIF_BRANDS for brand in brands):
            return "AVIF"
        return "HEIC" if any(brand in _HEIF_BRANDS for brand in brands) else None
    return next((name for magic, name in _READABLE if start.startswith(magic)), None)


def describe(start: bytes) -> str:
    """Describe, for people, what a file that cannot be read seems to be."""
    if start[4:8] == b"ftyp":
        if start[8:12] in _RAW_BRANDS:
            return "a raw photo"
        return "a video, or a picture in a video container"
    text = start.lstrip(b"\xef\xbb\xbf \r\n\t")
    for magic, name in _FOREIGN:
        if start.startswith(magic) or text[: len(magic)].lower() == magic.lower():
            return name
    if start and all(byte in b"\t\n\r" or byte >= 32 for byte in start):
        return "text"
    return "a file of unknown format"


def format_of(data: bytes, name: str) -> str:
    """Return the format of a file, out of `FORMATS`.

    Raises
    ------
    FileError
        If it is none of them; says what it seems to be.
    """
    if not data:
        raise FileError(f"{name} is empty.", "Download or export the picture again.")
    kind = sniff(data[:SIGNATURE_BYTES])
    if kind is None:
        found = describe(data[:SIGNATURE_BYTES])
        raise FileError(
            f"{name} is {found}, not a {FORMATS} picture.",
            EXPORT_HINT if re.search("picture|photo|unknown", found) else "",
        )
    return kind
