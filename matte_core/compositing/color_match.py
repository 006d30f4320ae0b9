"""Match a subject's exposure and color temperature to those of another background.

The mean of a background's light is the light that falls on a person who stands in it. The subject
is dimmed or brightened toward its brightness, and its white is shifted toward its color, but only
as far as light usually varies: freely between blue and amber, as between daylight and lamps, and
hardly between green and magenta. So a face in a meadow does not turn green.

Matching mean and deviation in an opponent color space [1] mistakes the colors of objects for the
color of the light: over leaves it paints skin green, over a night street it makes the subject
black.

References
----------
[1] E. Reinhard, M. Ashikhmin, B. Gooch, P. Shirley, "Color Transfer between Images", IEEE Computer
Graphics and Applications 21(5), 2001.
"""

import math

import numpy as np

from matte_core.base.errors import InputError
from matte_core.compositing.linear_light import LUMINANCE, from_linear, to_linear
from matte_core.images import Alpha, Float32, Image, check_alpha, check_image, row_slices

_BLOCK_PIXELS = 1 << 18  # at once, so that float copies stay small

# How far the subject's light can change, as natural logarithms of ratios of linear light. A subject
# can stand in the dark, but a much brighter one looks as if it glowed.
_BRIGHTER, _DARKER = 0.35, 0.7  # exposure
_TEMPERATURE = 0.18  # between blue and amber
_TINT = 0.04  # between green and magenta, which light hardly varies in
_DARK = 0.05  # lightness, in [0, 1], below which everything counts as equally dark


def match_colors(foreground: Image, alpha: Alpha, background: Image, amount: float = 1.0) -> Image:
    """Move a subject's exposure and color temperature toward those of a background.

    Parameters
    ----------
    foreground : (H, W, 3) uint8, or float in [0, 1], sRGB
    alpha : (H, W) float, [0, 1]
        Transparent parts do not count toward the subject's brightness.
    background : (H2, W2, 3) uint8, or float in [0, 1], sRGB
        Of any size; a reduced image is enough.
    amount : float, [0, 1]
        0 changes nothing, 1 goes all the way.

    Returns
    -------
    foreground : (H, W, 3), the type of `foreground`
        A new array; black stays black, and nothing is clipped.

    Raises
    ------
    InputError
        If an array is not as described, foreground and alpha differ in size, or the amount is not
        in [0, 1].

    Examples
    --------
    A gray subject before a dim, warm background:

    >>> gray = np.full((1, 1, 3), 128, np.uint8)
    >>> evening = np.full((1, 1, 3), (90, 60, 40), np.uint8)
    >>> match_colors(gray, np.ones((1, 1), np.float32), evening)[0, 0].tolist()
    [101, 92, 85]
    """
    check_image(foreground, "foreground")
    alpha = check_alpha(alpha, (foreground.shape[0], foreground.shape[1]))
    check_image(background, "background")
    if not 0 <= amount <= 1:
        raise InputError(f"The amount is {amount!r}.", "It must be in [0, 1].")
    matched = foreground.copy()
    total = float(alpha.sum(dtype=np.float64))
    if amount == 0 or total == 0:
        return matched
    brightness = sum(
        float((alpha[rows] * _lightness(to_linear(foreground[rows]))).sum(dtype=np.float64))
        for rows in row_slices(alpha.shape, _BLOCK_PIXELS)
    )
    gains = _gains(brightness / total, to_linear(background)) ** np.float32(amount)
    if matched.dtype == np.uint8:
        # Channels are independent and have 256 values each, so a table does.
        values = np.arange(256, dtype=np.uint8)[:, None].repeat(3, axis=1)
        table = _with_gains(values, gains)
        for channel in range(3):
            matched[..., channel] = table[:, channel][foreground[..., channel]]
        return matched
    for rows in row_slices(alpha.shape, _BLOCK_PIXELS):
        matched[rows] = _with_gains(foreground[rows], gains)
    return matched


def _with_gains(image: Image, gains: Float32) -> Image:
    """Multiply to dim; screen to brighten, which leaves white as it is."""
    light = to_linear(image)
    bright = 1 - (1 - np.minimum(light, 1)) ** np.maximum(gains, 1)
    return from_linear(np.where(gains > 1, bright, gains * light), image.dtype)


def _gains(lightness: float, background: Float32) -> Float32:
    """Return the factor for each channel's light, for a subject of the given mean lightness."""
    target = float(_lightness(background).mean(dtype=np.float64))
    exposure = 3 * math.log(max(target, _DARK) / max(lightness, _DARK))
    exposure = _limited(exposure, _BRIGHTER if exposure > 0 else _DARKER)
    red, green, blue = np.log(np.maximum(background.mean((0, 1), dtype=np.float64), 1e-4))
    temperature = _limited((red - blue) / 2, _TEMPERATURE)
    tint = _limited(green - (red + blue) / 2, _TINT)
    color = np.exp([temperature - tint / 3, 2 * tint / 3, -temperature - tint / 3])
    gains = color / (color @ LUMINANCE) * math.exp(exposure)
    return np.asarray(gains, np.float32)


def _lightness(light: Float32) -> Float32:
    """Return the perceived lightness: the cube root of the luminance, as in CIELAB."""
    lightness: Float32 = np.cbrt(light @ LUMINANCE)
    return lightness


def _limited(value: float, limit: float) -> float:
    return limit * math.tanh(value / limit)
