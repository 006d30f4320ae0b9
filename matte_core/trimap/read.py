"""Read a trimap that a person painted."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from matte_core.images import BACKGROUND, FOREGROUND, UNKNOWN, Trimap, check_plane

#: How far from black and white, in steps of 8 bit, a value may lie to still count as known.
TOLERANCE = 5


def read_trimap(gray: NDArray[Any]) -> Trimap:
    """Turn any gray picture into a trimap: nearly black and nearly white known, gray unknown.

    Parameters
    ----------
    gray : (H, W) uint8, uint16, float in [0, 1] or bool

    Returns
    -------
    (H, W) uint8, {0, 128, 255}

    Examples
    --------
    >>> read_trimap(np.array([[0, 3, 90, 200, 252, 255]], np.uint8)).tolist()
    [[0, 0, 128, 128, 255, 255]]
    """
    plane = check_plane(gray, "trimap")
    if plane.dtype == np.bool_:
        white = 1.0
    elif np.issubdtype(plane.dtype, np.integer):
        white = float(np.iinfo(plane.dtype).max)
    else:
        white = 1.0
    near = white * TOLERANCE / 255
    trimap = np.full(plane.shape, UNKNOWN, np.uint8)
    trimap[plane <= near] = BACKGROUND
    trimap[plane >= white - near] = FOREGROUND
    return trimap
