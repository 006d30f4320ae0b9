"""Carrying alpha from a reduced picture to the full one, edges and hairs included.

Around every pixel of the reduced picture alpha is fitted as an affine function of color,
``alpha = a . I + b``; the coefficients, unlike alpha, vary slowly, so they are what is
enlarged. Applied to the full picture's colors they give alpha at full detail.

References
----------
He, Sun, Tang: Guided Image Filtering. PAMI 2013. He, Sun: Fast Guided Filter. 2015.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.base.messages import Message
from matte_core.base.progress import ProgressCallback, silent
from matte_core.images import UNKNOWN, Alpha, Float32, Image, Trimap
from matte_core.matting.level import Level, without_rim

RADIUS_PX = 1
EPSILON = 1e-5

_STRIP_ROWS = 32


def lift(
    level: Level,
    alpha: Float32,
    image: Image,
    trimap: Trimap,
    out: Alpha,
    *,
    progress: ProgressCallback = silent,
) -> None:
    """Fill in the unknown pixels of the full picture from the level's alpha.

    Parameters
    ----------
    level : Level
        Made from the very picture and trimap.
    alpha : (h, w) float32
        On the level, with its rim.
    image : (H, W, 3) uint8 or float in [0, 1]
    trimap : (H, W) uint8, {0, 128, 255}
    out : (H, W) float32
        Its unknown pixels are overwritten with values in [0, 1]; others are left alone.
    progress : callable
        Called between strips; may raise `Cancelled`.
    """
    factor = level.factor
    small, coarse = without_rim(level.image), without_rim(alpha)
    scale = np.float32(1 / 255 if image.dtype == np.uint8 else 1)
    rows, columns = coarse.shape
    height, width = trimap.shape
    for top in range(0, rows, _STRIP_ROWS):
        progress(top / rows, Message("Enlarging"))
        bottom = min(top + _STRIP_ROWS, rows)
        strip = slice(top * factor, min(bottom * factor, height))
        is_unknown = trimap[strip] == UNKNOWN
        wanted = np.flatnonzero(is_unknown.any(axis=0))
        if len(wanted) == 0:
            continue
        left, right = int(wanted[0]) // factor, int(wanted[-1]) // factor + 1
        # One row and column more on each side, so that strips meet without a seam.
        high, low = max(top - 1, 0), min(bottom + 1, rows)
        first, last = max(left - 1, 0), min(right + 1, columns)
        slopes = _affine_fit(small, coarse, (high, low), (first, last))
        large = cv2.resize(
            slopes,
            ((last - first) * factor, (low - high) * factor),
            interpolation=cv2.INTER_LINEAR,
        )
        large = large[(top - high) * factor :, (left - first) * factor :]
        across = slice(left * factor, min(right * factor, width))
        here = is_unknown[:, across]
        chosen = large[: here.shape[0], : here.shape[1]][here]
        colors = np.multiply(image[strip, across][here], scale, dtype=np.float32)
        values = np.einsum("nc,nc->n", chosen[:, :3], colors) + chosen[:, 3]
        out[strip, across][here] = np.clip(values, 0, 1)


def _affine_fit(
    image: Float32, alpha: Float32, rows: tuple[int, int], columns: tuple[int, int]
) -> Float32:
    """Return, for the pixels of a part, the mean ``(a, b)`` of the windows they lie in.

    The result is (rows, columns, 4); what lies outside the part is looked at, not fitted.
    """
    reach = 2 * RADIUS_PX
    top, left = max(rows[0] - reach, 0), max(columns[0] - reach, 0)
    around = (slice(top, rows[1] + reach), slice(left, columns[1] + reach))
    # Covariances are small differences of squares: double precision, or flat regions break.
    planes = [np.ascontiguousarray(image[around][..., c], np.float64) for c in range(3)]
    target = alpha[around].astype(np.float64)
    means = [_box(plane) for plane in planes]
    mean_target = _box(target)
    cross = [_box(p * target) - m * mean_target for p, m in zip(planes, means, strict=True)]

    def covariance(i: int, j: int) -> NDArray[np.float64]:
        return _box(planes[i] * planes[j]) - means[i] * means[j]

    c00, c11, c22 = (covariance(i, i) + EPSILON for i in range(3))
    c01, c02, c12 = covariance(0, 1), covariance(0, 2), covariance(1, 2)
    # Cramer's rule on the symmetric 3 x 3 systems.
    i00, i01, i02 = c11 * c22 - c12 * c12, c02 * c12 - c01 * c22, c01 * c12 - c02 * c11
    i11, i12, i22 = c00 * c22 - c02 * c02, c02 * c01 - c00 * c12, c00 * c11 - c01 * c01
    scale = 1 / (c00 * i00 + c01 * i01 + c02 * i02)
    a0 = (i00 * cross[0] + i01 * cross[1] + i02 * cross[2]) * scale
    a1 = (i01 * cross[0] + i11 * cross[1] + i12 * cross[2]) * scale
    a2 = (i02 * cross[0] + i12 * cross[1] + i22 * cross[2]) * scale
    b = mean_target - a0 * means[0] - a1 * means[1] - a2 * means[2]
    inner = (slice(rows[0] - top, rows[1] - top), slice(columns[0] - left, columns[1] - left))
    fit = np.empty((rows[1] - rows[0], columns[1] - columns[0], 4), np.float32)
    for place, plane in enumerate((a0, a1, a2, b)):
        fit[..., place] = _box(plane)[inner]
    return fit


def _box(plane: NDArray[np.float64]) -> NDArray[np.float64]:
    side = 2 * RADIUS_PX + 1
    return np.asarray(cv2.blur(plane, (side, side), borderType=cv2.BORDER_REPLICATE))
