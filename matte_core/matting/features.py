"""The space in which pixels are compared: what looks alike lies close together.

Hue is an angle, and an angle means nothing where there is no color. So hue and saturation are
taken together as the point ``saturation * (cos hue, sin hue)`` of the color disc; with the
value, gray pixels of like brightness lie close together whatever their hue claims to be.

References
----------
Chen, Li, Tang: KNN Matting. CVPR 2012, section 3: feature vector ``(cos h, sin h, s, v, x, y)``.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.images import Float32


def color_disc(colors: Float32, disc_weight: float, value_weight: float) -> Float32:
    """Return the place of each color on the disc of hue and saturation, and its value.

    Parameters
    ----------
    colors : (N, 3) float32, sRGB, [0, 1]
    disc_weight, value_weight : float
        What the radius of the disc, and the step from black to white, count.

    Returns
    -------
    features : (N, 3) float32
    """
    hsv = cv2.cvtColor(colors.reshape(1, -1, 3), cv2.COLOR_RGB2HSV).reshape(-1, 3)
    angle = hsv[:, 0] * np.float32(np.pi / 180)
    radius = hsv[:, 1] * np.float32(disc_weight)
    features = np.empty((len(colors), 3), np.float32)
    np.multiply(radius, np.cos(angle), out=features[:, 0])
    np.multiply(radius, np.sin(angle), out=features[:, 1])
    np.multiply(hsv[:, 2], np.float32(value_weight), out=features[:, 2])
    return features


def with_positions(
    features: Float32, pixels: NDArray[np.intp], width: int, weight_per_px: float
) -> Float32:
    """Append weighted pixel positions to features.

    Parameters
    ----------
    features : (N, F) float32
    pixels : (N,) int
        Indices into the flattened picture.
    width : int
        The picture's width in pixels.
    weight_per_px : float
        What one pixel of distance counts, in units of the features.

    Returns
    -------
    (N, F + 2) float32
    """
    rows, columns = np.divmod(pixels, width)
    placed = np.empty((len(features), features.shape[1] + 2), np.float32)
    placed[:, :-2] = features
    placed[:, -2] = rows
    placed[:, -1] = columns
    placed[:, -2:] *= np.float32(weight_per_px)
    return placed
