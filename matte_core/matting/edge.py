"""Adjust the edge of a finished alpha: smooth, shift, feather, contrast.

Each control is a filter on the alpha alone, so changing one needs no new solution. They are applied
in the order in which they build on each other: the outline is smoothed, then moved, then softened,
then steepened, or made hard.

Shifting and smoothing are flat gray-level morphology: a soft edge is moved without changing its
shape, and smoothing leaves a straight soft edge alone. All of them are monotonic (a larger alpha
stays larger), and nothing enters from outside the image.

References
----------
Serra: Image Analysis and Mathematical Morphology, vol. 2. Academic Press 1988 (morphological
filters: the mean of open-close and close-open).
van den Boomgaard, van Balen: Methods for Fast Morphological Image Transforms Using Bitmapped Binary
Images. CVGIP 1992 (sums of a few pixels for large structuring elements).
"""

import math
from collections.abc import Callable, Iterator
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.base.errors import InputError
from matte_core.boxes import Box
from matte_core.images import Alpha, Float32, check_alpha

#: The upper limit of each control, in pixels.
MAX_SHIFT_PX, MAX_SMOOTH_PX, MAX_FEATHER_PX = 100.0, 50.0, 250.0

# As in GIMP's Select > Feather: its radius is 3.5 standard deviations of the Gaussian.
_FEATHER_DEVIATIONS = 3.5
_LEAST_FEATHER_PX = 0.1  # below, the Gaussian is a single pixel


def adjust_edge(
    alpha: Alpha,
    *,
    shift_px: float = 0.0,
    smooth_px: float = 0.0,
    feather_px: float = 0.0,
    contrast: float = 0.0,
    threshold: float = 0.0,
) -> Alpha:
    """Adjust the edge of an alpha.

    Parameters
    ----------
    alpha : (H, W) float, [0, 1]
    shift_px : float, -100 to 100
        How far to move the edge: outward if positive, inward if negative. May be fractional.
    smooth_px : float, 0 to 50
        Spikes narrower than about twice this are removed, and notches are filled.
    feather_px : float, 0 to 250
        Radius of the blur, as in GIMP's Select > Feather.
    contrast : float, [0, 1]
        How much steeper to make the transition: 0 leaves it alone, 1 makes it a step at 1/2.
    threshold : float, [0, 1]
        If not 0, an alpha of at least this becomes 1, and a lower one 0: a hard edge, as sprites
        and cutters need it.

    Returns
    -------
    (H, W) float32, [0, 1]
        A new array; with every control at 0, identical to `alpha`.

    Raises
    ------
    InputError
        If the alpha is not as described or a control is out of its range.

    Examples
    --------
    >>> alpha = np.float32([[1, 1, 0.5, 0, 0, 0]])
    >>> adjust_edge(alpha, shift_px=2).tolist()
    [[1.0, 1.0, 1.0, 1.0, 0.5, 0.0]]
    """
    alpha = check_alpha(alpha)
    _check_range("shift", shift_px, -MAX_SHIFT_PX, MAX_SHIFT_PX, " px")
    _check_range("smoothing", smooth_px, 0, MAX_SMOOTH_PX, " px")
    _check_range("feathering", feather_px, 0, MAX_FEATHER_PX, " px")
    _check_range("contrast", contrast, 0, 1, "")
    _check_range("threshold", threshold, 0, 1, "")
    adjusted = alpha.copy()
    box = _box(adjusted, shift_px, smooth_px, feather_px)
    if box is None:
        return adjusted  # there is no edge
    part = adjusted[box]
    if smooth_px:
        part = _between(_smooth, part, smooth_px)
    if shift_px:
        part = _between(_grow if shift_px > 0 else _shrink, part, abs(shift_px))
    if feather_px > _LEAST_FEATHER_PX:
        part = _feather(part, feather_px)
    if contrast:
        part = _steepen(part, contrast)
    if threshold:
        part = (part >= threshold).astype(np.float32)
    adjusted[box] = part
    return adjusted


def _check_range(name: str, value: float, low: float, high: float, unit: str) -> None:
    if not low <= value <= high:
        raise InputError(
            f"The {name} is {value:g}{unit}.", f"It must be {low:g} to {high:g}{unit}."
        )


