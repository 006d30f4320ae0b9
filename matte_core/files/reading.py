"""Read photos, masks, trimaps and alphas: upright, straight alpha, as deep as they are.

Pillow reads the files. It knows no RGB with 16 bits per channel, so OpenCV decodes those.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageFile

from matte_core.base.errors import FileError, MatteError
from matte_core.files import png
from matte_core.files.animation import Animation, animation_of
from matte_core.files.color import cmyk_to_srgb, gray_profile, lab_to_srgb, rgb_profile
from matte_core.files.deep import bits_per_channel, decode_deep
from matte_core.files.metadata import Metadata, orientation, read_metadata
from matte_core.files.opening import DAMAGE, decoding, open_file, rare_storage, tiff_tags
from matte_core.files.pixels import as_image, is_colored, split, upright
from matte_core.files.sniffing import EXPORT_HINT, SIGNATURE_BYTES, sniff
from matte_core.images import Float32, Image, Mask

MAX_MEGAPIXELS = 200.0

# A file is no larger than its uncompressed pixels, with 16 bits per channel, and its metadata.
_MAX_BYTES_PER_PIXEL = 8
_METADATA_BYTES = 64 << 20

_MOST_PAGES = 100  # that are looked at, to say how many there are
_IS_REDUCED_OR_MASK = 0b101  # of the tag NewSubfileType
_MARK_IT = "Paint white on black, or any color on transparent, in a picture of the photo's size."


@dataclass(frozen=True)
class Picture:
    """A picture from a file, upright.

    Attributes
    ----------
    image : (H, W, 3) uint8, or float32 in [0, 1], sRGB
        Float32 if the file has 16 bits per channel: value / 65535.
    alpha : (H, W) float32, [0, 1], or None
        The picture's own alpha; None if all of it is opaque.
    is_gray : bool
        Whether the file contains gray levels; the three channels are then equal.
    icc_profile : bytes or None
        The color profile, for the results: for RGB or, if the picture is gray, for gray.
    metadata : Metadata
        As it is in the file.
    notes : tuple of str
        What the user should know: of what is in the file, what was left out or changed.
    animation : Animation or None
        All frames, if the file has several.
    """

    image: Image
    alpha: Float32 | None = None
    is_gray: bool = False
    icc_profile: bytes | None = None
    metadata: Metadata = field(default_factory=Metadata)
    notes: tuple[str, ...] = ()
    animation: Animation | None = None

    @property
    def has_gray_profile(self) -> bool:
        """Whether the color profile is for gray, so that results must be gray as well."""
        return gray_profile(self.icc_profile) is not None

    @property
    def is_deep(self) -> bool:
        """Whether the file has more than 8 bits per channel."""
        return self.image.dtype != np.uint8


def read_picture(
    path: str | os.PathLike[str], *, max_megapixels: float = MAX_MEGAPIXELS
) -> Picture:
    """Read a JPEG, PNG, TIFF, WebP, AVIF, HEIC, GIF or BMP picture.

    The EXIF orientation is applied, palettes and gray are converted to RGB, CMYK and CIELAB to
    sRGB, and transparency is returned separately. RGB stays in the picture's own profile. Of
    several pages or frames, the first is read, or the one that a viewer without animation shows.

    Parameters
    ----------
    path : path
        Any name that the system allows.
    max_megapixels : float
        Larger pictures are rejected before they are decoded.

    Raises
    ------
    FileError
        If the file cannot be read, is not such a picture, or is damaged or too large.
    """
    data = _read_bytes(Path(path), largest_file(max_megapixels))
    return decode_picture(data, os.fspath(path), max_megapixels)


def megapixels_of(path: Path) -> float:
    """Return the size of a picture by the start of its file; 0 if it cannot be told."""
    try:
        with decoding(str(path), ""), Pillow.open(path) as opened:
            return opened.width * opened.height / 1e6
    except MatteError:
        return 0.0


def largest_file(max_megapixels: float) -> int:
    """Return how many bytes a file can have that is within a limit."""
    return round(max_megapixels * 1e6 * _MAX_BYTES_PER_PIXEL) + _METADATA_BYTES


def decode_picture(data: bytes, name: str, max_megapixels: float = MAX_MEGAPIXELS) -> Picture:
    """Read a picture from the bytes of its file; `name` is for messages. See `read_picture`."""
    kind, opened = open_file(data, name, max_megapixels)
    if kind == "PNG":
        with decoding(name, kind):
            opened.verify()  # the checksums, which decoding ignores
        kind, opened = open_file(data, name, max_megapixels)
    with decoding(name, kind):
        bits = bits_per_channel(data, opened, name)
        if bits > 8:
            pixels = decode_deep(data, opened, bits, name)
            if kind == "PNG":
                # Pillow decodes the pixels once more to reach what is behind them.
                _kind, opened = open_file(png.without_pixels(data), name, max_megapixels)
            turn = orientation(opened)
            notes: list[str] = []
        else:
            _load(opened, name)
            turn = orientation(opened)
            # Pillow itself turns TIFF upright.
            turn = 1 if kind == "TIFF" else turn
            pixels, notes = _decoded(opened, bits, name)
        found = read_metadata(opened)
        notes += _notes(opened, kind, found)
        animation = animation_of(opened, kind, data, name, max_megapixels)
    pixels = upright(pixels, turn)
    is_gray = pixels.ndim == 2 or pixels.shape[2] == 2
    colors, alpha = split(pixels)
    profile = opened.info.get("icc_profile")
    used = rgb_profile(profile) or (gray_profile(profile) if is_gray else None)
    notes += [animation.note] if animation else []
    return Picture(as_image(colors), alpha, is_gray, used, found, tuple(notes), animation)


def read_plane(
    path: str | os.PathLike[str], what: str, *, max_megapixels: float = MAX_MEGAPIXELS
) -> NDArray[np.uint8] | Float32:
    """Read a mask, trimap or alpha: the gray levels of a picture.

    White on transparent counts as white on black. Of a color picture with transparency, such as a
    cut-out, the alpha channel is used.

    Parameters
    ----------
    path : path
        The picture.
    what : str
        "mask", "trimap" or "alpha", for messages.
    max_megapixels : float
        As for `read_picture`.

    Returns
    -------
    (H, W) uint8, or float32 in [0, 1] from a picture with 16 bits per channel

    Raises
    ------
    FileError
        As for `read_picture`, and for an opaque color picture: a photo is not a mask.
    """
    picture = read_picture(path, max_megapixels=max_megapixels)
    return plane_of(picture, what, os.fspath(path))


def plane_of(picture: Picture, what: str, name: str) -> NDArray[np.uint8] | Float32:
    """Return the gray levels of a picture that was read; see `read_plane`."""
    if not picture.is_gray and is_colored(picture.image):
        if picture.alpha is None:
            raise FileError(
                f"{name} is a color picture, not a {what}.",
                f"A {what} is a grayscale picture: white is foreground, black is background.",
            )
        plane: NDArray[Any] = picture.alpha
    else:
        # The three channels are equal, or nearly so.
        plane = picture.image[..., 1]
        if picture.alpha is not None:
            plane = plane * picture.alpha
            plane = plane if picture.is_deep else plane / 255
    if not picture.is_deep and plane.dtype != np.uint8:
        plane = np.rint(plane * 255).astype(np.uint8)
    return np.ascontiguousarray(plane)


def read_marked(
    path: str | os.PathLike[str], what: str, *, max_megapixels: float = MAX_MEGAPIXELS
) -> Mask:
    """Read which pixels of a photo are marked in a picture of its size.

    Of a picture with transparency, such as strokes of any color on an empty layer, what is opaque
    is marked. Of any other, what is white is: brighter than half.

    Parameters
    ----------
    path : path
        The picture.
    what : str
        What the marks are, for messages: "the marks to keep".
    max_megapixels : float
        As for `read_picture`.

    Returns
    -------
    (H, W) bool

    Raises
    ------
    FileError
        As for `read_picture`; for an opaque color picture, which marks nothing; and if nothing is
        marked.
    """
    picture = read_picture(path, max_megapixels=max_megapixels)
    if picture.alpha is not None:
        marked: Mask = picture.alpha > 0.5
    elif not picture.is_gray and is_colored(picture.image):
        raise FileError(
            f"{os.fspath(path)} is a color picture without transparency, not {what}.", _MARK_IT
        )
    else:
        marked = picture.image[..., 1] > (0.5 if picture.is_deep else 127)
    if not marked.any():
        raise FileError(f"{os.fspath(path)}: nothing is marked in {what}.", _MARK_IT)
    return marked


def _read_bytes(path: Path, limit: int) -> bytes:
    try:
        if path.is_dir():
            raise FileError(f"{path} is a folder.", "Give the name of a picture.")
        with path.open("rb") as file:
            start = file.read(SIGNATURE_BYTES)
            # A file that is not a picture is not read to the end, however long it is.
            if sniff(start) is None:
                return start
            data = start + file.read(limit)
            if len(data) > limit:
                raise FileError(
                    f"{path} is larger than {limit >> 20} MiB, so its picture is over the limit.",
                    "If there is enough memory, raise the limit with --max-megapixels.",
                )
            return data
    except FileNotFoundError as error:
        raise FileError(f"{path} does not exist.") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise FileError(f"{path} cannot be read: {reason}.") from error


def _load(opened: ImageFile.ImageFile, name: str) -> None:
    try:
        opened.load()
    except DAMAGE as error:
        found = rare_storage(opened)
        if not found:
            raise
        raise FileError(
            f"{name} is a TIFF with {found}, which cannot be read.", EXPORT_HINT
        ) from error


def _decoded(opened: ImageFile.ImageFile, bits: int, name: str) -> tuple[NDArray[Any], list[str]]:
    """Return the pixels of an opened file, (H, W) or (H, W, 2 to 4) uint8, and notes."""
    notes = []
    picture: Pillow.Image = opened
    if picture.mode in ("F", "I"):
        raise FileError(f"{name} has floating-point or 32-bit values.", EXPORT_HINT)
    if picture.mode == "CMYK":
        picture, note = cmyk_to_srgb(picture, opened.info.get("icc_profile"))
        notes.append(note)
    elif picture.mode == "LAB":
        picture = lab_to_srgb(picture)
        notes.append("It is in CIELAB colors; the result is in sRGB.")
    is_gray = picture.mode in ("1", "L", "LA", "La")
    key = picture.info.get("transparency")
    if picture.mode == "L" and bits < 8 and isinstance(key, int):
        # Pillow has scaled the gray levels to 8 bits, but not the one that is transparent.
        picture.info["transparency"] = key * 255 // ((1 << bits) - 1)
    if picture.has_transparency_data:
        picture = picture.convert("LA" if is_gray else "RGBA")
    else:
        picture = picture.convert("L" if is_gray else "RGB")
    return np.asarray(picture), notes


def _notes(opened: ImageFile.ImageFile, kind: str, found: Metadata) -> list[str]:
    notes = []
    if found.is_damaged:
        notes.append("A part of its metadata is damaged and is left out.")
    extra = tiff_tags(opened).get(338, ())
    if len(extra if isinstance(extra, tuple) else (extra,)) > 1:
        notes.append("It has more channels than colors and alpha; the others are left out.")
    count = getattr(opened, "n_frames", 1)
    if kind == "TIFF" and count > 1:
        pages = _full_pages(opened, count)
        if pages > 1:
            notes.append(f"It has {pages} pages; only the first one is used.")
    elif kind == "HEIC" and count > 1:
        notes.append(f"It has {count} pictures; only the first one is used.")
    return notes


def _full_pages(opened: ImageFile.ImageFile, count: int) -> int:
    """Count the pages of a TIFF that are no thumbnails or masks."""
    pages = 1
    for number in range(1, min(count, _MOST_PAGES)):
        opened.seek(number)
        pages += not int(tiff_tags(opened).get(254, 0)) & _IS_REDUCED_OR_MASK
    opened.seek(0)
    return pages + max(count - _MOST_PAGES, 0)
