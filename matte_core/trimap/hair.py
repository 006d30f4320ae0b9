"""Widen a trimap's unknown band to the hair that stands out beyond it.

A network draws an outline around the mass of hair; single ones before a smooth sky are finer than
its grid, and lie outside. They show as what differs from the smooth background in the direction
of the subject's colours, by more than the background does by itself.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.images import (
    BACKGROUND,
    FOREGROUND,
    UNKNOWN,
    Float32,
    Image,
    Mask,
    Trimap,
    as_uint8,
)

_LOOKED_AT_PX = 1280  # along the longer side
_STROKE = 0.008  # of the diagonal: a hair is thinner than that, and goes on for half of it
_REACH = 6.0  # strokes, from the band outwards
_LEAST_NEAR = 0.8  # of a stroke: one that goes on for longer is something in the background
_LEAST_SHARE = 0.08  # of the way from the background's colour to the subject's
_ABOVE_NOISE = 4.0  # times what is usual in the background around
_MOST_ASIDE = 0.7  # of the difference may point elsewhere


def widen_to_hair(trimap: Trimap, image: Image, radius_px: int | None = None) -> Trimap:
    """Let hair beside the unknown band be unknown too.

    Parameters
    ----------
    trimap : (H, W) uint8, {0, 128, 255}
    image : (H, W, 3) uint8 or float in [0, 1], sRGB
    radius_px : int, optional
        The band's width, if somebody chose it: it limits how far out hair is looked for.

    Returns
    -------
    (H, W) uint8, {0, 128, 255}
        Only background has become unknown; where there is no band or no subject nothing has.
    """
    shape = trimap.shape
    scale = min(1.0, _LOOKED_AT_PX / max(shape))
    size = (max(1, round(shape[1] * scale)), max(1, round(shape[0] * scale)))
    small = np.asarray(cv2.resize(trimap, size, interpolation=cv2.INTER_NEAREST), np.uint8)
    band = small == UNKNOWN
    if not band.any() or not (small == FOREGROUND).any() or not (small == BACKGROUND).any():
        return trimap
    stroke = _STROKE * math.hypot(*small.shape)
    reach = _REACH * (stroke if radius_px is None else min(stroke, radius_px * scale))
    pixels = cv2.resize(as_uint8(image), size, interpolation=cv2.INTER_AREA).astype(np.uint8)
    near = cv2.distanceTransform((~band).astype(np.uint8), cv2.DIST_L2, 3) < reach
    found = _strokes(_stand_out(pixels, small, stroke), near, stroke)
    joined = _joined(found, band) & (small == BACKGROUND)
    if not joined.any():
        return trimap
    widened = trimap.copy()
    lifted = cv2.resize(
        joined.astype(np.uint8), (shape[1], shape[0]), interpolation=cv2.INTER_NEAREST
    )
    widened[(lifted > 0) & (trimap == BACKGROUND)] = UNKNOWN
    return widened


def _stand_out(pixels: NDArray[np.uint8], trimap: Trimap, stroke: float) -> Mask:
    """Return the background's pixels that differ from what is around towards the subject."""
    around = cv2.medianBlur(pixels, 2 * max(2, round(stroke)) + 1).astype(np.float32)
    difference = pixels.astype(np.float32) - around
    towards = _mean_around(pixels.astype(np.float32), trimap == FOREGROUND, 6 * stroke) - around
    share = _dot(difference, towards) / (_dot(towards, towards) + 1)
    aside = difference - share[..., None] * towards
    usual = _mean_around(np.abs(share), trimap == BACKGROUND, 3 * stroke)
    stands_out = (share > _LEAST_SHARE) & (share > _ABOVE_NOISE * usual)
    stands_out &= _dot(aside, aside) < _MOST_ASIDE**2 * _dot(difference, difference)
    return np.asarray(stands_out & (trimap == BACKGROUND))


def _dot(one: Float32, other: Float32) -> Float32:
    """Return the dot product of the colours of two (h, w, 3) planes at every pixel."""
    return np.asarray(np.einsum("ijk,ijk->ij", one, other))


def _strokes(pixels: Mask, near: Mask, stroke: float) -> Mask:
    """Leave out specks and what goes on far away, and paint over the rest as with a brush."""
    count, parts, stats, _ = cv2.connectedComponentsWithStats(pixels.astype(np.uint8))
    length = stats[:count, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    is_long = length >= stroke / 2
    within = np.bincount(parts[near], minlength=count)
    kept = is_long & (within >= _LEAST_NEAR * stats[:, cv2.CC_STAT_AREA])
    kept[0] = False
    width = 2 * max(1, round(stroke / 2)) + 1
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
    return np.asarray(cv2.dilate((kept[parts] & near).astype(np.uint8), brush) > 0)


def _joined(found: Mask, band: Mask) -> Mask:
    """Return the parts of what is found that hang together with the band."""
    count, parts = cv2.connectedComponents((found | band).astype(np.uint8), connectivity=8)
    touched = np.zeros(count, np.bool_)
    touched[np.unique(parts[band])] = True
    touched[0] = False
    return np.asarray(found & touched[parts])


def _mean_around(values: Float32, counted: Mask, sigma_px: float) -> Float32:
    """Return the mean of the values that count, weighted by a Gaussian around every pixel.

    On a reduced picture: what is so wide a mean needs no more.
    """
    height, width = counted.shape
    step = max(1, int(sigma_px / 4))
    size = (max(1, width // step), max(1, height // step))
    weight = counted.astype(np.float32)
    filled = values * (weight if values.ndim == 2 else weight[..., None])
    total, weights = (
        cv2.GaussianBlur(
            cv2.resize(plane, size, interpolation=cv2.INTER_AREA), (0, 0), sigma_px / step
        )
        for plane in (filled, weight)
    )
    mean = total / np.maximum(weights if values.ndim == 2 else weights[..., None], 1e-6)
    return np.asarray(cv2.resize(mean, (width, height), interpolation=cv2.INTER_LINEAR))
