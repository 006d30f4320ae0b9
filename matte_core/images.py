"""Array types, the checks that every input array passes, and shared conversions.

An image is (H, W, 3) uint8, or float in [0, 1], sRGB. A mask is (H, W) bool. A trimap is
(H, W) uint8 in {0, 128, 255}. An alpha is (H, W) float in [0, 1]. Each check raises `InputError`
with the name of the array, what is wrong with it, and what to do.
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


def check_image(image: Any, name: str = "image") -> Image:
    """Check that `image` is (H, W, 3) uint8 or float in [0, 1], and return it unchanged.

    Raises
    ------
    InputError
        If it is not an array of that shape, type and range, is empty, or contains NaN.
    """
    if not isinstance(image, np.ndarray):
        raise InputError(
            f"The {name} is a {type(image).__name__}, not a NumPy array.",
            "Give an array of shape (H, W, 3), uint8 or float in [0, 1].",
        )
    if image.ndim != 3 or image.shape[2] != 3:
        raise InputError(
            f"The {name} has shape {image.shape}.",
            "It must be (H, W, 3): rows, columns, and the channels red, green and blue.",
        )
    if 0 in image.shape:
        raise InputError(f"The {name} is empty: its shape is {image.shape}.")
    if image.dtype == np.uint8:
        return image
    if not np.issubdtype(image.dtype, np.floating):
        raise InputError(
            f"The {name} has type {image.dtype}.",
            "It must be uint8 or float in [0, 1]; divide 16-bit values by 65535.",
        )
    _check_unit_range(image, name)
    return image


def check_plane(plane: Any, name: str, shape: tuple[int, int] | None = None) -> NDArray[Any]:
    """Check that `plane` is a non-empty (H, W) array, of the given shape if one is given."""
    if not isinstance(plane, np.ndarray):
        raise InputError(f"The {name} is a {type(plane).__name__}, not a NumPy array.")
    if plane.ndim != 2 or 0 in plane.shape:
        raise InputError(f"The {name} has shape {plane.shape}.", "It must be (H, W).")
    if shape is not None and plane.shape != shape:
        raise InputError(
            f"The {name} is {plane.shape[1]} x {plane.shape[0]} pixels, "
            f"the image {shape[1]} x {shape[0]}.",
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
        invalid = np.unique(plane[~known_values])[:5].tolist()
        raise InputError(
            f"The trimap has values other than 0, 128 and 255: {invalid}.",
            "Use 0 for background, 128 for unknown, 255 for foreground; "
            "`matte_core.trimap.read_trimap` makes such a trimap from any grayscale image.",
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
    """Convert a valid image to float32 in [0, 1], still sRGB."""
    if image.dtype == np.uint8:
        return np.multiply(image, np.float32(1 / 255), dtype=np.float32)
    return image.astype(np.float32, copy=False)


def as_uint8(image: Image) -> NDArray[np.uint8]:
    """Convert a valid image to uint8, rounding to the nearest value."""
    if image.dtype == np.uint8:
        return image  # type: ignore[return-value]
    # Rounds as numpy's rint does, in an eighth of the time.
    return cv2.convertScaleAbs(np.ascontiguousarray(image, np.float32), alpha=255)  # type: ignore[return-value]


def resized(part: Image, height: int, width: int) -> Image:
    """Resize an image or a plane: area averaging when it shrinks, bilinear otherwise."""
    if part.shape[:2] == (height, width):
        return part
    shrinks = height < part.shape[0] or width < part.shape[1]
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    # Averaging whole pixels takes OpenCV a tenth of the time: what remains is then a small image.
    most = min(part.shape[0] // height, part.shape[1] // width)
    for step in range(most, 1, -1):
        if part.shape[0] % step == 0 and part.shape[1] % step == 0:
            size = (part.shape[1] // step, part.shape[0] // step)
            part = cv2.resize(part, size, interpolation=method)  # type: ignore[assignment]
            break
    sized: Image = cv2.resize(part, (width, height), interpolation=method)  # type: ignore[assignment]
    return sized


def row_slices(shape: tuple[int, ...], most_px: int = 1 << 20) -> list[slice]:
    """Split an image into strips of whole rows, to keep temporary arrays small.

    Parameters
    ----------
    shape : (H, W) or (H, W, 3)
    most_px : int
        Pixels in a strip; a strip has at least one row, however long.

    Examples
    --------
    >>> row_slices((5, 100), most_px=250)
    [slice(0, 2, None), slice(2, 4, None), slice(4, 5, None)]
    """
    step = max(1, most_px // shape[1])
    return [slice(top, min(top + step, shape[0])) for top in range(0, shape[0], step)]


def _check_unit_range(values: NDArray[Any], name: str) -> None:
    low, high = float(values.min()), float(values.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        raise InputError(f"The {name} contains NaN or infinite values.")
    if low < 0 or high > 1:
        raise InputError(
            f"The {name} has values from {low:g} to {high:g}.",
            "Floating-point values must be in [0, 1].",
        )
