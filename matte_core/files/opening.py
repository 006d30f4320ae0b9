"""Files opened by Pillow: their headers and metadata at once, their pixels when asked for."""

import io
import os
import re
import struct
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from PIL import (
    Image,
    ImageFile,
    PngImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    features,
)

from matte_core.base.errors import FileError, MatteError
from matte_core.files.sniffing import EXPORT_HINT, format_of

# By default 1 MB, which profiles of monitors exceed; all texts of a file together stay bounded.
PngImagePlugin.MAX_TEXT_CHUNK = 16 << 20

#: What Pillow raises where a damaged file leads it astray. Memory that runs out is not among it.
DAMAGE = (
    *(ArithmeticError, AttributeError, EOFError, LookupError, OSError, struct.error),
    *(SyntaxError, TypeError, ValueError),
)
_DAMAGED_HINT = "Download or export the picture again."
# The names that Pillow has for formats.
_PLUGINS = {"JPEG": "JPEG", "PNG": "PNG", "TIFF": "TIFF", "WebP": "WEBP", "AVIF": "AVIF"} | {
    "GIF": "GIF",
    "BMP": "BMP",
    "HEIC": "HEIF",
}
_TIFF_COLORS = {
    0: "gray levels",
    1: "gray levels",
    2: "RGB colors",
    3: "a palette",
    4: "a transparency mask",
    5: "CMYK colors",
    6: "YCbCr colors",
    8: "CIELAB colors",
    9: "ICCLAB colors",
    32803: "raw data of a camera",
}
_RARE_COMPRESSIONS = {
    32809: "ThunderScan",
    32908: "PixarFilm",
    32909: "PixarLog",
    34661: "JBIG",
    34676: "SGI Log",
    34677: "SGI Log 24",
    34712: "JPEG 2000",
    34887: "LERC",
    34925: "LZMA",
    50000: "Zstandard",
    50001: "WebP",
    50002: "JPEG XL",
    52546: "JPEG XL",
}
_BITS, _COMPRESSION, _COLORS, _SAMPLES, _SAMPLE_FORMAT = 258, 259, 262, 277, 339
_TILE_WIDTH, _TILE_OFFSETS = 322, 324


@contextmanager
def decoding(name: str, kind: str) -> Iterator[None]:
    """Turn whatever a decoder raises on a damaged file into a `FileError`, and keep it quiet."""
    try:
        with warnings.catch_warnings(), _quiet(kind == "TIFF"):
            warnings.simplefilter("ignore")
            yield
    except (MatteError, MemoryError, ModuleNotFoundError):
        raise
    except Exception as error:
        # Decoders of other people's files raise everything, from KeyError to struct.error.
        unsupported = re.match(
            r"(?i)(unsupported|unknown|no decoder|invalid palette) .*", str(error)
        )
        if unsupported:
            raise FileError(
                f"{name} is a {kind} picture of a kind that cannot be read: {unsupported[0]}.",
                EXPORT_HINT,
            ) from error
        raise FileError(f"{name} is damaged: {_reason(error, kind)}.", _DAMAGED_HINT) from error


@contextmanager
def _quiet(is_wanted: bool) -> Iterator[None]:
    """Send to nowhere what libtiff writes to standard error, past Python."""
    if not is_wanted:
        yield
        return
    try:
        kept = os.dup(2)
    except OSError:  # there is no standard error
        yield
        return
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def open_file(data: bytes, name: str, max_megapixels: float) -> tuple[str, ImageFile.ImageFile]:
    """Open a file and read its header.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        Its name in messages.
    max_megapixels : float
        Larger pictures are rejected.

    Returns
    -------
    kind : str
        Its format, for people.
    opened : PIL.ImageFile.ImageFile
        With nothing decoded yet.

    Raises
    ------
    FileError
        If it is no picture, of a kind that cannot be read, damaged, or too large.
    """
    kind = format_of(data, name)
    if kind == "HEIC":
        _register_heif(name)
    if kind == "AVIF" and not features.check("avif"):
        raise FileError(
            f"{name} is an AVIF picture, which this build of Pillow cannot read.",
            "Install Pillow 11.3 or later from PyPI, or export the picture as PNG.",
        )
    with decoding(name, kind):
        opened = _open(data, kind, name)
    width, height = opened.size
    if width < 1 or height < 1:
        raise FileError(f"{name} is damaged: its size is {width} x {height} pixels.")
    megapixels = width * height / 1e6
    if megapixels > max_megapixels:
        raise FileError(
            f"{name} has {width} x {height} pixels, {megapixels:.0f} megapixels; "
            f"the limit is {max_megapixels:g}.",
            "Scale it down or, if there is enough memory, raise the limit with --max-megapixels.",
        )
    return kind, opened


