"""Light wrap: the background's light that falls around a subject's edge.

Seen against something bright, an edge is brighter than it was in front of the wall that it was
photographed at: light from behind grazes it, and spreads in the lens. Compositors imitate it by
adding the blurred background to the subject, most at its edge and fading inwards::

    w = amount * min(1, 2 (1 - G * alpha))          G a Gaussian of the given width
    F' = F + w L (1 - F)                            L the background's light, blurred

in amounts of light. The last factor (a screen) keeps it from clipping. Since it changes the
subject's own colors, any compositing afterwards is the usual one, and a layer that is moved takes
its light along.

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
from matte_core.compositing.linear_light import from_light, to_light
from matte_core.images import Alpha, Image, check_alpha, check_image

_AUTOMATIC_SHARE = 0.01  # of the picture's shorter side
_LIGHT_WIDTHS = 2.0  # the background's light comes from further away than it reaches
_NEGLIGIBLE = 1 / 1024
_MOST_PX = 1024
_FINE_PX = 4.0  # a Gaussian this wide is as smooth on a picture reduced to it


def wrap_light(
    foreground: Image,
    alpha: Alpha,
    behind: Image,
    amount: float = 1.0,
    width_px: float | None = None,
) -> Image:
    """Let a background's light fall on a subject's edge.

    Parameters
    ----------
    foreground : (H, W, 3) uint8, or float in [0, 1], sRGB
    alpha : (H, W) float, [0, 1]
    behind : (H2, W2, 3) uint8, or float in [0, 1], sRGB
        What comes to lie behind the subject's picture, exactly as far as that reaches; see
        `behind`. It may be a reduced picture: it is blurred anyhow.
    amount : float, [0, 1]
    width_px : float, optional
        How far it reaches inwards; by default a hundredth of the picture's shorter side.

    Returns
    -------
    foreground : (H, W, 3), the type of `foreground`
        A new array; where the subject is solid for further than the width, bit for bit as it was.

    Raises
    ------
    InputError
        If an array is not as above, foreground and alpha differ in size, the amount is not in
        [0, 1] or the width not positive.
    """
    check_image(foreground, "foreground")
    height, width = foreground.shape[:2]
    alpha = check_alpha(alpha, (height, width))
    check_image(behind, "background")
    if not 0 <= amount <= 1:
        raise InputError(f"The amount is {amount!r}.", "It must lie in [0, 1].")
    if width_px is None:
        width_px = max(_AUTOMATIC_SHARE * min(height, width), 1.0)
    if not 0 < width_px < np.inf:
        raise InputError(f"The width is {width_px!r}.", "It must be a number of pixels.")
    lit = foreground.copy()
    if amount == 0:
        return lit
    across = behind.shape[1] / width
    size = (width, height)
    light = _blurred(to_light(behind), max(_LIGHT_WIDTHS * width_px * across, 0.5), size)
    solid = _blurred(alpha, width_px, size)
    weight = np.float32(amount) * np.clip(2 * (1 - solid), 0, 1)
    at_edge = (weight > _NEGLIGIBLE) & (alpha > 0)
    colors = to_light(lit[at_edge])
    added = weight[at_edge][:, None] * light[at_edge]
    lit[at_edge] = from_light(colors + added * (1 - colors), lit.dtype)
    return lit


def behind(background: Image, box: tuple[float, float, float, float]) -> Image:
    """Return the part of a background that a subject's picture covers.

    Parameters
    ----------
    background : (H, W, ...) array
    box : (float, float, float, float)
        Top, left, bottom and right of the subject's picture, in pixels of the background. Beyond
        its edges the background goes on as it ends there.

    Returns
    -------
    behind : (h, w, ...) array
        About as large as the box, and no larger than `_MOST_PX` where the box is not whole.
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


def _blurred(picture: NDArray[Any], sigma_px: float, size: tuple[int, int]) -> NDArray[Any]:
    """Blur by a Gaussian, on a picture reduced as far as nobody can see it; return it as large."""
    scale = min(_FINE_PX / sigma_px, 1.0)
    if scale < 1:
        small = [max(round(length * scale), 1) for length in picture.shape[1::-1]]
        picture = cv2.resize(picture, small, interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(picture, (0, 0), sigma_px * scale, borderType=cv2.BORDER_REPLICATE)
    enlarged: NDArray[Any] = cv2.resize(blurred, size, interpolation=cv2.INTER_LINEAR)
    return enlarged
