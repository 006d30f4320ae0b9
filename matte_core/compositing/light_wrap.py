"""Light wrap: the background's light that spills around a subject's edge.

In front of a bright background, the edge of a subject is brighter than elsewhere: light from behind
grazes it, and scatters in the lens. Compositors imitate this by adding the blurred
background to the subject, most at its edge and less toward the inside::

    w = amount * min(1, 2 (1 - G * alpha))          G a Gaussian of the given width
    F' = F + w L (1 - F)                            L the background's light, blurred

in linear light. The last factor (a screen) prevents clipping. Since the subject's own colors are
changed, it can then be composited as usual, and a layer that is moved keeps its light.

References
----------
R. Brinkmann, "The Art and Science of Digital Compositing", 2nd edition, Morgan Kaufmann 2008.
"""

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.base.errors import InputError
from matte_core.compositing.linear_light import from_linear, to_linear
from matte_core.images import Alpha, Image, check_alpha, check_image

# Default width, as a fraction of the image's shorter side.
_WIDTH_OF_SIDE = 0.01
# Deviation of the background's blur, in widths: light comes from farther than it reaches in.
_LIGHT_WIDTHS = 2.0
_NEGLIGIBLE = 1 / 1024  # of the weight
_MOST_PX = 1024
_FINE_PX = 4.0  # a Gaussian this wide is as smooth on an image reduced to it


def wrap_light(
    foreground: Image,
    alpha: Alpha,
    behind: Image,
    amount: float = 1.0,
    width_px: float | None = None,
) -> Image:
    """Add a background's light to a subject's edge.

    Parameters
    ----------
    foreground : (H, W, 3) uint8, or float in [0, 1], sRGB
    alpha : (H, W) float, [0, 1]
    behind : (H2, W2, 3) uint8, or float in [0, 1], sRGB
        The part of the background behind the subject's image, with the same extent; see `behind`.
        It may be reduced, because it is blurred anyway.
    amount : float, [0, 1]
    width_px : float, optional
        How far the light reaches in; by default 1 % of the image's shorter side.

    Returns
    -------
    foreground : (H, W, 3), the type of `foreground`
        A new array; unchanged where the subject is opaque for farther than the width.

    Raises
    ------
    InputError
        If an array is not as described, foreground and alpha differ in size, the amount is not in
        [0, 1], or the width is not positive.
    """
    check_image(foreground, "foreground")
    height, width = foreground.shape[:2]
    alpha = check_alpha(alpha, (height, width))
    check_image(behind, "background")
    if not 0 <= amount <= 1:
        raise InputError(f"The amount is {amount!r}.", "It must be in [0, 1].")
    if width_px is None:
        width_px = max(_WIDTH_OF_SIDE * min(height, width), 1.0)
    if not 0 < width_px < np.inf:
        raise InputError(f"The width is {width_px!r}.", "It must be a positive number of pixels.")
    lit = foreground.copy()
    if amount == 0:
        return lit
    across = behind.shape[1] / width
    size = (width, height)
    light = _blurred(to_linear(behind), max(_LIGHT_WIDTHS * width_px * across, 0.5), size)
    opacity = _blurred(alpha, width_px, size)
    weight = np.float32(amount) * np.clip(2 * (1 - opacity), 0, 1)
    at_edge = (weight > _NEGLIGIBLE) & (alpha > 0)
    colors = to_linear(lit[at_edge])
    added = weight[at_edge][:, None] * light[at_edge]
    lit[at_edge] = from_linear(colors + added * (1 - colors), lit.dtype)
    return lit


def behind(background: Image, box: tuple[float, float, float, float]) -> Image:
    """Return the part of a background that a subject's image covers.

    Parameters
    ----------
    background : (H, W, ...) array
    box : (float, float, float, float)
        Top, left, bottom and right of the subject's image, in pixels of the background, whose
        outermost pixels continue beyond its edges.

    Returns
    -------
    behind : (h, w, ...) array
        About as large as the box; at most 1024 pixels along a side whose length is fractional.

    Examples
    --------
    >>> behind(np.arange(12).reshape(3, 4), (1, 2, 3, 5))
    array([[ 6,  7,  7],
           [10, 11, 11]])
    """
    top, left, bottom, right = box
    rows = _between(top, bottom, background.shape[0])
    columns = _between(left, right, background.shape[1])
    part: Image = background[np.ix_(rows, columns)]
    return part


def _between(start: float, stop: float, length: int) -> NDArray[np.intp]:
    count = max(math.ceil(stop - start), 1)
    if count != stop - start:
        count = min(count, _MOST_PX)
    middles = start + (np.arange(count) + 0.5) * (stop - start) / count
    return np.clip(np.floor(middles), 0, length - 1).astype(np.intp)


def _blurred(image: NDArray[Any], sigma_px: float, size: tuple[int, int]) -> NDArray[Any]:
    """Blur by a Gaussian, on an image reduced as far as is invisible, and resize the result."""
    scale = min(_FINE_PX / sigma_px, 1.0)
    if scale < 1:
        small = [max(round(length * scale), 1) for length in image.shape[1::-1]]
        image = cv2.resize(image, small, interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(image, (0, 0), sigma_px * scale, borderType=cv2.BORDER_REPLICATE)
    enlarged: NDArray[Any] = cv2.resize(blurred, size, interpolation=cv2.INTER_LINEAR)
    return enlarged