def rare_storage(opened: ImageFile.ImageFile) -> str:
    """Return how the pixels of a TIFF are stored, if that is something that may not be readable."""
    if opened.format == "TIFF" and opened.mode == "YCbCr":
        return "subsampled colors without compression"
    tags = tiff_tags(opened)
    if _TILE_WIDTH in tags and _TILE_OFFSETS not in tags:
        return "tiles that are listed as strips"
    compression = _RARE_COMPRESSIONS.get(tags.get(_COMPRESSION))
    return f"{compression} compression" if compression else ""


def tiff_tags(opened: ImageFile.ImageFile) -> Any:
    """Return the tags of a TIFF's first page; an empty dict for other formats."""
    return getattr(opened, "tag_v2", {}) if opened.format == "TIFF" else {}


def _open(data: bytes, kind: str, name: str) -> ImageFile.ImageFile:
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None  # the caller has its own limit
    try:
        return Image.open(io.BytesIO(data), formats=(_PLUGINS[kind],))
    except UnidentifiedImageError as error:
        found = _unusual_tiff(data) if kind == "TIFF" else ""
        if found:
            raise FileError(
                f"{name} is a TIFF with {found}, which cannot be read.", EXPORT_HINT
            ) from error
        if kind == "AVIF" and _has_whole_boxes(data):
            raise FileError(
                f"{name} is an AVIF picture of a size or a kind that cannot be read.", EXPORT_HINT
            ) from error
        raise
    finally:
        Image.MAX_IMAGE_PIXELS = limit


def _register_heif(name: str) -> None:
    try:
        import pillow_heif  # an extra: it is as large as Pillow itself, and under the GPL
    except ModuleNotFoundError as error:
        raise FileError(
            f"{name} is a HEIC photo; reading those takes the package pillow-heif.",
            f"Install it with `{sys.executable} -m pip install pillow-heif`, or export the photo "
            "as JPEG.",
        ) from error
    pillow_heif.register_heif_opener(thumbnails=False)


def _unusual_tiff(data: bytes) -> str:
    """Return what an intact TIFF contains that Pillow has no reader for; empty if damaged."""
    if data[:4] == b"MM\0+":
        return "64-bit offsets, the most significant byte first"
    try:
        file = io.BytesIO(data)
        is_big = data[2:4] in (b"+\0", b"\0+")
        tags = TiffImagePlugin.ImageFileDirectory_v2(file.read(16 if is_big else 8))
        file.seek(tags.next)
        tags.load(file)
        if not (tags.get(256) and tags.get(257)):
            return ""
        bits = tags.get(_BITS, (1,))
        bits = bits if isinstance(bits, tuple) else (bits,)
        floats = "floating-point " if 3 in tuple(tags.get(_SAMPLE_FORMAT, (1,))) else ""
        colors = _TIFF_COLORS.get(tags.get(_COLORS, 1), "unusual colors")
        channels = tags.get(_SAMPLES, 1)
        each = "/".join(map(str, dict.fromkeys(bits)))
    except DAMAGE:
        return ""  # the caller reports it
    many = "channels" if channels != 1 else "channel"
    return f"{colors} in {channels} {many} of {floats}{each} bits"


def _has_whole_boxes(data: bytes) -> bool:
    """Return whether a file of boxes, as of ISO/IEC 14496-12, ends where its last box does."""
    place = 0
    while place + 8 <= len(data):
        size = int.from_bytes(data[place : place + 4], "big")
        if size == 0:  # up to the end of the file
            return True
        if size == 1:  # there are more digits
            size = int.from_bytes(data[place + 8 : place + 16], "big")
        if size < 8:
            return False
        place += size
    return place == len(data)


def _reason(error: Exception, kind: str) -> str:
    """Return what a decoder says about a file, as a clause."""
    text = " ".join(str(error).split()).rstrip(".")
    chunk = re.search(r"checksum in b?'?(\w+)", text)
    if chunk:
        return f"the checksum of its {chunk[1]} chunk is wrong"
    is_lost = isinstance(error, (AttributeError, LookupError, TypeError))  # in a strange structure
    if isinstance(error, UnidentifiedImageError) or is_lost or not text or "identify" in text:
        return f"it is not a valid {kind} file"
    if "truncated" in text.lower() or isinstance(error, EOFError):
        return "it is truncated"
    return f"it cannot be decoded ({text})"
