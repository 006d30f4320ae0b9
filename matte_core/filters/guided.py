"""The guided filter: values that follow the edges of an image.

In every window the output is the affine function of the colors that fits the values best::

    q_i = a_k . I_i + b_k,    a_k = (S_k + eps Id)^-1 cov_k(I, p),    b_k = mean(p) - a_k . mean(I)

with S_k the covariance of the colors in window k. Where the image has an edge, so has the output;
where the image is flat, the output is smooth. The coefficients vary slowly, so they can be fitted
on a reduced image and applied to the full-size one.

References
----------
He, Sun, Tang: Guided Image Filtering. PAMI 2013, equations 19 to 21 (color guide).
He, Sun: Fast Guided Filter. 2015 (coefficients fitted at reduced size).
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import DTypeLike, NDArray

from matte_core.images import Float32, Image, as_float, row_slices

#: Variance of the colors, in [0, 1], below which a window counts as flat.
EPSILON = 3e-4
_STRIP_PX = 1 << 16  # what is in work at once stays in the processor's cache

Floats = NDArray[np.floating[Any]]


class GuidedFilter:
    """The windows of a guide, into which any values can be fitted.

    Parameters
    ----------
    guide : (h, w, 3) float32, [0, 1]
    radius_px : int
        Windows are (2 r + 1) pixels wide and high.
    epsilon : float
        Regularization of the windows' color covariance; smaller values follow weaker edges.
    dtype : dtype
        The precision of the computation; use float64 if `epsilon` is below about 1e-4, because
        covariances are small differences of squares.

    Examples
    --------
    >>> guide = np.linspace(0, 1, 75, dtype=np.float32).reshape(5, 5, 3)
    >>> values = guide @ np.float32([0.25, 0.25, 0.5])
    >>> filtered = apply_guided(guide, GuidedFilter(guide, 2).coefficients(values))
    >>> bool(np.abs(filtered - values).max() < 0.01)
    True
    """

    def __init__(
        self,
        guide: Float32,
        radius_px: int,
        *,
        epsilon: float = EPSILON,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self._side = (2 * radius_px + 1, 2 * radius_px + 1)
        self._colors = [np.ascontiguousarray(guide[..., c], dtype) for c in range(3)]
        red, green, blue = self._colors
        mean = self._mean
        self._means = [mean(color) for color in self._colors]
        mean_red, mean_green, mean_blue = self._means
        # The symmetric covariance matrix (a b c, b d e, c e f), inverted by Cramer's rule.
        a = mean(red * red) - mean_red * mean_red + epsilon
        d = mean(green * green) - mean_green * mean_green + epsilon
        f = mean(blue * blue) - mean_blue * mean_blue + epsilon
        b = mean(red * green) - mean_red * mean_green
        c = mean(red * blue) - mean_red * mean_blue
        e = mean(green * blue) - mean_green * mean_blue
        i, j, k = d * f - e * e, c * e - b * f, b * e - c * d
        l, m, n = a * f - c * c, c * b - a * e, a * d - b * b  # noqa: E741
        self._inverse = (i, j, k), (j, l, m), (k, m, n)
        self._scale = 1 / (a * i + b * j + c * k)

    def coefficients(self, values: Floats) -> Float32:
        """Fit values as an affine function of the guide's colors around every pixel.

        Parameters
        ----------
        values : (h, w) float32 or float64

        Returns
        -------
        coefficients : (h, w, 4) float32
            Three slopes and an offset: values are about ``(slopes * guide).sum(-1) + offset``.
        """
        mean = self._mean
        mean_values = mean(values)
        x, y, z = (
            mean(color * values) - mean_color * mean_values
            for color, mean_color in zip(self._colors, self._means, strict=True)
        )
        slopes = [(p * x + q * y + r * z) * self._scale for p, q, r in self._inverse]
        offset = mean_values
        for slope, mean_color in zip(slopes, self._means, strict=True):
            offset = offset - slope * mean_color
        fitted = np.empty((*values.shape, 4), np.float32)
        for place, plane in enumerate((*slopes, offset)):
            fitted[..., place] = mean(plane)
        return fitted

    def _mean(self, plane: Floats) -> Floats:
        return np.asarray(cv2.blur(plane, self._side, borderType=cv2.BORDER_REFLECT))


def apply_guided(image: Image, coefficients: Float32) -> Float32:
    """Apply coefficients fitted on a reduced image to the full-size image.

    Parameters
    ----------
    image : (H, W, 3) uint8 or float in [0, 1]
    coefficients : (h, w, 4) float32
        Fitted on the same image at any size.

    Returns
    -------
    values : (H, W) float32, [0, 1]
    """
    shape = image.shape[:2]
    out = np.empty(shape, np.float32)
    if image.dtype not in (np.uint8, np.float32):
        image = as_float(image)
    unit = 1 / 255 if image.dtype == np.uint8 else 1.0
    for rows in row_slices(shape, _STRIP_PX):
        guide = cv2.cvtColor(image[rows], cv2.COLOR_RGB2RGBA)  # opaque: the offset's factor is 1
        terms = cv2.multiply(
            _enlarge_rows(coefficients, rows, shape), guide, scale=unit, dtype=cv2.CV_32F
        )
        np.clip(cv2.transform(terms, np.ones((1, 4))), 0, 1, out=out[rows])
    return out


def _enlarge_rows(coefficients: Float32, rows: slice, shape: tuple[int, ...]) -> Float32:
    """Interpolate the coefficients at some rows of an image of the given shape."""
    height = coefficients.shape[0]
    if coefficients.shape[:2] == shape:
        return coefficients[rows]
    place = (np.arange(rows.start, rows.stop) + 0.5) * (height / shape[0]) - 0.5
    place = np.clip(place, 0, height - 1)
    top = np.minimum(place.astype(np.intp), max(height - 2, 0))
    bottom = np.minimum(top + 1, height - 1)
    down = (place - top).astype(np.float32)[:, None, None]
    mixed = coefficients[top] * (1 - down) + coefficients[bottom] * down
    size = (shape[1], rows.stop - rows.start)
    return np.asarray(cv2.resize(mixed, size, interpolation=cv2.INTER_LINEAR), np.float32)