def _box(
    alpha: Float32, shift_px: float, smooth_px: float, feather_px: float
) -> tuple[slice, slice] | None:
    """Return the part of the alpha that the controls can change; None if there is no edge."""
    is_edge = (alpha > 0) & (alpha < 1)
    is_inside = alpha >= 0.5
    is_edge[1:] |= is_inside[1:] != is_inside[:-1]
    is_edge[:, 1:] |= is_inside[:, 1:] != is_inside[:, :-1]
    box = Box.around(is_edge)
    if box is None:
        return None
    # Opening and closing each look twice as far as their radius, and one follows the other. The
    # Gaussian is cut off by OpenCV at 4 deviations.
    reach = abs(shift_px) + 4 * smooth_px + 4 * feather_px / _FEATHER_DEVIATIONS
    # Twice the reach, so that nothing changes at the box's own border.
    return box.grown(4 + 2 * math.ceil(reach), alpha.shape).slices


def _between(
    operation: Callable[[Float32, int], Float32], alpha: Float32, radius_px: float
) -> Float32:
    """Apply an operation with an integer radius, interpolating for a fractional one."""
    whole = math.floor(radius_px)
    rest = radius_px - whole
    low = operation(alpha, whole) if whole else alpha
    if not rest:
        return low
    mixed: Float32 = (1 - rest) * low + rest * operation(alpha, whole + 1)
    return mixed.astype(np.float32, copy=False)


def _smooth(alpha: Float32, radius_px: int) -> Float32:
    """Return the mean of what is opened, then closed, and of what is closed, then opened.

    Opening ends, and closing begins, with growing by the radius: at once, by twice the radius.
    """
    open_close = _shrink(_grow(_shrink(alpha, radius_px), radius_px, 2), radius_px)
    close_open = _grow(_shrink(_grow(alpha, radius_px), radius_px, 2), radius_px)
    mean: Float32 = (open_close + close_open) * np.float32(0.5)
    return mean


def _grow(alpha: Float32, radius_px: int, times: int = 1) -> Float32:
    """Return the maximum over an octagon of the given radius around each pixel."""
    return _over_octagon(cv2.dilate, alpha, radius_px, times)


def _shrink(alpha: Float32, radius_px: int, times: int = 1) -> Float32:
    """Return the minimum over an octagon of the given radius around each pixel."""
    return _over_octagon(cv2.erode, alpha, radius_px, times)


def _over_octagon(
    extreme: Callable[..., NDArray[Any]], alpha: Float32, radius_px: int, times: int
) -> Float32:
    """Apply a filter of OpenCV over an octagon, several times.

    An octagon, the closest to a disc that is cheap at any radius, is the Minkowski sum of a square,
    which is separable, and a diamond, which is a sum of a few plus signs.
    """
    side_px = round(radius_px * (math.sqrt(2) - 1))
    square_px, diamond_px = times * side_px, times * (radius_px - side_px)
    found: NDArray[Any] = np.ascontiguousarray(alpha)
    if square_px:
        found = extreme(found, np.ones((1, 2 * square_px + 1), np.uint8))
        found = extreme(found, np.ones((2 * square_px + 1, 1), np.uint8))
    for arm_px in _plus_signs(diamond_px):
        plus = np.zeros((2 * arm_px + 1, 2 * arm_px + 1), np.uint8)
        plus[arm_px, [0, arm_px, -1]] = plus[[0, -1], arm_px] = 1
        found = extreme(found, plus)
    return np.asarray(found, np.float32)


def _plus_signs(diamond_px: int) -> Iterator[int]:
    """Yield how long the arms of plus signs of five pixels are whose sum is a diamond.

    On an endless plane, arms as long as the radius reached so far would do. In an image, arms of
    half of that reach every pixel of the sum without a detour outside.
    """
    reached_px = 0
    while reached_px < diamond_px:
        arm_px = min(reached_px // 2 + 1, diamond_px - reached_px)
        yield arm_px
        reached_px += arm_px


def _feather(alpha: Float32, radius_px: float) -> Float32:
    blurred: NDArray[Any] = cv2.GaussianBlur(
        np.ascontiguousarray(alpha),
        (0, 0),
        radius_px / _FEATHER_DEVIATIONS,
        borderType=cv2.BORDER_REPLICATE,
    )
    # The rounded weights add up to almost 1, but foreground must stay exactly 1.
    blurred[blurred > 1 - 1e-6] = 1
    return np.asarray(blurred, np.float32)


def _steepen(alpha: Float32, contrast: float) -> Float32:
    if contrast == 1:
        return (alpha >= 0.5).astype(np.float32)
    steeper: Float32 = (alpha - np.float32(0.5)) / np.float32(1 - contrast) + np.float32(0.5)
    return np.clip(steeper, 0, 1)
