"""The compositing equation: ``I = alpha F + (1 - alpha) B``.

Colors are mixed as stored, in sRGB values. The matting equation assumes the same of the photo that
the alpha was estimated from, and GIMP's legacy layer modes and image viewers blend this way too.
Mixing linear light instead would make soft edges lighter.
"""

from operator import index
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matte_core.base.errors import InputError
from matte_core.images import Alpha, Image, check_alpha, check_image, row_slices

_BLOCK_PIXELS = 1 << 18  # at once, so that float copies stay small


def composite(
    foreground: Image, alpha: Alpha, background: Image, offset: tuple[int, int] = (0, 0)
) -> Image:
    """Composite a foreground over a background.

    Parameters
    ----------
    foreground : (H, W, 3) uint8, or float in [0, 1], sRGB
    alpha : (H, W) float, [0, 1]
    background : (H2, W2, 3) uint8, or float in [0, 1], sRGB
    offset : (int, int)
        Row and column of the foreground's top left corner, in pixels of the background. May be
        negative; the foreground is cropped to the background.

    Returns
    -------
    image : (H2, W2, 3), the type of `background`
        A new array. Where alpha is 0, identical to the background; where alpha is 1, identical to
        the foreground if the types are the same.

    Raises
    ------
    InputError
        If an array is not as described, foreground and alpha differ in size, or the offset is not
        two integers.

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
    down_to, down_from = _overlap(down, foreground.shape[0], background.shape[0])
    right_to, right_from = _overlap(right, foreground.shape[1], background.shape[1])
    target = image[down_to, right_to]
    if target.size == 0:
        return image
    source, share = foreground[down_from, right_from], alpha[down_from, right_from]
    for rows in row_slices(share.shape, _BLOCK_PIXELS):
        target[rows] = _mix(source[rows], share[rows], target[rows])
    return image


def _check_offset(offset: Any) -> tuple[int, int]:
    try:
        down, right = (index(length) for length in offset)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"The offset is {offset!r}.", "It must be two integers: row and column."
        ) from error
    return down, right


def _overlap(offset_px: int, length: int, limit: int) -> tuple[slice, slice]:
    """Return the overlap of [offset, offset + length) with [0, limit), as seen from both."""
    start, stop = max(offset_px, 0), min(offset_px + length, limit)
    if stop <= start:
        return slice(0, 0), slice(0, 0)
    return slice(start, stop), slice(start - offset_px, stop - offset_px)


def _mix(foreground: Image, alpha: Alpha, background: Image) -> Image:
    """Mix images of the same size; the result has the background's type and range."""
    share = alpha[..., None]
    if background.dtype == np.uint8:
        scale = np.float32(1 if foreground.dtype == np.uint8 else 255)
        mixed = share * (foreground * scale) + (1 - share) * background
        whole: NDArray[np.uint8] = np.rint(mixed).astype(np.uint8)
        return whole
    scale = np.float32(1 / 255 if foreground.dtype == np.uint8 else 1)
    exact: Image = share * (foreground * scale) + (1 - share) * background
    # Rounding can take a mixture of two values near 1 just beyond it.
    return np.clip(exact, 0, 1, out=exact)
