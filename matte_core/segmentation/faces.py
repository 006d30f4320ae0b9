"""Where people are likely to be, from their faces: the stand-in's selection where there is none.

References
----------
Viola, Jones: Rapid object detection using a boosted cascade of simple features, CVPR 2001;
the trained cascade comes with OpenCV (R. Lienhart's frontalface_alt2).
"""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.images import Mask

_LOOKED_AT_PX = 480
_SMALLEST_PX = 24
_STEP = 1.1
_AGREEING = 6  # neighboring windows; with fewer, patterns are taken for faces

# Head and body in sizes of a face as it is found: rows from its upper edge, and half the width.
_HEAD = (-0.6, 1.3, 1.0)
_BODY = (1.1, 7.5, 1.8)


def bodies(image: NDArray[np.uint8]) -> Mask:
    """Return the head and body, roughly, of the people whose faces are seen from the front.

    Parameters
    ----------
    image : (H, W, 3) uint8, sRGB

    Returns
    -------
    (H, W) bool; nothing where no face is found.
    """
    height, width = image.shape[:2]
    found = np.zeros((height, width), np.bool_)
    scale = _LOOKED_AT_PX / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    gray = cv2.cvtColor(cv2.resize(image, size, interpolation=method), cv2.COLOR_RGB2GRAY)
    cascade = cv2.CascadeClassifier(str(_cascade()))
    least = (_SMALLEST_PX, _SMALLEST_PX)
    for face in cascade.detectMultiScale(gray, _STEP, _AGREEING, minSize=least):
        left, top, side = (float(value) / scale for value in face[:3])
        middle = left + side / 2
        for first, last, half in (_HEAD, _BODY):
            rows = slice(max(0, round(top + first * side)), round(top + last * side))
            columns = slice(max(0, round(middle - half * side)), round(middle + half * side))
            found[rows, columns] = True
    return found


def _cascade() -> Path:
    return Path(cv2.__file__).parent / "data" / "haarcascade_frontalface_alt2.xml"
