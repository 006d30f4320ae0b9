"""Conversion between sRGB values and linear light.

Light adds up, and is dimmed in proportion, only in linear values, so everything that imitates light
is computed in them.

References
----------
IEC 61966-2-1: the transfer function of sRGB.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from matte_core.images import Float32, Image

#: The weight of each channel in the luminance (Rec. ITU-R BT.709).
LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)


def to_linear(image: Image) -> Float32:
    """Convert an sRGB image to linear light, (..., 3) float32 in [0, 1].

    Examples
    --------
    >>> [round(value, 3) for value in to_linear(np.array([0, 128, 255], np.uint8)).tolist()]
    [0.0, 0.216, 1.0]
    """
    if image.dtype == np.uint8:
        return _LINEAR_OF_VALUE[image]
    return _decode(image.astype(np.float32, copy=False))


def from_linear(light: Float32, dtype: Any) -> Image:
    """Convert linear light to sRGB, uint8 or float, clipped to [0, 1]."""
    light = np.clip(light, 0, 1)
    low, high = light * np.float32(12.92), np.float32(1.055) * light ** np.float32(1 / 2.4)
    encoded = np.where(light <= 0.0031308, low, high - np.float32(0.055))
    if dtype == np.uint8:
        whole: NDArray[np.uint8] = np.rint(encoded * 255).astype(np.uint8)
        return whole
    exact: Image = np.clip(encoded, 0, 1).astype(dtype)
    return exact


def _decode(values: Float32) -> Float32:
    low, high = values / np.float32(12.92), ((values + np.float32(0.055)) / np.float32(1.055))
    light: Float32 = np.where(values <= 0.04045, low, high ** np.float32(2.4))
    return light


_LINEAR_OF_VALUE = _decode(np.linspace(0, 1, 256, dtype=np.float32))
