"""Trimming the unknown region: pixels that clearly continue a known one become known.

Trimaps are drawn generously. Each step makes unknown pixels known if they touch known pixels of
one side and hardly differ from them in color. Only a few steps are taken, so that an error at a
faint edge stays within a pixel or two of the region's boundary.

References
----------
Shahrian, Rajan, Price, Cohen: Improving Image Matting Using Comprehensive Sampling Sets.
CVPR 2013, section 3.1 (expansion of known regions).
"""

import numpy as np

from matte_core.images import BACKGROUND, FOREGROUND, UNKNOWN, Float32, Trimap

# In any channel, between a pixel and the neighbor that makes it known.
_LARGEST_DIFFERENCE = 0.03


def trim(image: Float32, trimap: Trimap, steps: int = 2) -> Trimap:
    """Return the trimap with fewer unknown pixels.

    Parameters
    ----------
    image : (H, W, 3) float32, sRGB, [0, 1]
    trimap : (H, W) uint8, {0, 128, 255}
    steps : int
        How far the known region may grow, in pixels; more would eat into faint edges.

    Returns
    -------
    (H, W) uint8, {0, 128, 255}
        Known pixels keep their value; a pixel that continues both sides stays unknown.
    """
    labels = np.pad(trimap, 1, constant_values=UNKNOWN)
    width = labels.shape[1]
    flat = labels.ravel()
    colors = np.pad(image, ((1, 1), (1, 1), (0, 0)), mode="edge").reshape(-1, 3)
    inside = np.zeros(labels.shape, np.bool_)
    inside[1:-1, 1:-1] = trimap == UNKNOWN
    open_pixels = np.flatnonzero(inside)
    for _ in range(steps):
        is_foreground = np.zeros(len(open_pixels), np.bool_)
        is_background = np.zeros(len(open_pixels), np.bool_)
        for offset in (-width, -1, 1, width):
            beside = open_pixels + offset
            side = flat[beside]
            touching = np.flatnonzero(side != UNKNOWN)
            difference = colors[open_pixels[touching]] - colors[beside[touching]]
            alike = touching[(np.abs(difference) < _LARGEST_DIFFERENCE).all(axis=1)]
            is_foreground[alike] |= side[alike] == FOREGROUND
            is_background[alike] |= side[alike] == BACKGROUND
        flat[open_pixels[is_foreground & ~is_background]] = FOREGROUND
        flat[open_pixels[is_background & ~is_foreground]] = BACKGROUND
        open_pixels = open_pixels[is_foreground == is_background]
    return labels[1:-1, 1:-1].copy()
