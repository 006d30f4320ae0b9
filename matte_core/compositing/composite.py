"""The compositing equation: ``I = alpha F + (1 - alpha) B``.

The colors are mixed as they are stored, in sRGB values. That is what the matting equation
assumes of the photo that the alpha came from, and how GIMP's legacy layer modes and image
viewers blend; mixing linear light instead would make soft edges lighter.
"""

from collections.abc import Iterator
from operator import index
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matte_core.base.errors import InputError
from matte_core.images import Alpha, Image, check_alpha, check_image

_BLOCK_PIXELS = 1 << 18  # mixed at once, so that float copies stay small


def composite(
    foreground: Image, alpha: Alpha, background: Image, offset: tuple[int, int] = (0, 0)
) -> Image:
    """Put a foreground on a background.

    Parameters
    ----------
    foreground : (H, W, 3) uint8, or float in [0, 1], sRGB
    alpha : (H, W) float, [0, 1]
    background : (H2, W2, 3) uint8, or float in [0, 1], sRGB
    offset : (int, int)
        Row and column, in pixels of the background, of the foreground's top left corner; may be
        negative. What lies beyond the background's edges is cut off.

    Returns
    -------
    image : (H2, W2, 3), the type of `background`
        A new array. Where alpha is 0, the background, bit for bit; where alpha is 1, the
        foreground, bit for bit if it has the type of the background.

    Raises
    ------
    InputError
        If an array is not as above, foreground and alpha differ in size, or the offset is not
        two whole numbers.

    Examples
    --------
    >>> import numpy as np
    >>> white, black = np.full((1, 2, 3), 255, np.uint8), np.zeros((1, 3, 3), np.uint8)
    >>> alpha = np.array([[1.0, 0.2]], np.float32)
    >>> composite(white, alpha, black, offset=(0, 1))[..., 0]
    array([[  0, 255,  51]], dtype=uint8)
    """
    check_image(foreground, "foreground")
    alpha = check_alpha(alpha, (foreground.shape[0], foreground.shape[1]))
    check_image(background, "background")
    down, right = _check_offset(offset)
    image = background.copy()
    rows, source_rows = _overlap(down, foreground.shape[0], background.shape[0])
    columns, source_columns = _overlap(right, foreground.shape[1], background.shape[1])
    target = image[rows, columns]
    if target.size == 0:
        return image
    source, share = foreground[source_rows, source_columns], alpha[source_rows, source_columns]
    for block in _blocks(*share.shape):
        target[block] = _mix(source[block], share[block], target[block])
    return image


def _check_offset(offset: Any) -> tuple[int, int]:
    try:
        down, right = (index(length) for length in offset)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"The offset is {offset!r}.", "It must be two whole numbers: row and column."
        ) from error
    return down, right


def _overlap(offset_px: int, length: int, limit: int) -> tuple[slice, slice]:
    """Return where a line of `length` at `offset_px` meets [0, limit), seen from either side."""
    start, stop = max(offset_px, 0), min(offset_px + length, limit)
    if stop <= start:
        return slice(0, 0), slice(0, 0)
    return slice(start, stop), slice(start - offset_px, stop - offset_px)


def _blocks(height: int, width: int) -> Iterator[slice]:
    step = max(_BLOCK_PIXELS // width, 1)
    for start in range(0, height, step):
        yield slice(start, start + step)


def _mix(foreground: Image, alpha: Alpha, background: Image) -> Image:
    """Mix equally large pictures; the result has the background's type and range."""
    share = alpha[..., None]
    if background.dtype == np.uint8:
        scale = np.float32(1 if foreground.dtype == np.uint8 else 255)
        mixed = share * (foreground * scale) + (1 - share) * background
        whole: NDArray[np.uint8] = np.rint(mixed).astype(np.uint8)
        return whole
    scale = np.float32(1 / 255 if foreground.dtype == np.uint8 else 1)
    exact: Image = share * (foreground * scale) + (1 - share) * background
    # Rounding can carry the mixture of two values near 1 just past it.
    return np.clip(exact, 0, 1, out=exact)
