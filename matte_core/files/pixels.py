"""The pixels of a file as an image and its alpha, upright."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.images import Float32, Image

# A mask saved as JPEG in color has a little color; a photo given as a mask has a lot.
_COLOR_STEP = 48
_COLORED_SHARE = 0.02


def split(pixels: NDArray[Any]) -> tuple[NDArray[Any], Float32 | None]:
    """Return the colors, and the alpha as float32 in [0, 1] if any of it is not 1."""
    if pixels.ndim == 2 or pixels.shape[2] == 3:
        return pixels, None
    colors, alpha = pixels[..., :-1], pixels[..., -1]
    if colors.shape[2] == 1:
        colors = colors[..., 0]
    limit = np.iinfo(pixels.dtype).max
    share: Float32 = np.divide(alpha, limit, dtype=np.float32)
    return colors, None if alpha.min() == limit else share


def as_image(colors: NDArray[Any]) -> Image:
    """Return (H, W) or (H, W, 3) integers as an image: uint8, or float32 in [0, 1]."""
    if colors.ndim == 2:
        colors = cv2.cvtColor(np.ascontiguousarray(colors), cv2.COLOR_GRAY2RGB)
    if colors.dtype == np.uint16:
        deep: Float32 = np.divide(colors, 65535, dtype=np.float32)
        return deep
    return np.ascontiguousarray(colors, np.uint8)


def upright(pixels: NDArray[Any], turn: int) -> NDArray[Any]:
    """Apply an EXIF orientation (EXIF 2.32, tag 274)."""
    if turn in (5, 6, 7, 8):
        pixels = np.swapaxes(pixels, 0, 1)
    if turn in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if turn in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)


def is_colored(image: Image) -> bool:
    """Return whether an image has more color than a mask saved as a photo."""
    step = _COLOR_STEP if image.dtype == np.uint8 else _COLOR_STEP / 255
    spread = image.max(axis=2) - image.min(axis=2)
    return float(np.mean(spread > step)) > _COLORED_SHARE
