"""What lies under the transparent pixels of a cut-out: nothing of the photo.

A transparent pixel still has a color in the file. If that is the photo's, anyone can bring the
removed background back, and programs that scale or blur the picture draw a fringe of it.
"""

from typing import Any

import cv2
import numpy as np

from matte_core.boxes import Box
from matte_core.images import Alpha, Image, Mask, row_slices

#: Lower alphas are stored as 0 with 8 bits.
LEAST_VISIBLE = 0.5 / 255
CONTINUED_PX = 6  # a cubic kernel that scales to a third reaches 6 px


def clear_hidden(colors: Image, alpha: Alpha, reach_px: int = CONTINUED_PX) -> tuple[Image, Mask]:
    """Replace the colors of transparent pixels.

    Parameters
    ----------
    colors : (H, W, 3) uint8 or float32 of any range
    alpha : (H, W) float32, [0, 1]
        As the picture will have it.
    reach_px : int
        How far to continue the visible colors outward.

    Returns
    -------
    cleared : (H, W, 3), the type of `colors`
        Where alpha is at least `LEAST_VISIBLE`, identical to `colors`. Within `reach_px` of
        such a pixel, the color of the nearest one. Everywhere else 0.
    hidden : (H, W) bool
        Where the colors were replaced.

    Examples
    --------
    >>> colors = np.full((1, 9, 3), 200, np.uint8)
    >>> alpha = np.zeros((1, 9), np.float32)
    >>> alpha[0, 0] = 1
    >>> clear_hidden(colors, alpha)[0][0, :, 0]
    array([200, 200, 200, 200, 200, 200, 200,   0,   0], dtype=uint8)
    """
    hidden: Mask = alpha < LEAST_VISIBLE
    visible = (~hidden).view(np.uint8)
    cleared: Any = cv2.copyTo(colors, visible)  # everything else becomes 0, even NaN
    box = Box.around(~hidden)
    if box is not None and hidden.any():
        near = box.grown(reach_px, hidden.shape).slices
        _continue_outward(cleared[near], hidden[near], reach_px)
    return cleared, hidden


def _continue_outward(colors: Image, hidden: Mask, reach_px: int) -> None:
    distance, labels = cv2.distanceTransformWithLabels(
        hidden.astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    # Every visible pixel has a label of its own, which the hidden ones around it share.
    edge = np.flatnonzero(~hidden & (cv2.dilate(hidden.view(np.uint8), np.ones((3, 3))) > 0))
    place_of = np.zeros(int(labels.max()) + 1, np.intp)
    place_of[labels.reshape(-1)[edge]] = edge
    rows, columns = np.divmod(place_of, hidden.shape[1])
    for strip in row_slices(hidden.shape):
        reached = hidden[strip] & (distance[strip] <= reach_px)
        nearest = labels[strip][reached]
        colors[strip][reached] = colors[rows[nearest], columns[nearest]]
