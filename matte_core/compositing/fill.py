"""The background without its subject: what is behind it is made up, plainly.

References
----------
Telea: An Image Inpainting Technique Based on the Fast Marching Method. Journal of Graphics Tools
2004.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.images import Alpha, Image, Mask

_SEEN = 0.5 / 255
_SIDE_PX = 480  # of the image that is filled; what is made up has no detail anyway
_RADIUS_PX = 5
_MARGIN = 0.006  # of the longer side: the subject's color reaches a little beyond its edge


def fill_behind(colors: Image, alpha: Alpha) -> tuple[Image, Mask]:
    """Fill the place of a subject from what is around it.

    Parameters
    ----------
    colors : (H, W, 3) uint8, uint16, or float32 of any range
    alpha : (H, W) float32, [0, 1]

    Returns
    -------
    filled : (H, W, 3), the type of `colors`
        Identical to `colors` outside the hole.
    hole : (H, W) bool
        The subject and a narrow margin. If it covers everything, nothing is filled.
    """
    margin = 2 * round(_MARGIN * max(alpha.shape)) + 5
    subject = (alpha > _SEEN).view(np.uint8)
    hole: Mask = cv2.dilate(subject, np.ones((margin, margin), np.uint8)) > 0
    if not hole.any() or hole.all():
        return colors.copy(), hole & False
    height, width = alpha.shape
    scale = min(1.0, _SIDE_PX / max(height, width))
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    known = (~hole).astype(np.float32)
    weight = cv2.resize(known, size, interpolation=cv2.INTER_AREA)
    is_open = (weight < 0.5).astype(np.uint8)
    if is_open.all():
        return colors.copy(), hole & False
    filled = colors.copy()
    for band in range(3):
        plane = np.nan_to_num(colors[..., band].astype(np.float32), posinf=0, neginf=0)
        reduced: NDArray[Any] = cv2.resize(plane * known, size, interpolation=cv2.INTER_AREA)
        reduced = reduced / np.maximum(weight, 1e-6)
        # OpenCV rounds, also floats, as if white were 255.
        low, high = float(reduced[is_open == 0].min()), float(reduced[is_open == 0].max())
        span = max(high - low, 1e-6) / 255
        reduced = np.where(is_open, 0, (reduced - low) / span).astype(np.float32)
        made: NDArray[Any] = cv2.inpaint(reduced, is_open, _RADIUS_PX, cv2.INPAINT_TELEA)
        made = np.clip(made, 0, 255) * np.float32(span) + np.float32(low)
        large = cv2.resize(made, (width, height), interpolation=cv2.INTER_LINEAR)
        if colors.dtype.kind == "u":
            large = np.rint(np.clip(large, 0, 255 if colors.dtype == np.uint8 else 65535))
        filled[..., band][hole] = large[hole]
    return filled, hole
