"""Read a painted trimap."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from matte_core.base.errors import InputError
from matte_core.images import BACKGROUND, FOREGROUND, UNKNOWN, Trimap, check_plane

#: Values this close to black or white, on a scale of 0 to 255, count as known.
TOLERANCE = 5


def read_trimap(gray: NDArray[Any]) -> Trimap:
    """Make a trimap from a grayscale image: black and white are known, gray is unknown.

    Parameters
    ----------
    gray : (H, W) uint8, uint16, float in [0, 1] or bool
        Values within `TOLERANCE` of black and white are known too; NaN is unknown.

    Returns
    -------
    (H, W) uint8, {0, 128, 255}

    Raises
    ------
    InputError
        If the array is not as described.

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
