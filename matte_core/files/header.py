"""What a file says about its picture, read before any pixel is decoded.

`read_header` recognizes the format by the first bytes, never by the name, and passes the file to
the parser of that format, which also notices a truncated file.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from matte_core.base.errors import FileError

# Enough for all signatures below.
SIGNATURE_BYTES = 64

_READABLE = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"II+\0", "tiff"),
    (b"MM\0+", "tiff"),
    (b"BM", "bmp"),
)

_FOREIGN = (
    (b"GIF8", "a GIF"),
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

_BRANDS = {
    b"heic": "a HEIC photo",
    b"heix": "a HEIC photo",
    b"mif1": "a HEIF photo",
    b"msf1": "a HEIF photo",
    b"avif": "an AVIF picture",
    b"avis": "an AVIF picture",
    b"crx ": "a raw photo",
}

EXPORT_HINT = "Export it as PNG, TIFF or JPEG first, for example with GIMP."


@dataclass(frozen=True)
class Header:
    """What the reader must know in addition to the pixels that OpenCV decodes.

    Attributes
    ----------
    format : str
        For people: "JPEG", "PNG", "TIFF", "WebP" or "BMP".
    width, height : int
        In pixels, as stored (before the orientation is applied).
    orientation : int
        EXIF orientation, 1 to 8, to apply to the decoded pixels.
    icc_profile : bytes or None
        The color profile, if it is for RGB.
    gray_key : int or None
        The decoded gray level that means full transparency.
    is_premultiplied : bool
        Whether the decoded colors are multiplied by their alpha.
    is_inverted : bool
        Whether the decoded gray levels run from white to black.
    patches : tuple of (int, bytes)
        Offsets, and the bytes to put there before OpenCV decodes the file.
    """

    format: str
    width: int
    height: int
    orientation: int = 1
    icc_profile: bytes | None = None
    gray_key: int | None = None
    is_premultiplied: bool = False
    is_inverted: bool = False
    patches: tuple[tuple[int, bytes], ...] = ()


class Damaged(ValueError):
    """Raised by a parser if a file is truncated or contradicts itself; the text says how."""


class Unsupported(ValueError):
    """Raised by a parser for a valid file of a kind that cannot be read; the text says which."""


def sniff(start: bytes) -> str | None:
    """Return the name of the parser for a file that starts like this; None if there is none."""
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "webp"
    return next((name for magic, name in _READABLE if start.startswith(magic)), None)


def describe(start: bytes) -> str:
    """Describe, for people, what a file that cannot be read seems to be."""
    if start[4:8] == b"ftyp":
        return _BRANDS.get(start[8:12], "a video, or a picture in a video container")
    text = start.lstrip(b"\xef\xbb\xbf \r\n\t")
    for magic, name in _FOREIGN:
        if start.startswith(magic) or text[: len(magic)].lower() == magic.lower():
            return name
    if start and all(byte in b"\t\n\r" or byte >= 32 for byte in start):
        return "text"
    return "a file of unknown format"


def read_header(data: bytes, name: str) -> Header:
    """Parse the header of a whole file.

    Parameters
    ----------
    data : bytes
        The file.
    name : str
        Its name in messages.

    Raises
    ------
    FileError
        If it is not a picture that can be read, or is truncated or damaged.
    """
    if not data:
        raise FileError(f"{name} is empty.", "Download or export the picture again.")
    parser = sniff(data[:SIGNATURE_BYTES])
    if parser is None:
        found = describe(data[:SIGNATURE_BYTES])
        raise FileError(
            f"{name} is {found}, not a JPEG, PNG, TIFF, WebP or BMP picture.",
            EXPORT_HINT if re.search("picture|photo|GIF|unknown", found) else "",
        )
    parse: Callable[[bytes], Header] = import_module(f"matte_core.files.{parser}").parse
    try:
        header = parse(data)
    except Unsupported as error:
        raise FileError(f"{name} is {error}, which cannot be read.", EXPORT_HINT) from error
    except Damaged as error:
        raise FileError(
            f"{name} is damaged: {error}.", "Download or export the picture again."
        ) from error
    if header.width < 1 or header.height < 1:
        raise FileError(f"{name} is damaged: its size is {header.width} x {header.height} pixels.")
    return header


def rgb_profile(profile: bytes | None) -> bytes | None:
    """Return an ICC profile if it is for RGB pixels, else None.

    A profile for gray or CMYK would be wrong in the RGB pictures that we write.
    ICC.1:2022, 7.2: bytes 16 to 19 name the color space, 36 to 39 are the signature.
    """
    if profile and profile[16:20] == b"RGB " and profile[36:40] == b"acsp":
        return profile
    return None


def is_srgb(profile: bytes | None) -> bool:
    """Return whether an ICC profile calls itself sRGB; no profile counts as sRGB."""
    return profile is None or b"sRGB" in profile or "sRGB".encode("utf-16-be") in profile
