"""A trimap as a person paints it on a layer, read for the matting."""

from typing import Any

import numpy as np

from matte_core.base.errors import ProtocolError
from matte_core.images import BACKGROUND, UNKNOWN, Trimap
from matte_core.link.protocol import Frame
from matte_core.trimap import read_trimap
from matte_core.worker.arrays import to_numpy


def painted_trimap(request: Frame, params: dict[str, Any]) -> Trimap:
    """Read a painted trimap: beyond its own box is background, what is not painted unknown."""
    painted = to_numpy(request.arrays["trimap"])
    if painted.ndim != 3 or painted.shape[2] != 2:
        raise ProtocolError("A painted trimap has a gray level and an opacity.")
    # Seen over middle gray, a pixel is only as known as it is opaque.
    gray = painted[..., 0].astype(np.float32)
    seen = UNKNOWN + (gray - UNKNOWN) * (painted[..., 1] / np.float32(255))
    trimap = read_trimap(np.rint(seen).astype(np.uint8))
    top, bottom, left, right = (max(int(edge), 0) for edge in params.get("box", (0, 0, 0, 0)))
    outside = np.ones(trimap.shape, np.bool_)
    outside[top:bottom, left:right] = False
    trimap[outside] = BACKGROUND
    return trimap
