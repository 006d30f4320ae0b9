"""Detect thin bright lines of any direction.

References
----------
Chaudhuri et al.: Detection of Blood Vessels in Retinal Images Using Two-Dimensional Matched
Filters. IEEE Transactions on Medical Imaging 1989: the maximum over the responses of one rotated
filter. Here a line is compared with the brighter of its two sides, not with their mean.
"""

import math
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from matte_core.images import Float32


@dataclass(frozen=True)
class LineParameters:
    """Parameters of the line detector.

    Attributes
    ----------
    length_px : int
        Length over which a line's brightness is averaged.
    width_px : float
        Standard deviation across the line: for hair one or two pixels wide.
    aside_px : float
        From the line to its sides: far enough that the line itself hardly counts there.
    directions : int
        Of the filter, evenly spaced over 180 degrees.
    """

    length_px: int = 15
    width_px: float = 0.8
    aside_px: float = 2.5
    directions: int = 8


DEFAULTS = LineParameters()


def find_lines(plane: Float32, *, parameters: LineParameters = DEFAULTS) -> Float32:
    """Return how much brighter a line through each pixel is than the brighter of its sides.

    An edge is no brighter than one of its sides, so it does not count as a line. The maximum over
    all directions is returned.

    Parameters
    ----------
    plane : (H, W) float32
    parameters : LineParameters

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
    height, width = plane.shape
    margin = math.ceil(parameters.aside_px)
    brightest = np.full(plane.shape, -np.inf, np.float32)
    for kernel, right, down in _filters(parameters):
        line = cv2.filter2D(plane, -1, kernel, borderType=cv2.BORDER_REFLECT)
        padded = cv2.copyMakeBorder(line, *(margin,) * 4, cv2.BORDER_REPLICATE)
        one, other = (
            padded[margin + y : margin + y + height, margin + x : margin + x + width]
            for x, y in ((right, down), (-right, -down))
        )
        np.maximum(brightest, line - np.maximum(one, other), out=brightest)
    return brightest


@cache
def _filters(parameters: LineParameters) -> tuple[tuple[Float32, int, int], ...]:
    """Return the filter of each direction, and the steps right and down to a line's side."""
    reach = parameters.length_px // 2 + 1
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    filters = []
    for angle in np.arange(parameters.directions) * (math.pi / parameters.directions):
        cos, sin = math.cos(angle), math.sin(angle)
        along = (x * cos + y * sin) / (parameters.length_px / 2.5)
        across = (y * cos - x * sin) / parameters.width_px
        weight = np.exp(-0.5 * (along**2 + across**2))
        kernel = np.asarray(weight / weight.sum(), np.float32)
        aside = parameters.aside_px
        filters.append((kernel, round(-sin * aside), round(cos * aside)))
    return tuple(filters)
