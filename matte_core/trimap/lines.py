"""Find thin bright lines in a plane, whatever their direction.

References
----------
Chaudhuri et al.: Detection of Blood Vessels in Retinal Images Using Two-Dimensional Matched
Filters. IEEE Transactions on Medical Imaging 1989: one filter, turned; of its answers the largest.
Here a line is compared with the higher of its two sides, not with their mean.
"""

import math
from functools import cache

import cv2
import numpy as np

from matte_core.images import Float32

_LENGTH_PX = 15  # over which a line's brightness is averaged
_WIDTH_PX = 0.8  # standard deviation across
_ASIDE_PX = 2.5  # where a line's sides are
_DIRECTIONS = 8


def find_lines(plane: Float32) -> Float32:
    """Return by how much every pixel's line is brighter than the brighter one of its sides.

    An edge is no brighter than one of its sides, so it is no line. Of the directions the one that
    gives most counts.

    Parameters
    ----------
    plane : (H, W) float32

    Returns
    -------
    (H, W) float32, in the plane's units; negative where there is a dark line.
    """
    height, width = plane.shape
    margin = math.ceil(_ASIDE_PX)
    brightest = np.full(plane.shape, -np.inf, np.float32)
    for kernel, right, down in _directions():
        line = cv2.filter2D(plane, -1, kernel, borderType=cv2.BORDER_REFLECT)
        padded = cv2.copyMakeBorder(line, *(margin,) * 4, cv2.BORDER_REPLICATE)
        one, other = (
            padded[margin + y : margin + y + height, margin + x : margin + x + width]
            for x, y in ((right, down), (-right, -down))
        )
        np.maximum(brightest, line - np.maximum(one, other), out=brightest)
    return brightest


@cache
def _directions() -> tuple[tuple[Float32, int, int], ...]:
    """Return each direction's filter, and the steps right and down to a line's side."""
    reach = _LENGTH_PX // 2 + 1
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    found = []
    for angle in np.arange(_DIRECTIONS) * (math.pi / _DIRECTIONS):
        cos, sin = math.cos(angle), math.sin(angle)
        along = (x * cos + y * sin) / (_LENGTH_PX / 2.5)
        across = (y * cos - x * sin) / _WIDTH_PX
        weight = np.exp(-0.5 * (along**2 + across**2))
        kernel = np.asarray(weight / weight.sum(), np.float32)
        found.append((kernel, round(-sin * _ASIDE_PX), round(cos * _ASIDE_PX)))
    return tuple(found)
