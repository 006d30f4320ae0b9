"""Clean colors in whatever range a document holds them: above white, below black, beyond sRGB.

The equation of matting, ``I = alpha F + (1 - alpha) B``, is one between values, not between
colors: scaled and shifted values obey it as well, since the two weights add up to 1. So colors
beyond [0, 1] are brought into it, cleaned there, and brought back.
"""

import numpy as np
from numpy.typing import NDArray

from matte_core.base.progress import ProgressCallback
from matte_core.images import Alpha, Float32, Image
from matte_core.matting.foreground import decontaminate, estimate_foreground

Changed = NDArray[np.uint8]


def clean_colors(
    colors: Image,
    alpha: Alpha,
    amount: float = 1.0,
    *,
    progress: ProgressCallback | None = None,
) -> tuple[Image, Changed]:
    """Take the old background's color out of a subject's fringe.

    Parameters
    ----------
    colors : (H, W, 3) uint8, or float32 of any range
        In any color space whose values mix as the picture's did. What is not finite is taken
        for black, or for the least or the greatest value around.
    alpha : (H, W) float, [0, 1]
    amount : float, [0, 1]
        How much of it is taken out.
    progress : callable, optional
        As for `estimate_foreground`.

    Returns
    -------
    cleaned : (H, W, 3), the type of `colors`
        Where nothing was changed, the colors, bit for bit; where alpha is 1, nothing is.
    changed : (H, W) uint8
        255 where it differs from `colors`, else 0.

    Raises
    ------
    InputError
        As `estimate_foreground` and `decontaminate` do.
    """
    if not amount:
        return colors, np.zeros(colors.shape[:2], np.uint8)
    low, high = (0.0, 1.0) if colors.dtype == np.uint8 else _range_at_the_edge(colors, alpha)
    is_usual = (low, high) == (0.0, 1.0)
    image = colors if colors.dtype == np.uint8 else _brought_in(colors, low, high)
    cleaned = decontaminate(image, estimate_foreground(image, alpha, progress=progress), amount)
    differs = (cleaned != image).any(axis=2)
    if not is_usual:
        cleaned = (cleaned * np.float32(high - low) + np.float32(low)).astype(np.float32)
    if image is not colors:
        cleaned[~differs] = colors[~differs]
    return cleaned, differs.astype(np.uint8) * np.uint8(255)


def _range_at_the_edge(colors: Image, alpha: Alpha) -> tuple[float, float]:
    """Return the least and the greatest value near soft pixels, at least 0 to 1."""
    is_soft = (alpha > 0) & (alpha < 1)
    rows, columns = (np.flatnonzero(is_soft.any(axis=axis)) for axis in (1, 0))
    if not rows.size:
        return 0.0, 1.0
    margin = 16  # more than the cleaning looks at
    box = colors[
        max(rows[0] - margin, 0) : rows[-1] + margin,
        max(columns[0] - margin, 0) : columns[-1] + margin,
    ]
    finite = box[np.isfinite(box)]
    if not finite.size:
        return 0.0, 1.0
    return min(float(finite.min()), 0.0), max(float(finite.max()), 1.0)


def _brought_in(colors: Image, low: float, high: float) -> Float32:
    """Bring values into [0, 1]; what is there already stays as it is."""
    if (low, high) == (0.0, 1.0) and float(colors.min()) >= 0 and float(colors.max()) <= 1:
        return colors.astype(np.float32, copy=False)
    held: Float32 = np.nan_to_num(colors, nan=0.0, posinf=high, neginf=low).astype(np.float32)
    held -= np.float32(low)
    held *= np.float32(1 / (high - low))
    return np.clip(held, 0, 1, out=held)
