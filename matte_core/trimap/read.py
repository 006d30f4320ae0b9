"""Read a trimap that a person painted."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from matte_core.base.errors import InputError
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

    Raises
    ------
    InputError
        If it is not a plane of such values. What is no number at all counts as unknown.

    Examples
    --------
    >>> read_trimap(np.array([[0, 3, 90, 200, 252, 255]], np.uint8)).tolist()
    [[0, 0, 128, 128, 255, 255]]
    """
    plane = check_plane(gray, "trimap")
    if np.issubdtype(plane.dtype, np.unsignedinteger):
        white = float(np.iinfo(plane.dtype).max)
    elif plane.dtype == np.bool_ or np.issubdtype(plane.dtype, np.floating):
        white = 1.0
    else:
        raise InputError(
            f"The trimap has type {plane.dtype}.", "It must be uint8, uint16, float or bool."
        )
    near = white * TOLERANCE / 255
    trimap = np.full(plane.shape, UNKNOWN, np.uint8)
    trimap[plane <= near] = BACKGROUND
    trimap[plane >= white - near] = FOREGROUND
    return trimap
