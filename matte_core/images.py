"""The checks that every array passes on its way in, and the conversions they share.

An image is (H, W, 3) uint8, or float in [0, 1], sRGB. A mask is (H, W) bool. A trimap is
(H, W) uint8 in {0, 128, 255}. An alpha is (H, W) float in [0, 1].
"""

from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.base.errors import InputError

Image: TypeAlias = NDArray[np.uint8] | NDArray[np.floating[Any]]
Mask: TypeAlias = NDArray[np.bool_]
Trimap: TypeAlias = NDArray[np.uint8]
Alpha: TypeAlias = NDArray[np.float32]
Float32: TypeAlias = NDArray[np.float32]

BACKGROUND = 0
UNKNOWN = 128
FOREGROUND = 255

_BAND_PX = 1 << 20


def check_image(image: Any, name: str = "image") -> Image:
    """Check that `image` is (H, W, 3) uint8 or float in [0, 1], and return it unchanged.

    Raises
    ------
    InputError
        If it is not an array of that shape, type and range, is empty, or holds NaN.
    """
    if not isinstance(image, np.ndarray):
        raise InputError(
            f"The {name} is a {type(image).__name__}, not a numpy array.",
            "Give an array of shape (H, W, 3), uint8 or float in [0, 1].",
        )
    if image.ndim != 3 or image.shape[2] != 3:
        raise InputError(
            f"The {name} has shape {image.shape}.",
            "It must be (H, W, 3): rows, columns, and red, green, blue.",
        )
    if 0 in image.shape:
        raise InputError(f"The {name} is empty: its shape is {image.shape}.")
    if image.dtype == np.uint8:
        return image
    if not np.issubdtype(image.dtype, np.floating):
        raise InputError(
            f"The {name} has type {image.dtype}.",
            "It must be uint8, or float in [0, 1]; divide 16-bit values by 65535.",
        )
    _check_unit_range(image, name)
    return image


def check_plane(plane: Any, name: str, shape: tuple[int, int] | None = None) -> NDArray[Any]:
    """Check that `plane` is a non-empty (H, W) array, of the given shape when there is one."""
    if not isinstance(plane, np.ndarray):
        raise InputError(f"The {name} is a {type(plane).__name__}, not a numpy array.")
    if plane.ndim != 2 or 0 in plane.shape:
        raise InputError(f"The {name} has shape {plane.shape}.", "It must be (H, W).")
    if shape is not None and plane.shape != shape:
        raise InputError(
            f"The {name} is {plane.shape[1]} x {plane.shape[0]} pixels, "
            f"the picture {shape[1]} x {shape[0]}.",
            "They must have the same size.",
        )
    return plane


def check_mask(mask: Any, shape: tuple[int, int] | None = None, name: str = "mask") -> Mask:
    """Check that `mask` is (H, W) bool, and return it unchanged."""
    plane = check_plane(mask, name, shape)
    if plane.dtype != np.bool_:
        raise InputError(
            f"The {name} has type {plane.dtype}.", f"It must be bool; try `{name} > 127`."
        )
    return plane


def check_trimap(trimap: Any, shape: tuple[int, int] | None = None) -> Trimap:
    """Check that `trimap` is (H, W) uint8 in {0, 128, 255}, and return it unchanged."""
    plane = check_plane(trimap, "trimap", shape)
    if plane.dtype != np.uint8:
        raise InputError(f"The trimap has type {plane.dtype}.", "It must be uint8.")
    known_values = (plane == BACKGROUND) | (plane == UNKNOWN) | (plane == FOREGROUND)
    if not known_values.all():
        strange = np.unique(plane[~known_values])[:5].tolist()
        raise InputError(
            f"The trimap has values other than 0, 128 and 255: {strange}.",
            "Use 0 for background, 128 for unknown, 255 for foreground; "
            "`matte_core.trimap.read_trimap` turns any gray picture into such a trimap.",
        )
    return plane


def check_alpha(alpha: Any, shape: tuple[int, int] | None = None) -> Alpha:
    """Check that `alpha` is (H, W) float in [0, 1], and return it as float32."""
    plane = check_plane(alpha, "alpha", shape)
    if not np.issubdtype(plane.dtype, np.floating):
        raise InputError(
            f"The alpha has type {plane.dtype}.", "It must be float in [0, 1]; divide by 255."
        )
    _check_unit_range(plane, "alpha")
    return plane.astype(np.float32, copy=False)


def as_float(image: Image) -> Float32:
    """Return a checked image as float32 in [0, 1], still sRGB."""
    if image.dtype == np.uint8:
        return np.multiply(image, np.float32(1 / 255), dtype=np.float32)
    return image.astype(np.float32, copy=False)


def as_uint8(image: Image) -> NDArray[np.uint8]:
    """Return a checked image as uint8, rounded to the nearest step."""
    if image.dtype == np.uint8:
        return image  # type: ignore[return-value]
    return np.rint(image * 255).astype(np.uint8)


def resized(part: Image, height: int, width: int) -> Image:
    """Resize a picture, averaging where it shrinks."""
    if part.shape[:2] == (height, width):
        return part
    shrinks = height < part.shape[0] or width < part.shape[1]
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    sized: Image = cv2.resize(part, (width, height), interpolation=method)  # type: ignore[assignment]
    return sized


def row_bands(shape: tuple[int, int]) -> list[NDArray[np.int_]]:
    """Return the row numbers of a picture in bands of about a million pixels."""
    count = max(1, _BAND_PX // shape[1])
    return [np.arange(start, min(start + count, shape[0])) for start in range(0, shape[0], count)]


def _check_unit_range(values: NDArray[Any], name: str) -> None:
    low, high = float(values.min()), float(values.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        raise InputError(f"The {name} holds NaN or infinite values.")
    if low < 0 or high > 1:
        raise InputError(
            f"The {name} has values from {low:g} to {high:g}.", "Floats must lie in [0, 1]."
        )
