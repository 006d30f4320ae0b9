"""A subject's exposure and color temperature, moved toward those of another background.

The mean of a background's light is what falls on whoever stands in it. The subject is dimmed or
brightened toward its brightness, and its white is shifted toward its color, but only as far as
light usually goes: freely between blue and amber, as daylight and lamps do, and hardly between
green and magenta. So a face in a meadow does not turn green.

Moving mean and deviation in an opponent space [1] takes the colors of things for the color of
the light: over leaves it paints the skin green, and over a night street it makes the subject black.

References
----------
[1] E. Reinhard, M. Ashikhmin, B. Gooch, P. Shirley, "Color Transfer between Images", IEEE Computer
Graphics and Applications 21(5), 2001.
"""

import math

import numpy as np

from matte_core.base.errors import InputError
from matte_core.compositing.linear_light import LUMINANCE, from_light, to_light
from matte_core.images import Alpha, Float32, Image, check_alpha, check_image

# The furthest that the subject is moved, as natural logarithms of amounts of light.
_BRIGHTER, _DARKER = 0.35, 0.7
_TEMPERATURE, _TINT = 0.18, 0.04
_DARK = 0.05  # of lightness in [0, 1]: darker than that is black to the eye
_BLOCK_PIXELS = 1 << 18


def match_colors(foreground: Image, alpha: Alpha, background: Image, amount: float = 1.0) -> Image:
    """Move a subject's exposure and color temperature toward a background's.

    Parameters
    ----------
    foreground : (H, W, 3) uint8, or float in [0, 1], sRGB
    alpha : (H, W) float, [0, 1]
        The subject; what is transparent does not count for its brightness.
    background : (H2, W2, 3) uint8, or float in [0, 1], sRGB
        Of any size; a reduced one will do.
    amount : float, [0, 1]
        How far to go.

    Returns
    -------
    foreground : (H, W, 3), the type of `foreground`
        A new array; black stays black, white is dimmed but never clipped.

    Raises
    ------
    InputError
        If an array is not as above, foreground and alpha differ in size, or the amount is not
        in [0, 1].
    """
    check_image(foreground, "foreground")
    alpha = check_alpha(alpha, (foreground.shape[0], foreground.shape[1]))
    check_image(background, "background")
    if not 0 <= amount <= 1:
        raise InputError(f"The amount is {amount!r}.", "It must lie in [0, 1].")
    matched = foreground.copy()
    total = float(alpha.sum(dtype=np.float64))
    if amount == 0 or total == 0:
        return matched
    brightness = sum(
        float((alpha[rows] * _lightness(to_light(foreground[rows]))).sum(dtype=np.float64))
        for rows in _blocks(*alpha.shape)
    )
    gains = _gains(brightness / total, to_light(background)) ** np.float32(amount)
    if matched.dtype == np.uint8:
        # Each channel goes by itself, and has but 256 values.
        steps = np.arange(256, dtype=np.uint8)[:, None].repeat(3, axis=1)
        table = _with_gains(steps, gains)
        for channel in range(3):
            matched[..., channel] = table[:, channel][foreground[..., channel]]
        return matched
    for rows in _blocks(*alpha.shape):
        matched[rows] = _with_gains(foreground[rows], gains)
    return matched


def _with_gains(image: Image, gains: Float32) -> Image:
    """Dim in proportion; brighten as a screen does, which leaves white where it is."""
    light = to_light(image)
    bright = 1 - (1 - np.minimum(light, 1)) ** np.maximum(gains, 1)
    return from_light(np.where(gains > 1, bright, gains * light), image.dtype)


def _gains(lightness: float, background: Float32) -> Float32:
    """Return what each channel's light is multiplied by, for a subject of a mean lightness."""
    wanted = float(_lightness(background).mean(dtype=np.float64))
    exposure = 3 * math.log(max(wanted, _DARK) / max(lightness, _DARK))
    exposure = _limited(exposure, _BRIGHTER if exposure > 0 else _DARKER)
    red, green, blue = np.log(np.maximum(background.mean((0, 1), dtype=np.float64), 1e-4))
    temperature = _limited((red - blue) / 2, _TEMPERATURE)
    tint = _limited(green - (red + blue) / 2, _TINT)
    color = np.exp([temperature - tint / 3, 2 * tint / 3, -temperature - tint / 3])
    gains = color / (color @ LUMINANCE) * math.exp(exposure)
    return np.asarray(gains, np.float32)


def _lightness(light: Float32) -> Float32:
    """Return how light it looks: the cube root of the luminance, as in CIELAB."""
    lightness: Float32 = np.cbrt(light @ LUMINANCE)
    return lightness


def _limited(value: float, limit: float) -> float:
    return limit * math.tanh(value / limit)


def _blocks(height: int, width: int) -> list[slice]:
    step = max(_BLOCK_PIXELS // width, 1)
    return [slice(start, start + step) for start in range(0, height, step)]
