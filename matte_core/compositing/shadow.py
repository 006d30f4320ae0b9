"""The shadow that a subject casts on a light, plain ground, kept as a layer of its own.

On such a ground the picture beside the subject is ``I = (1 - s) G``: the ground's color, which
changes smoothly over the picture, darkened by the shadow. The ground is fitted by a quadratic in
the place, without what is darker or brighter; s follows. It is the alpha of a black layer: placed
over another ground, it darkens that as it did the old one, whether the layer multiplies or covers.

Only what is as dark in all channels and joined to the subject is its shadow: not a colored thing
beside it, not dirt, not a corner in vignette. Under the subject, where it is not seen, the shadow
is continued from around it, since the subject's edge may let it through.

References
----------
Huber: Robust Statistics, 1981 (the fit: least squares anew without what lies far off).
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.base.messages import Message
from matte_core.images import (
    Alpha,
    Float32,
    Image,
    Mask,
    as_float,
    check_alpha,
    check_image,
    resized,
)

# Colors are in [0, 1]; "of the side" is a share of the picture's longer side. First, the ground:
_SIDE_PX = 320  # longer side of the picture that it is fitted on
_BESIDE = 0.01  # of the side: how far from the subject it is looked at
# Differences from the fit beyond which a pixel is not the ground, one round after another.
_LIMITS = 0.12, 0.06, 0.03, 0.02, 0.02
_LEAST_SHARE = 0.6  # of the picture's border beside the subject, that must be the ground
_MOST_SPREAD = 0.012  # of the ground around the fit; beyond, it has a texture
_LIGHT = 0.55  # how light it is in every channel, at least

# Then, the shadow:
_WORK_PX = 1600  # longer side of the picture that it is found on; it is soft
_FAINT = 0.02  # the least that counts,
_SPREADS = 2.5  # and in spreads of the ground
_COLORED = 0.04, 0.35  # how much it may differ between channels, and the same as a share of it
_REACH = 0.01  # of the side: how near the subject it begins
_FADE = 0.02  # of the side: over this, it fades out beyond what counts
_DEPTH = 0.06  # of the side: how deep in the subject's alpha it may lie
_ROUGH = 0.02  # how much it may differ from its surroundings
_SEEN = 0.02  # the subject's alpha above which the ground is not seen
_BENEATH = 0.1  # of the side: how far it goes on under the subject
_DARKEST = 0.95  # it is never black: light comes from all sides

_RIM_PX = 3.0
_FEW = 0.05
_LEAST = np.float32(0.01)  # of what a coarse pixel covers, that must be known
NOT_LIGHT_AND_PLAIN = Message(
    "No shadow was kept: the background is not light and plain, so a shadow cannot be told from it."
)
NO_SHADOW = Message("No shadow was kept: the subject casts none that can be seen.")


@dataclass(frozen=True)
class Shadow:
    """A shadow, or why there is none.

    Attributes
    ----------
    alpha : (H, W) float32, [0, 1]
        Of a black layer below the subject; 0 everywhere where there is no shadow.
    subject : (H, W) float32, [0, 1]
        The alpha of the subject, without what was shadow in it.
    note : str
        Why there is none; empty where there is one.
    """

    alpha: Alpha
    subject: Alpha
    note: str = ""


def estimate_shadow(image: Image, alpha: Alpha) -> Shadow:
    """Estimate the shadow that a subject casts on a light, plain ground.

    Parameters
    ----------
    image : (H, W, 3) uint8 or float in [0, 1], sRGB
    alpha : (H, W) float, [0, 1]
        Of the subject.

    Returns
    -------
    Shadow

    Raises
    ------
    InputError
        If an array is not as described, or the sizes differ.

    Examples
    --------
    >>> image = np.full((90, 90, 3), 240, np.uint8)
    >>> alpha = np.zeros((90, 90), np.float32)
    >>> image[30:60, 30:60], alpha[30:60, 30:60] = (200, 40, 40), 1
    >>> image[60:66, 30:60] = 180
    >>> shadow = estimate_shadow(image, alpha)
    >>> round(float(shadow.alpha[62, 45]), 2), float(shadow.alpha[20, 45])
    (0.25, 0.0)
    """
    check_image(image)
    alpha = check_alpha(alpha, (image.shape[0], image.shape[1]))
    none = np.zeros(alpha.shape, np.float32)
    if not alpha.any():
        return Shadow(none, alpha, NO_SHADOW)
    scale = min(1.0, _WORK_PX / max(alpha.shape))
    size = max(1, round(alpha.shape[0] * scale)), max(1, round(alpha.shape[1] * scale))
    values = image if image.dtype == np.uint8 else as_float(image)
    small, share = resized(values, *size), np.asarray(resized(alpha, *size), np.float32)
    fitted = _fit_ground(small, share)
    if fitted is None:
        return Shadow(none, alpha, NOT_LIGHT_AND_PLAIN)
    ground, spread = fitted
    darkness, is_gray = _darkness(small, ground)
    taken = _taken_for_subject(share, darkness, is_gray)
    share = np.where(taken, np.float32(0), share)
    shadow = _shadow_of(share, np.where(is_gray, darkness, np.float32(0)), spread)
    if shadow is None:
        return Shadow(none, alpha, NO_SHADOW)
    shadow = np.asarray(cv2.resize(shadow, alpha.shape[::-1]), np.float32)
    shadow[shadow < 0.5 / 255] = 0
    if taken.any():
        left = cv2.resize(1 - taken.astype(np.float32), alpha.shape[::-1])
        alpha = np.asarray(alpha * left, np.float32)
    return Shadow(shadow, alpha)


def over_shadow(foreground: Image, alpha: Alpha, shadow: Alpha) -> tuple[Image, Alpha]:
    """Join a subject and its shadow in one picture with transparency.

    Parameters
    ----------
    foreground : (H, W, 3) uint8 or float in [0, 1], sRGB
    alpha, shadow : (H, W) float32, [0, 1]

    Returns
    -------
    colors : (H, W, 3), the type of `foreground`
    joined : (H, W) float32, [0, 1]
        Over any ground they give what the subject over the shadow over that ground gives.
    """
    joined = alpha + (1 - alpha) * shadow
    share = np.divide(alpha, joined, out=np.ones_like(joined), where=joined > 0)[..., None]
    scaled: Any = foreground * share
    if foreground.dtype == np.uint8:
        scaled = np.rint(scaled)
    return scaled.astype(foreground.dtype), np.asarray(joined, np.float32)


def _fit_ground(image: Image, alpha: Alpha) -> tuple[NDArray[np.float64], float] | None:
    """Fit the ground's color; None where it is not light and plain.

    Returns
    -------
    coefficients : (6, 3) float64
        Of a quadratic in the place.
    spread : float
        How far the ground is from that.
    """
    height, width = alpha.shape
    scale = min(1.0, _SIDE_PX / max(height, width))
    size = max(3, round(width * scale)), max(3, round(height * scale))
    values = image if image.dtype == np.uint8 else as_float(image)
    small = as_float(resized(values, size[1], size[0]))
    covered = np.asarray(
        cv2.resize((alpha > 0).astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0
    )
    margin = 2 * round(_BESIDE * max(size)) + 3
    is_free = cv2.dilate(covered.view(np.uint8), np.ones((margin, margin), np.uint8)) == 0
    border = np.ones(is_free.shape, np.bool_)
    border[1:-1, 1:-1] = False
    border &= is_free
    if border.sum() < 0.2 * (2 * sum(size) - 4):
        return None
    powers = _powers(*is_free.shape)
    start = np.median(small[border], axis=0)
    fits = is_free & (np.abs(small - start).max(axis=-1) < _LIMITS[0])
    for limit in _LIMITS:
        if fits.sum() < 12:
            return None
        coefficients = np.linalg.lstsq(powers[fits], small[fits].astype(np.float64), rcond=None)[0]
        away = np.abs(small - powers @ coefficients).max(axis=-1)
        fits = is_free & (away < limit)
    expected = powers @ coefficients
    spread = float(np.sqrt((away[fits] ** 2).mean())) if fits.any() else np.inf
    is_light = expected[is_free].min() >= _LIGHT
    if fits[border].mean() < _LEAST_SHARE or spread > _MOST_SPREAD or not is_light:
        return None
    return coefficients, spread


def _powers(height: int, width: int) -> NDArray[np.float64]:
    """Return 1, x, y, x^2, x y, y^2 at every pixel, x and y from -1 to 1; (h, w, 6)."""
    y, x = np.meshgrid(_places(height), _places(width), indexing="ij")
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)


def _places(count: int) -> NDArray[np.float64]:
    """Return the centers of pixels, from -1 to 1 over all of them."""
    return np.asarray((2 * np.arange(count) + 1) / count - 1, np.float64)


def _darkness(image: Image, ground: NDArray[np.float64]) -> tuple[Float32, Mask]:
    """Return how much darker than the ground each pixel is, and where in all channels alike."""
    height, width = image.shape[:2]
    y, x = (np.asarray(_places(count), np.float32) for count in (height, width))
    y = y[:, None]
    darkness: list[Float32] = []
    for band in range(3):
        one, along, down, along2, both, down2 = np.asarray(ground[:, band], np.float32)
        expected = one + down * y + down2 * y * y + (along + both * y) * x + along2 * x * x
        plane = as_float(image[..., band])
        darkness.append(np.asarray(1 - plane / np.maximum(expected, _LEAST), np.float32))
    middle = np.asarray((darkness[0] + darkness[1] + darkness[2]) / 3, np.float32)
    apart = np.maximum.reduce(darkness) - np.minimum.reduce(darkness)
    base, share = _COLORED
    is_gray = cv2.blur(apart, (3, 3)) <= base + share * np.maximum(middle, 0)
    return np.maximum(middle, 0), np.asarray(is_gray)


def _taken_for_subject(alpha: Alpha, darkness: Float32, is_gray: Mask) -> Mask:
    """Return where a shadow was taken for a part of the subject.

    That is as dark in all channels, and is reached from outside across no edge. A gray thing is
    behind its edge, and so are hair and thin legs; one without an edge is deeper.
    """
    covered = alpha > 0
    rough = cv2.blur(np.abs(darkness - cv2.blur(darkness, (5, 5))), (5, 5))
    depth = cv2.distanceTransform(covered.view(np.uint8), cv2.DIST_L2, 3)
    is_smooth = covered & is_gray & (rough < _ROUGH)
    _, parts = cv2.connectedComponents(is_smooth.view(np.uint8), connectivity=4)
    numbers = parts.reshape(-1)
    count = int(parts.max()) + 1
    areas = np.maximum(np.bincount(numbers, minlength=count), 1)
    deep = np.bincount(numbers, (depth > _DEPTH * max(alpha.shape)).reshape(-1), count)
    outer = np.bincount(numbers, ((depth > 0) & (depth <= _RIM_PX)).reshape(-1), count)
    is_shadow = (deep < _FEW * areas) & (outer > 0)
    is_shadow[0] = False
    return np.asarray(is_shadow[parts])


def _shadow_of(alpha: Alpha, darkness: Float32, spread: float) -> Alpha | None:
    """Return the darkness that is joined to a subject, continued under it; None without any."""
    longer = max(alpha.shape)
    subject = (alpha > _SEEN).view(np.uint8)
    is_open = cv2.dilate(subject, np.ones((3, 3), np.uint8)) == 0
    if not is_open.any():
        return None
    smooth_px = max(1.0, 0.001 * longer)
    darkness = _continued(darkness, is_open, smooth_px)
    smooth = cv2.GaussianBlur(darkness, (0, 0), smooth_px)
    least = max(_FAINT, _SPREADS * spread / _LIGHT)
    reach_px = 2 * round(_REACH * longer) + 5
    near = cv2.dilate(subject, np.ones((reach_px, reach_px), np.uint8)) > 0
    joined = _joined((smooth > least) & is_open, near)
    if not joined.any():
        return None
    faded = _faded(joined, max(1.0, _FADE * longer))
    beneath = _faded(joined, max(1.0, _BENEATH * longer))
    values = darkness * np.where(is_open, faded, beneath)
    return np.asarray(np.clip(values, 0, _DARKEST), np.float32)


def _joined(region: Mask, near: Mask) -> Mask:
    """Return the connected parts of a region that begin near the subject."""
    _, parts = cv2.connectedComponents(region.view(np.uint8), connectivity=8)
    is_near = np.zeros(int(parts.max()) + 1, np.bool_)
    is_near[parts[region & near]] = True
    return np.asarray(is_near[parts] & region)


def _faded(region: Mask, fade_px: float) -> Float32:
    """Return 1 in a region and less and less beyond it."""
    distance = cv2.distanceTransform((~region).view(np.uint8), cv2.DIST_L2, 3)
    return np.asarray(np.clip(1 - distance / fade_px, 0, 1), np.float32)


def _continued(values: Float32, known: Mask, sigma_px: float) -> Float32:
    """Continue known values into what is not known, each from the nearest one, and smooth that."""
    _, labels = cv2.distanceTransformWithLabels(
        (~known).view(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    nearest = np.zeros(int(labels.max()) + 1, np.float32)
    nearest[labels[known]] = values[known]
    everywhere = nearest[labels]
    smooth = cv2.GaussianBlur(everywhere, (0, 0), sigma_px)
    return np.asarray(np.where(known, values, smooth), np.float32)
