"""Logos and line art: find the ground and the inks of a picture that has few colors.

Signatures, logos, charts, comics, stamps. Such a picture has a ground of one color, some solid
inks, and between them the mixtures of an antialiased edge, never far from what they mix. Whatever
is not made of these is no line art: in a photo the flat regions have many colors, and a texture
has mixed colors far from the ground.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.images import Float32, Image, as_float, as_uint8
from matte_core.segmentation.unmixing import Palette, is_solid

Colors = NDArray[np.uint8]

# Differences of color are in steps of 8 bits, in any channel.
_SAMPLES = 250_000  # pixels that the inks are found on
_GROUND_SHARE = 0.7  # of the border that has the ground's color; the art may touch the rest
_EXACT = 2.0  # what rounding may do to a color
_NO_NOISE = 0.05  # of the ground near the art; below, the picture is not compressed
_MOST_NOISE = 1.0  # beyond, it is compressed too strongly
_PER_NOISE = 6.0  # tolerance for a unit of noise
_CONTRAST = 40.0, 100.0  # between an ink and the ground, at least: without noise, and with
_MOST_INKS = 8
# Of the pixels other than the ground, that inks and their mixtures must explain: without noise, and
# with.
_EXPLAINED = 0.99, 0.97
_NEAR_PX = 3, 8  # from the art, where its compression is seen in the ground
_LEAST_PIXELS = 12  # of the art


def find_palette(image: Image) -> Palette | None:
    """Return the colors of a logo or line art; None for every other picture.

    Parameters
    ----------
    image : (H, W, 3) uint8 or float in [0, 1]
    """
    if min(image.shape[:2]) < 8:
        return None
    ground = _ground(image)
    if ground is None:
        return None
    levels = as_uint8(image)
    ground_levels = np.rint(ground * 255)
    apart = cv2.absdiff(levels, np.asarray([*ground_levels, 0], np.float64)).max(axis=-1)
    noise = _noise(apart)
    if noise is None or noise > _MOST_NOISE:
        return None
    tolerance = _EXACT + _PER_NOISE * noise
    inks = _inks(levels, apart, ground_levels, tolerance, is_noisy=noise > 0)
    if inks is None:
        return None
    contrast = float(np.abs(inks - ground_levels).max())
    haze = tolerance / contrast if noise else 0.0
    return Palette(ground, _precise(image, inks, tolerance / 255), tolerance / 255, haze)


def _ground(image: Image) -> Float32 | None:
    """Return the color of most of the border; None if there is none."""
    border = np.concatenate((image[0], image[-1], image[:, 0], image[:, -1]))
    colors, counts = np.unique(as_uint8(border[:, None])[:, 0], axis=0, return_counts=True)
    commonest = colors[counts.argmax()] / 255
    values = as_float(border[:, None])[:, 0]
    fits = (np.abs(values - commonest) <= 2 * _EXACT / 255).all(axis=1)
    if fits.mean() < _GROUND_SHARE:
        return None
    return np.asarray(np.median(values[fits], axis=0), np.float32)


def _noise(apart: NDArray[np.uint8]) -> float | None:
    """Return how far the ground is from its color near the art; None without art."""
    art = (apart > _CONTRAST[0]).view(np.uint8)
    if int(art.sum()) < _LEAST_PIXELS:
        return None
    inner, outer = (np.ones((2 * px + 1, 2 * px + 1), np.uint8) for px in _NEAR_PX)
    near = (cv2.dilate(art, outer) > 0) & (cv2.dilate(art, inner) == 0)
    values = apart[near]
    noise = float(values.mean()) if values.size else 0.0
    return noise if noise > _NO_NOISE else 0.0


def _inks(
    levels: Colors,
    apart: NDArray[np.uint8],
    ground: Float32,
    tolerance: float,
    *,
    is_noisy: bool,
) -> Float32 | None:
    """Return the inks, (n, 3) in steps of 8 bits, if they and their mixtures explain the picture.

    Parameters
    ----------
    levels : (H, W, 3) uint8
    apart : (H, W) uint8
        How far each pixel is from the ground.
    ground : (3,) float32, in steps of 8 bits
    tolerance : float, in steps of 8 bits
    is_noisy : bool
        Whether compression has changed the colors.
    """
    needed, contrast = _EXPLAINED[is_noisy], _CONTRAST[is_noisy]
    solid = is_solid(levels, tolerance / 255)
    is_ground = apart <= tolerance
    # A mixture is beside what it mixes.
    beside = cv2.dilate((solid | is_ground).view(np.uint8), np.ones((5, 5), np.uint8)) > 0
    places = np.flatnonzero(~is_ground)
    places = places[:: max(1, len(places) // _SAMPLES)]
    colors = levels.reshape(-1, 3)[places].astype(np.float32)
    is_solid_there = solid.reshape(-1)[places]
    explained = np.zeros(len(places), np.bool_)
    allowed = is_solid_there | beside.reshape(-1)[places]
    inks: list[Float32] = []
    for of_solids in (True, False):
        while True:
            rest = ~explained & (is_solid_there if of_solids else allowed)
            if rest.sum() <= (1 - needed) * len(places):
                break
            if len(inks) == _MOST_INKS:
                return None
            ink = _commonest(colors[rest]) if of_solids else _farthest(colors[rest], ground)
            alike = rest & (np.abs(colors - ink).max(axis=1) <= tolerance)
            ink = colors[alike].mean(axis=0)
            if np.abs(ink - ground).max() < contrast:
                return None
            if of_solids:
                explained |= is_solid_there & (np.abs(colors - ink).max(axis=1) <= tolerance)
                inks.append(ink)
                continue
            explained |= _mixed(colors, ground, ink, tolerance)
            inks.append(ink)
        if of_solids:
            # The mixtures of solid inks with the ground and with each other.
            for k, ink in enumerate(inks):
                for other in [ground, *inks[:k]]:
                    explained |= ~is_solid_there & _mixed(colors, other, ink, tolerance)
    if (explained & allowed).mean() < needed:
        return None
    return np.asarray(inks, np.float32)


def _commonest(colors: Float32) -> Float32:
    packed = (colors.astype(np.int64) * (1, 256, 65536)).sum(axis=1)
    values, counts = np.unique(packed, return_counts=True)
    value = int(values[counts.argmax()])
    return np.asarray((value % 256, value // 256 % 256, value // 65536), np.float32)


def _farthest(colors: Float32, ground: Float32) -> Float32:
    return np.asarray(colors[np.linalg.norm(colors - ground, axis=1).argmax()])


def _mixed(colors: Float32, start: Float32, end: Float32, tolerance: float) -> NDArray[np.bool_]:
    """Return which colors, (n, 3), lie between two others."""
    direction = end - start
    share = np.clip((colors - start) @ direction / max(1e-6, float(direction @ direction)), 0, 1)
    residual = np.abs(colors - start - share[:, None] * direction).max(axis=1)
    return np.asarray(residual <= tolerance)


def _precise(image: Image, inks: Float32, tolerance: float) -> Float32:
    """Return the inks in [0, 1], as finely as the image stores them."""
    if image.dtype == np.uint8:
        return np.asarray(np.rint(inks) / 255, np.float32)
    step = max(1, math.isqrt(image.shape[0] * image.shape[1] // 1_000_000))
    values = as_float(image[::step, ::step]).reshape(-1, 3)
    precise = []
    for ink in inks / 255:
        alike = np.abs(values - ink).max(axis=1) <= tolerance
        precise.append(np.median(values[alike], axis=0) if alike.any() else ink)
    return np.asarray(precise, np.float32)
