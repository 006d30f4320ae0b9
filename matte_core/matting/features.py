"""The feature space in which pixels are compared.

Hue is an angle, which is meaningless where there is no color. So hue and saturation are combined
into the point ``saturation * (cos hue, sin hue)`` of the color disc: together with the value, gray
pixels of similar brightness are close together, whatever their hue.

References
----------
Chen, Li, Tang: KNN Matting. CVPR 2012, section 3: feature vector ``(cos h, sin h, s, v, x, y)``.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.images import Float32


def color_disc(colors: Float32, disc_weight: float, value_weight: float) -> Float32:
    """Return the position of each color on the disc of hue and saturation, and its value.

    Parameters
    ----------
    colors : (N, 3) float32, sRGB, [0, 1]
    disc_weight, value_weight : float
        Lengths of the disc's radius, and of the step from black to white.

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
        Indices into the flattened image.
    width : int
        Of the image, in pixels.
    weight_per_px : float
        Feature distance of adjacent pixels.

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
