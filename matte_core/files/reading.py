"""Read photos, masks, trimaps and alphas with OpenCV, and correct what it gets wrong."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.base.errors import FileError
from matte_core.files.header import SIGNATURE_BYTES, Header, read_header, sniff
from matte_core.images import Float32, Image, Mask, as_uint8

MAX_MEGAPIXELS = 200.0

# A file is no larger than its uncompressed pixels, with 16 bits per channel, and its metadata.
_MAX_BYTES_PER_PIXEL = 8
_METADATA_BYTES = 64 << 20

# A mask saved as JPEG in color has a little color; a photo given as a mask has a lot.
_COLOR_STEP = 48
_COLORED_SHARE = 0.02

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
        The RGB color profile, for the results.
    """

    image: Image
    alpha: Float32 | None = None
    is_gray: bool = False
    icc_profile: bytes | None = None

    @property
    def is_deep(self) -> bool:
        """Whether the file has more than 8 bits per channel."""
        return self.image.dtype != np.uint8


def read_picture(
    path: str | os.PathLike[str], *, max_megapixels: float = MAX_MEGAPIXELS
) -> Picture:
    """Read a JPEG, PNG, TIFF, WebP or BMP picture.

    The EXIF orientation is applied, palettes and gray are converted to RGB, and transparency is
    returned separately. Colors stay in the picture's own profile.

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
    name = os.fspath(path)
    data = _read_bytes(
        Path(path), round(max_megapixels * 1e6 * _MAX_BYTES_PER_PIXEL) + _METADATA_BYTES
    )
    header = read_header(data, name)
    megapixels = header.width * header.height / 1e6
    if megapixels > max_megapixels:
        raise FileError(
            f"{name} has {header.width} x {header.height} pixels, {megapixels:.0f} megapixels; "
            f"the limit is {max_megapixels:g}.",
            "Scale it down or, if there is enough memory, raise the limit with --max-megapixels.",
        )
    pixels = _decode(data, header, name)
    is_gray = pixels.ndim == 2
    if header.is_inverted:
        pixels = np.iinfo(pixels.dtype).max - pixels
    colors, alpha = _split(pixels, header)
    image = _to_rgb(colors)
    if alpha is not None and header.is_premultiplied:
        image = _divide_by_alpha(image, alpha)
    image = _upright(image, header.orientation)
    if alpha is not None:
        alpha = None if alpha.min() == 1 else _upright(alpha, header.orientation)
    return Picture(image, alpha, is_gray, header.icc_profile)


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
    if not picture.is_gray and _is_colored(picture.image):
        if picture.alpha is None:
            raise FileError(
                f"{os.fspath(path)} is a color picture, not a {what}.",
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
    elif not picture.is_gray and _is_colored(picture.image):
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


def _decode(data: bytes, header: Header, name: str) -> NDArray[Any]:
    if header.patches:
        patched = bytearray(data)
        for offset, replacement in header.patches:
            patched[offset : offset + len(replacement)] = replacement
        data = bytes(patched)
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise FileError(f"{name} cannot be decoded: {error.err}.") from error
    if pixels is None:
        raise FileError(
            f"{name} is a {header.format} with {header.width} x {header.height} pixels that cannot "
            "be decoded: it is damaged or not supported.",
            "Open it in GIMP and export it again as PNG, TIFF or JPEG.",
        )
    if pixels.dtype not in (np.uint8, np.uint16):
        raise FileError(f"{name} has values of type {pixels.dtype}, not of 8 or 16 bits.")
    return pixels


def _split(pixels: NDArray[Any], header: Header) -> tuple[NDArray[Any], Float32 | None]:
    """Return the colors, and the alpha as float32 in [0, 1] if there is one."""
    if pixels.ndim == 2:
        if header.gray_key is None:
            return pixels, None
        return pixels, (pixels != header.gray_key).astype(np.float32)
    if pixels.shape[2] < 4:
        return pixels, None
    alpha: Float32 = np.divide(pixels[..., 3], np.iinfo(pixels.dtype).max, dtype=np.float32)
    return pixels[..., :3], alpha


def _to_rgb(colors: NDArray[Any]) -> Image:
    code = cv2.COLOR_GRAY2RGB if colors.ndim == 2 else cv2.COLOR_BGR2RGB
    image: NDArray[Any] = cv2.cvtColor(np.ascontiguousarray(colors), code)
    return np.divide(image, 65535, dtype=np.float32) if image.dtype == np.uint16 else image


def _divide_by_alpha(image: Image, alpha: Float32) -> Image:
    limit = 255 if image.dtype == np.uint8 else 1
    # Where alpha is zero, there is no color to recover; black stays black.
    straight: NDArray[Any] = np.minimum(image / np.maximum(alpha, 1e-6)[..., None], limit)
    return as_uint8(straight / limit) if limit == 255 else straight.astype(np.float32)


def _upright(pixels: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Apply an EXIF orientation (EXIF 2.32, tag 274)."""
    if orientation in (5, 6, 7, 8):
        pixels = np.swapaxes(pixels, 0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)


def _is_colored(image: Image) -> bool:
    step = _COLOR_STEP if image.dtype == np.uint8 else _COLOR_STEP / 255
    spread = image.max(axis=2) - image.min(axis=2)
    return float(np.mean(spread > step)) > _COLORED_SHARE
