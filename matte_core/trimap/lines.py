"""Detect thin bright lines of any direction.

References
----------
Chaudhuri et al.: Detection of Blood Vessels in Retinal Images Using Two-Dimensional Matched
Filters. IEEE Transactions on Medical Imaging 1989: the maximum over the responses of one rotated
filter. Here a line is compared with the brighter of its two sides, not with their mean.
"""

import math
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial, reduce

import cv2
import numpy as np

from matte_core.base.threads import cores, most_threads
from matte_core.images import Float32

_LENGTH_PX = 15  # over which a line's brightness is averaged
_WIDTH_PX = 0.8  # standard deviation across the line: for hair one or two pixels wide
_ASIDE_PX = 2.5  # from the line to its sides: far enough that it hardly counts there
_DIRECTIONS = 8  # of the filter, evenly spaced over 180 degrees


def find_lines(plane: Float32) -> Float32:
    """Return how much brighter a line through each pixel is than the brighter of its sides.

    An edge is no brighter than one of its sides, so it does not count as a line. The maximum over
    all directions is returned.

    Parameters
    ----------
    plane : (H, W) float32

    Returns
    -------
    contrast : (H, W) float32
        In the plane's units; negative where there is a dark line.

    Examples
    --------
    >>> plane = np.zeros((21, 21), np.float32)
    >>> plane[:, 10] = 1
    >>> [round(value, 1) for value in find_lines(plane)[10, 8:13].tolist()]
    [0.0, 0.0, 0.5, 0.0, 0.0]
    """
    with ThreadPoolExecutor(most_threads() or cores()) as pool:
        return reduce(np.maximum, pool.map(partial(_contrast, plane), _filters()))


def _contrast(plane: Float32, direction: tuple[Float32, int, int]) -> Float32:
    """Return the contrast of lines in one direction; see `_filters`."""
    kernel, right, down = direction
    height, width = plane.shape
    margin = math.ceil(_ASIDE_PX)
    line = cv2.filter2D(plane, -1, kernel, borderType=cv2.BORDER_REFLECT)
    padded = cv2.copyMakeBorder(line, *(margin,) * 4, cv2.BORDER_REPLICATE)
    one, other = (
        padded[margin + y : margin + y + height, margin + x : margin + x + width]
        for x, y in ((right, down), (-right, -down))
    )
    return np.asarray(line - np.maximum(one, other))


@cache
def _filters() -> tuple[tuple[Float32, int, int], ...]:
    """Return the filter of each direction, and the steps right and down to a line's side."""
    reach = _LENGTH_PX // 2 + 1
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    filters = []
    for angle in np.arange(_DIRECTIONS) * (math.pi / _DIRECTIONS):
        cos, sin = math.cos(angle), math.sin(angle)
        along = (x * cos + y * sin) / (_LENGTH_PX / 2.5)
        across = (y * cos - x * sin) / _WIDTH_PX
        weight = np.exp(-0.5 * (along**2 + across**2))
        kernel = np.asarray(weight / weight.sum(), np.float32)
        aside = _ASIDE_PX
        filters.append((kernel, round(-sin * aside), round(cos * aside)))
    return tuple(filters)
