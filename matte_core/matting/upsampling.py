"""Guided upsampling: alpha from the reduced image to the full-size one, with edges and hair.

Around every pixel of the reduced image alpha is fitted as an affine function of color,
``alpha = a . I + b``. The coefficients, unlike alpha, vary slowly, so they are what is enlarged.
Applied to the colors of the full-size image they give alpha in full detail.

References
----------
He, Sun: Fast Guided Filter. 2015.
"""

import cv2
import numpy as np

from matte_core.base.messages import Message
from matte_core.base.progress import ProgressCallback, silent
from matte_core.filters.guided import GuidedFilter
from matte_core.images import UNKNOWN, Alpha, Float32, Image, Trimap
from matte_core.matting.level import Level, without_border

RADIUS_PX = 1
EPSILON = 1e-5  # variance of the colors; tiny, because even a weak edge may be a hair

_STRIP_ROWS = 32


def upsample(
    level: Level,
    alpha: Float32,
    image: Image,
    trimap: Trimap,
    out: Alpha,
    *,
    progress: ProgressCallback = silent,
) -> None:
    """Fill in the unknown pixels of the full-size image from the level's alpha.

    Parameters
    ----------
    level : Level
        Made from this image and trimap.
    alpha : (h, w) float32, [0, 1]
        On the level, border included.
    image : (H, W, 3) uint8 or float in [0, 1], sRGB
    trimap : (H, W) uint8, {0, 128, 255}
    out : (H, W) float32
        Unknown pixels are overwritten with values in [0, 1]; known pixels are left alone.
    progress : callable
        Called between strips; may raise `Cancelled`.
    """
    factor = level.factor
    small, coarse = without_border(level.image), without_border(alpha)
    scale = np.float32(1 / 255 if image.dtype == np.uint8 else 1)
    rows, columns = coarse.shape
    height, width = trimap.shape
    for top in range(0, rows, _STRIP_ROWS):
        progress(top / rows, Message("Enlarging"))
        bottom = min(top + _STRIP_ROWS, rows)
        strip = slice(top * factor, min(bottom * factor, height))
        is_unknown = trimap[strip] == UNKNOWN
        unknown_columns = np.flatnonzero(is_unknown.any(axis=0))
        if len(unknown_columns) == 0:
            continue
        left = int(unknown_columns[0]) // factor
        right = int(unknown_columns[-1]) // factor + 1
        # One more row and column on each side, so that strips meet without a seam.
        high, low = max(top - 1, 0), min(bottom + 1, rows)
        first, last = max(left - 1, 0), min(right + 1, columns)
        coefficients = _fit(small, coarse, (high, low), (first, last))
        size = ((last - first) * factor, (low - high) * factor)
        large = cv2.resize(coefficients, size, interpolation=cv2.INTER_LINEAR)
        large = large[(top - high) * factor :, (left - first) * factor :]
        across = slice(left * factor, min(right * factor, width))
        here = is_unknown[:, across]
        chosen = large[: here.shape[0], : here.shape[1]][here]
        colors = np.multiply(image[strip, across][here], scale, dtype=np.float32)
        values = np.einsum("nc,nc->n", chosen[:, :3], colors) + chosen[:, 3]
        out[strip, across][here] = np.clip(values, 0, 1)


def _fit(
    image: Float32, alpha: Float32, rows: tuple[int, int], columns: tuple[int, int]
) -> Float32:
    """Return the coefficients, (rows, columns, 4), of a part; its surroundings count as well."""
    reach = 2 * RADIUS_PX
    top, left = max(rows[0] - reach, 0), max(columns[0] - reach, 0)
    around = (slice(top, rows[1] + reach), slice(left, columns[1] + reach))
    coefficients = GuidedFilter(image[around], RADIUS_PX, epsilon=EPSILON).coefficients(
        alpha[around]
    )
    return coefficients[rows[0] - top : rows[1] - top, columns[0] - left : columns[1] - left]
