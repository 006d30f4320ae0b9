"""Placing a subject on a background of another size."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.batch.framing import Frame
from matte_core.images import Alpha, Image, as_float


def cover(background: Image, shape: tuple[int, int]) -> Image:
    """Scale a background to just cover (H, W), and crop it evenly."""
    height, width = background.shape[:2]
    scale = max(shape[0] / height, shape[1] / width)
    size = (max(round(height * scale), shape[0]), max(round(width * scale), shape[1]))
    scaled = _resize(background, size)
    top, left = (size[0] - shape[0]) // 2, (size[1] - shape[1]) // 2
    return scaled[top : top + shape[0], left : left + shape[1]]


def fit(foreground: Image, alpha: Alpha, shape: tuple[int, int]) -> tuple[Image, Alpha]:
    """Scale a subject so that its picture just fits into (H, W).

    Colors are weighted by alpha, so that those of transparent pixels do not bleed into the edge.
    """
    height, width = alpha.shape
    scale = min(shape[0] / height, shape[1] / width)
    size = (max(round(height * scale), 1), max(round(width * scale), 1))
    return scale_to(foreground, alpha, size)


def scale_to(foreground: Image, alpha: Alpha, size: tuple[int, int]) -> tuple[Image, Alpha]:
    """Scale a subject to (H, W); see `fit`."""
    if size == alpha.shape:
        return foreground, alpha
    # A trace of weight everywhere: fully transparent pixels keep some color.
    weight = np.maximum(alpha, np.float32(1e-4))[..., None]
    colors = _resize(as_float(foreground) * weight, size) / _resize(weight, size)[..., None]
    return np.clip(colors, 0, 1), _resize(alpha, size)


def plane_to(plane: NDArray[Any], size: tuple[int, int], *, is_hard: bool) -> NDArray[Any]:
    """Scale a mask, trimap, or alpha to (H, W); a hard one keeps its levels."""
    if size == plane.shape:
        return plane
    if is_hard:
        return cv2.resize(plane, size[::-1], interpolation=cv2.INTER_NEAREST)
    return _resize(plane, size)


def framed(pixels: NDArray[Any], frame: Frame) -> NDArray[Any]:
    """Return the part of (H, W) or (H, W, C) that a frame shows, and 0 outside.

    The pixels must be scaled already.
    """
    height, width = pixels.shape[:2]
    part: NDArray[Any] = np.zeros((frame.height, frame.width, *pixels.shape[2:]), pixels.dtype)
    top, left = max(frame.top, 0), max(frame.left, 0)
    bottom, right = min(frame.top + frame.height, height), min(frame.left + frame.width, width)
    if top < bottom and left < right:
        rows = slice(top - frame.top, bottom - frame.top)
        columns = slice(left - frame.left, right - frame.left)
        part[rows, columns] = pixels[top:bottom, left:right]
    return part


def center(shape: tuple[int, int], inside: tuple[int, int]) -> tuple[int, int]:
    """Return the (row, column) that centers one (H, W) inside another."""
    return (inside[0] - shape[0]) // 2, (inside[1] - shape[1]) // 2


def _resize(pixels: NDArray[Any], size: tuple[int, int]) -> NDArray[Any]:
    # Averaging over areas when shrinking is what keeps it free of aliasing.
    shrinks = size[0] * size[1] < pixels.shape[0] * pixels.shape[1]
    interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    resized: NDArray[Any] = cv2.resize(pixels, size[::-1], interpolation=interpolation)
    # Averages of floats can come out a rounding above 1.
    return resized if resized.dtype == np.uint8 else np.clip(resized, 0, 1)
