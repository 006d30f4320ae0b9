"""Clean colors of any range: brighter than white, darker than black, outside sRGB.

The matting equation, ``I = alpha F + (1 - alpha) B``, also holds for scaled and shifted values,
since the two weights add up to 1. So colors outside [0, 1] are mapped into it, cleaned there, and
mapped back.
"""

import numpy as np
from numpy.typing import NDArray

from matte_core.base.progress import ProgressCallback
from matte_core.boxes import Box
from matte_core.images import Alpha, Float32, Image
from matte_core.matting.foreground import decontaminate, estimate_foreground

Changed = NDArray[np.uint8]

_MARGIN_PX = 16  # around soft pixels; `estimate_foreground` looks at less


def clean_colors(
    colors: Image,
    alpha: Alpha,
    amount: float = 1.0,
    *,
    progress: ProgressCallback | None = None,
) -> tuple[Image, Changed]:
    """Remove the old background's color from a subject's soft edge.

    Parameters
    ----------
    colors : (H, W, 3) uint8, or float32 of any range
        In any color space in which the subject and the background were mixed. NaN counts as 0,
        infinite values as the lowest or highest value near the edge.
    alpha : (H, W) float, [0, 1]
    amount : float, [0, 1]
        How much of the background's color to remove.
    progress : callable, optional
        As for `estimate_foreground`.

    Returns
    -------
    cleaned : (H, W, 3), the type of `colors`
        Identical to `colors`, bit for bit, where `changed` is 0, as it always is where alpha is 1.
    changed : (H, W) uint8
        255 where `cleaned` differs from `colors`, else 0.

    Raises
    ------
    InputError
        As raised by `estimate_foreground` and `decontaminate`.
    """
    if not amount:
        return colors, np.zeros(colors.shape[:2], np.uint8)
    low, high = (0.0, 1.0) if colors.dtype == np.uint8 else _range_at_the_edge(colors, alpha)
    image = colors if colors.dtype == np.uint8 else _normalized(colors, low, high)
    cleaned = decontaminate(image, estimate_foreground(image, alpha, progress=progress), amount)
    differs = (cleaned != image).any(axis=2)
    if (low, high) != (0.0, 1.0):
        cleaned = (cleaned * np.float32(high - low) + np.float32(low)).astype(np.float32)
    if image is not colors:
        cleaned[~differs] = colors[~differs]
    return cleaned, differs.astype(np.uint8) * np.uint8(255)


def _range_at_the_edge(colors: Image, alpha: Alpha) -> tuple[float, float]:
    """Return the lowest and highest value near soft pixels, a range that contains [0, 1]."""
    box = Box.around((alpha > 0) & (alpha < 1))
    if box is None:
        return 0.0, 1.0
    near = colors[box.grown(_MARGIN_PX, alpha.shape).slices]
    finite = near[np.isfinite(near)]
    if not finite.size:
        return 0.0, 1.0
    return min(float(finite.min()), 0.0), max(float(finite.max()), 1.0)


def _normalized(colors: Image, low: float, high: float) -> Float32:
    """Map [low, high] to [0, 1] and clip; an image that needs neither keeps its bits."""
    if (low, high) == (0.0, 1.0) and float(colors.min()) >= 0 and float(colors.max()) <= 1:
        return colors.astype(np.float32, copy=False)
    scaled: Float32 = np.nan_to_num(colors, nan=0.0, posinf=high, neginf=low).astype(np.float32)
    scaled -= np.float32(low)
    scaled *= np.float32(1 / (high - low))
    return np.clip(scaled, 0, 1, out=scaled)
