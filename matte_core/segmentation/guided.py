"""Draw a coarse probability to the picture's own edges: the guided filter.

In every window the result is a linear function of the picture's colors, the one that fits the
probability there best. Where the picture has an edge the result has it too; where it is flat
the result is smooth. The coefficients are found on a reduced picture and applied to the full
one, so that the time hardly depends on the picture's size.

References
----------
He, Sun, Tang: Guided Image Filtering, PAMI 2013, equations 19 to 21 (color guide).
He, Sun: Fast Guided Filter, 2015 (coefficients at reduced size).
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.images import Float32, Image, as_float, row_bands

_CHANNELS = 3
_FLATNESS = 3e-4  # variance of color, on a scale of 0 to 1, below which a window is flat


def guided_coefficients(guide: Float32, values: Float32, radius_px: int) -> Float32:
    """Fit the values by a linear function of the guide's colors around every pixel.

    Parameters
    ----------
    guide : (h, w, 3) float32, [0, 1]
    values : (h, w) float32
    radius_px : int
        Windows are (2 r + 1) pixels wide and high.

    Returns
    -------
    (h, w, 4) float32
        Three slopes and an offset: values are about ``(slopes * guide).sum(-1) + offset``.
    """
    mean = _window_mean(radius_px)
    color, level = mean(guide), mean(values)
    covariance = mean(guide * values[..., None]) - color * level[..., None]
    spread = np.empty((*values.shape, _CHANNELS, _CHANNELS), np.float32)
    for one in range(_CHANNELS):
        for other in range(one, _CHANNELS):
            product = mean(guide[..., one] * guide[..., other])
            product -= color[..., one] * color[..., other]
            spread[..., one, other] = spread[..., other, one] = product
    slopes = _solve_symmetric(spread, covariance)
    offset = level - (slopes * color).sum(axis=-1)
    return np.asarray(mean(np.dstack([slopes, offset])))


def apply_guided(image: Image, coefficients: Float32) -> Float32:
    """Apply coefficients found on a reduced picture to the picture itself.

    Parameters
    ----------
    image : (H, W, 3) uint8 or float in [0, 1]
    coefficients : (h, w, 4) float32
        Of the same picture at any size.

    Returns
    -------
    (H, W) float32, [0, 1]
    """
    height, width = image.shape[:2]
    out = np.empty((height, width), np.float32)
    for rows in row_bands((height, width)):
        window = np.s_[rows[0] : rows[-1] + 1]
        lifted = _lift_rows(coefficients, rows, (height, width))
        guide = as_float(image[window])
        band = lifted[..., 3].copy()
        for channel in range(_CHANNELS):
            band += lifted[..., channel] * guide[..., channel]
        np.clip(band, 0, 1, out=out[window])
    return out


def _window_mean(radius_px: int) -> Any:
    size = (2 * radius_px + 1, 2 * radius_px + 1)
    return lambda values: cv2.blur(values, size, borderType=cv2.BORDER_REFLECT)


def _solve_symmetric(spread: Float32, right: Float32) -> Float32:
    """Solve (spread + flatness I) x = right at every pixel by the adjugate of a 3 x 3 matrix."""
    a, b, c = spread[..., 0, 0] + _FLATNESS, spread[..., 0, 1], spread[..., 0, 2]
    d, e = spread[..., 1, 1] + _FLATNESS, spread[..., 1, 2]
    f = spread[..., 2, 2] + _FLATNESS
    first, second, third = d * f - e * e, c * e - b * f, b * e - c * d
    determinant = a * first + b * second + c * third
    x, y, z = right[..., 0], right[..., 1], right[..., 2]
    solved = np.stack(
        [
            first * x + second * y + third * z,
            second * x + (a * f - c * c) * y + (b * c - a * e) * z,
            third * x + (b * c - a * e) * y + (a * d - b * b) * z,
        ],
        axis=-1,
    )
    solved /= determinant[..., None]
    return solved


def _lift_rows(coefficients: Float32, rows: NDArray[np.int_], shape: tuple[int, int]) -> Float32:
    """Interpolate the coefficients at some rows of a picture of that shape."""
    if coefficients.shape[:2] == shape:
        return coefficients[rows[0] : rows[-1] + 1]
    scale = coefficients.shape[0] / shape[0]
    place = np.clip((rows + 0.5) * scale - 0.5, 0, coefficients.shape[0] - 1)
    top = np.minimum(place.astype(np.intp), max(coefficients.shape[0] - 2, 0))
    bottom = np.minimum(top + 1, coefficients.shape[0] - 1)
    down = (place - top).astype(np.float32)[:, None, None]
    mixed = coefficients[top] * (1 - down) + coefficients[bottom] * down
    lifted = cv2.resize(mixed, (shape[1], len(rows)), interpolation=cv2.INTER_LINEAR)
    return np.asarray(lifted, np.float32)
