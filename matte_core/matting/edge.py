"""Adjust the edge of a finished alpha: smooth, shift, feather, contrast.

What a person tunes after matting. Each control is a filter on the alpha alone, so none of them
costs a new solution. They are applied in the order in which they build on each other: the
outline is smoothed, then moved, then made softer, then steeper.

Shifting and smoothing are flat gray-level morphology: where the alpha is a ramp, the ramp is
moved as it is, and a straight soft edge is not changed by smoothing at all. All four keep a
larger alpha larger, and nothing comes in from beyond the picture's border.

References
----------
Serra: Image Analysis and Mathematical Morphology, vol. 2. Academic Press 1988 (morphological
filters: the mean of open-close and close-open).
"""

import math
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.base.errors import InputError
from matte_core.images import Alpha, Float32, check_alpha

#: The largest value of each control, in pixels.
MAX_SHIFT_PX, MAX_SMOOTH_PX, MAX_FEATHER_PX = 100.0, 50.0, 250.0

# As in GIMP's Select > Feather: its radius is 3.5 standard deviations of the Gaussian.
_FEATHER_DEVIATIONS = 3.5
_LEAST_FEATHER_PX = 0.1  # below it the Gaussian is a single pixel
_CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], np.uint8)


def adjust_edge(
    alpha: Alpha,
    *,
    shift_px: float = 0.0,
    smooth_px: float = 0.0,
    feather_px: float = 0.0,
    contrast: float = 0.0,
) -> Alpha:
    """Adjust the edge of an alpha.

    Parameters
    ----------
    alpha : (H, W) float, [0, 1]
    shift_px : float, -100 to 100
        How far the edge moves: outwards when positive, inwards when negative. Fractions of a
        pixel count.
    smooth_px : float, 0 to 50
        Spikes and notches narrower than about twice this are taken off and filled.
    feather_px : float, 0 to 250
        Radius of the blur, as in GIMP's Select > Feather.
    contrast : float, [0, 1]
        How much steeper the transition becomes: 0 leaves it, 1 cuts at one half.

    Returns
    -------
    (H, W) float32, [0, 1]
        A new array; with every control at 0, the alpha bit for bit.

    Raises
    ------
    InputError
        If the alpha is not as above or a control is out of its range.
    """
    alpha = check_alpha(alpha)
    _check_range("shift", shift_px, -MAX_SHIFT_PX, MAX_SHIFT_PX, " px")
    _check_range("smoothing", smooth_px, 0, MAX_SMOOTH_PX, " px")
    _check_range("feathering", feather_px, 0, MAX_FEATHER_PX, " px")
    _check_range("contrast", contrast, 0, 1, "")
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
    adjusted[box] = part
    return adjusted


def _check_range(name: str, value: float, low: float, high: float, unit: str) -> None:
    if not low <= value <= high:
        raise InputError(
            f"The {name} is {value:g}{unit}.", f"It must lie in {low:g} to {high:g}{unit}."
        )


def _box(
    alpha: Float32, shift_px: float, smooth_px: float, feather_px: float
) -> tuple[slice, slice] | None:
    """Return a rectangle outside of which no control changes anything; None without an edge."""
    is_edge = (alpha > 0) & (alpha < 1)
    is_inside = alpha >= 0.5
    is_edge[1:] |= is_inside[1:] != is_inside[:-1]
    is_edge[:, 1:] |= is_inside[:, 1:] != is_inside[:, :-1]
    rows, columns = np.flatnonzero(is_edge.any(axis=1)), np.flatnonzero(is_edge.any(axis=0))
    if rows.size == 0:
        return None
    # Opening and closing each look twice as far as their radius, and one follows the other. The
    # Gaussian is cut off by OpenCV at 4 deviations.
    reach = abs(shift_px) + 4 * smooth_px + 4 * feather_px / _FEATHER_DEVIATIONS
    margin = 4 + 2 * math.ceil(reach)  # twice, so that the rectangle's border sees no change
    top, left = max(int(rows[0]) - margin, 0), max(int(columns[0]) - margin, 0)
    return slice(top, int(rows[-1]) + margin + 1), slice(left, int(columns[-1]) + margin + 1)


def _between(
    operation: Callable[[Float32, int], Float32], alpha: Float32, radius_px: float
) -> Float32:
    """Apply an operation of whole pixels with a radius between two of them."""
    whole = math.floor(radius_px)
    rest = radius_px - whole
    low = operation(alpha, whole) if whole else alpha
    if not rest:
        return low
    mixed: Float32 = (1 - rest) * low + rest * operation(alpha, whole + 1)
    return mixed.astype(np.float32, copy=False)


def _smooth(alpha: Float32, radius_px: int) -> Float32:
    closed = _shrink(_grow(alpha, radius_px), radius_px)
    opened = _grow(_shrink(alpha, radius_px), radius_px)
    open_close = _shrink(_grow(opened, radius_px), radius_px)
    close_open = _grow(_shrink(closed, radius_px), radius_px)
    mean: Float32 = (open_close + close_open) * np.float32(0.5)
    return mean


def _grow(alpha: Float32, radius_px: int) -> Float32:
    """Take the largest value within an octagon of that radius."""
    square, crosses = _octagon(radius_px)
    grown: NDArray[Any] = np.ascontiguousarray(alpha)
    if square:
        grown = cv2.dilate(grown, np.ones((1, 2 * square + 1), np.uint8))
        grown = cv2.dilate(grown, np.ones((2 * square + 1, 1), np.uint8))
    return np.asarray(cv2.dilate(grown, _CROSS, iterations=crosses), np.float32)


def _shrink(alpha: Float32, radius_px: int) -> Float32:
    return 1 - _grow(1 - alpha, radius_px)


def _octagon(radius_px: int) -> tuple[int, int]:
    """Split a radius into a square's and a number of crosses, whose sum is an octagon.

    It is the nearest to a disc that is cheap at any radius: the square goes by rows and columns.
    """
    square = round(radius_px * (math.sqrt(2) - 1))
    return square, radius_px - square


def _feather(alpha: Float32, radius_px: float) -> Float32:
    blurred: NDArray[Any] = cv2.GaussianBlur(
        np.ascontiguousarray(alpha),
        (0, 0),
        radius_px / _FEATHER_DEVIATIONS,
        borderType=cv2.BORDER_REPLICATE,
    )
    # The rounded weights sum up to almost 1: what is all foreground must stay exactly that.
    blurred[blurred > 1 - 1e-6] = 1
    return np.asarray(blurred, np.float32)


def _steepen(alpha: Float32, contrast: float) -> Float32:
    if contrast == 1:
        return (alpha >= 0.5).astype(np.float32)
    steeper: Float32 = (alpha - np.float32(0.5)) / np.float32(1 - contrast) + np.float32(0.5)
    return np.clip(steeper, 0, 1)
