"""The colour space in which pixels are compared: where neighbours are alike to the eye.

Hue is an angle, and an angle means nothing where there is no colour. So hue and saturation
are taken together as the point ``saturation * (cos hue, sin hue)`` of the colour disc; with the
value, gray pixels of like brightness lie close together whatever their hue claims to be.

References
----------
Chen, Li, Tang: KNN Matting. CVPR 2012, section 3: feature vector ``(cos h, sin h, s, v, x, y)``.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.images import Float32


def colour_features(image: Float32) -> Float32:
    """Return the colour disc and the value of every pixel.

    Parameters
    ----------
    image : (H, W, 3) float32, sRGB, [0, 1]

    Returns
    -------
    features : (H, W, 4) float32
        ``saturation * cos(hue)``, ``saturation * sin(hue)``, saturation, value; the first two
        in [-1, 1], the others in [0, 1].
    """
    hue, saturation, value = cv2.split(cv2.cvtColor(image, cv2.COLOR_RGB2HSV))
    angle = hue * np.float32(np.pi / 180)
    return np.stack(
        [saturation * np.cos(angle), saturation * np.sin(angle), saturation, value], axis=-1
    )


def with_positions(
    features: Float32,
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    weight: float,
    extent_px: int,
) -> Float32:
    """Append weighted pixel positions to features.

    Parameters
    ----------
    features : (N, F) float32
    rows, columns : (N,) int
        Positions in pixels.
    weight : float
        What the distance of `extent_px` pixels counts, in units of the features.
    extent_px : int
        The length that counts as 1, usually the picture's longer side.

    Returns
    -------
    (N, F + 2) float32
    """
    scale = np.float32(weight / extent_px)
    positions = np.stack([rows * scale, columns * scale], axis=1).astype(np.float32)
    return np.concatenate([features, positions], axis=1)
