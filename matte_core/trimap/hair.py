"""Widen a trimap's unknown band to the hair that it misses, outside and within.

A network draws an outline around the mass of hair. Single ones are finer than its grid, and lie
outside; where they stand close, it takes what is seen between them for hair too. Both show as thin
lines that differ from what is around toward the subject's colors, by more than is usual in
the background.
"""

import math
from dataclasses import dataclass

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
from matte_core.trimap.lines import find_lines
from matte_core.trimap.make import joined_to

_LOOKED_AT_PX = 1280  # along the longer side
_STROKE = 0.008  # of the diagonal: the width of the brush that hair is painted over with

_FAINT = (2.0, 0.015)  # times what is usual; share of the way from what is around to the subject
_CLEAR = (4.0, 0.03)
_MOST_SHARE = 0.5  # a line that differs by more counts as one that differs by this
_MOST_USUAL = 0.1
_MOST_UNREST = 0.5  # of the background, as a share of the way from it to the subject

_LONGEST = 12.0  # strokes: how far from the band a hair goes
_LONGEST_OF_DEPTH = 0.65  # ... but no farther than that share of how deep the subject is there
_SHORTEST = 3.0  # ... and at least as far as that
_LEAST_NEAR = 0.8  # of a line: one that goes on for longer is something in the background

_GAPS = 4.0  # strokes: how far within the band gaps are looked for
_LEAST_DEPTH = 8.0  # strokes: on something thinner nothing tells hair from cloth
_GAP_SHARE = 0.8  # of the way from the background's colors to the subject's
_GAP_LINES = 0.25  # of a gap are lines
_LINES_BESIDE = 0.06  # of the background beside it

_INNER = 6.0  # strokes from the band: there the subject's colors are its own
_AROUND = 16.0  # strokes: within which the subject's deepest spot counts
_COLORS_AROUND = 6.0  # strokes: standard deviation of the means of colors


@dataclass(frozen=True)
class _Scene:
    """A reduced picture with the parts of its trimap, and the lengths that count there."""

    pixels: Float32  # (h, w, 3), 0 to 255
    around: Float32  # the same without its thin lines
    inside: Mask
    band: Mask
    outside: Mask
    stroke: float  # px
    distance: Float32  # (h, w), px to the band
    depth: Float32  # (h, w), px: of the subject's deepest spot around


def widen_to_hair(trimap: Trimap, image: Image, radius_px: int | None = None) -> Trimap:
    """Let hair beside the unknown band be unknown too, and what is seen between hairs.

    Parameters
    ----------
    trimap : (H, W) uint8, {0, 128, 255}
    image : (H, W, 3) uint8 or float in [0, 1], sRGB
    radius_px : int, optional
        The band's width, if somebody chose it: it limits how far from the band hair is looked for.

    Returns
    -------
    (H, W) uint8, {0, 128, 255}
        What was known has become unknown in places, nothing else; where there is no band, no
        subject or no background nothing has.
    """
    shape = trimap.shape
    scale = min(1.0, _LOOKED_AT_PX / max(shape))
    size = (max(1, round(shape[1] * scale)), max(1, round(shape[0] * scale)))
    small = np.asarray(cv2.resize(trimap, size, interpolation=cv2.INTER_NEAREST), np.uint8)
    if not all((small == value).any() for value in (BACKGROUND, UNKNOWN, FOREGROUND)):
        return trimap
    pixels = cv2.resize(as_uint8(image), size, interpolation=cv2.INTER_AREA)
    scene = _look(pixels.astype(np.uint8), small)
    unit = scene.stroke if radius_px is None else min(scene.stroke, radius_px * scale)
    found = _find_hair(scene, unit)
    if not found.any():
        return trimap
    lifted = cv2.resize(
        found.astype(np.uint8), (shape[1], shape[0]), interpolation=cv2.INTER_NEAREST
    )
    widened = np.where(lifted > 0, np.uint8(UNKNOWN), trimap)
    return widened if (widened == BACKGROUND).any() else trimap


def _look(pixels: NDArray[np.uint8], trimap: Trimap) -> _Scene:
    stroke = _STROKE * math.hypot(*trimap.shape)
    inside, band, outside = (trimap == value for value in (FOREGROUND, UNKNOWN, BACKGROUND))
    distance = cv2.distanceTransform((~band).astype(np.uint8), cv2.DIST_L2, 3)
    around = cv2.medianBlur(pixels, 2 * max(2, round(stroke)) + 1)
    return _Scene(
        pixels=pixels.astype(np.float32),
        around=around.astype(np.float32),
        inside=inside,
        band=band,
        outside=outside,
        stroke=stroke,
        distance=np.asarray(distance, np.float32),
        depth=_largest_around(np.where(inside, distance, 0), _AROUND * stroke),
    )


def _find_hair(scene: _Scene, unit: float) -> Mask:
    """Return where the band is to be widened; how far hair goes is multiples of the unit, in px."""
    inner = scene.inside & (scene.distance > _INNER * scene.stroke)
    if not inner.any():
        inner = scene.inside
    subject = _mean_around(scene.pixels, inner, _COLORS_AROUND * scene.stroke)
    share = _share(scene.pixels, scene.around, subject)
    lines = find_lines(np.clip(share, -_MOST_SHARE, _MOST_SHARE))
    usual = _mean_around(
        np.minimum(np.abs(lines), _MOST_USUAL), scene.outside, _COLORS_AROUND * scene.stroke
    )
    faint, clear = ((lines > times * usual) & (lines > least) for times, least in (_FAINT, _CLEAR))
    found = _hairs(scene, faint, clear, unit) | _gaps(scene, faint, clear, subject, unit)
    found &= _is_smooth(scene, subject)
    width = 2 * max(1, round(scene.stroke / 2)) + 1
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
    painted = cv2.dilate(found.astype(np.uint8), brush) > 0
    return joined_to(scene.band, np.asarray(painted))


def _share(colors: Float32, start: Float32, end: Float32) -> Float32:
    """Return how far colors lie along a way: 0 at its start, 1 at its end."""
    way = end - start
    return np.asarray(_dot(colors - start, way) / _squared(way))


def _squared(way: Float32) -> Float32:
    return np.asarray(_dot(way, way) + 100)  # no way is shorter than ten steps of 8 bit


def _is_smooth(scene: _Scene, subject: Float32) -> Mask:
    """Return where the background, but for its thin lines, is smooth beside its contrast.

    Contrast is how far it is from the subject. Before books or leaves a line may be anything.
    """
    mean = _mean_around(scene.around, scene.outside, 3 * scene.stroke)
    change = scene.around - mean
    unrest = np.sqrt(_dot(change, change) / _squared(subject - mean))
    return np.asarray(_mean_around(unrest, scene.outside, 2 * scene.stroke) < _MOST_UNREST)


def _hairs(scene: _Scene, faint: Mask, clear: Mask, unit: float) -> Mask:
    """Return the lines outside: those clear somewhere, not too short, and mostly near."""
    thick = _largest_around(scene.depth, _LONGEST * scene.stroke)
    reach = np.clip(_LONGEST_OF_DEPTH * thick, _SHORTEST * unit, _LONGEST * unit)
    near = scene.outside & (scene.distance < reach)
    count, parts, stats, _ = cv2.connectedComponentsWithStats(
        (faint & scene.outside).astype(np.uint8)
    )
    length = np.hypot(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    within = np.bincount(parts[near], minlength=count)
    kept = (length >= scene.stroke / 2) & (within >= _LEAST_NEAR * stats[:, cv2.CC_STAT_AREA])
    kept &= np.bincount(parts[clear & scene.outside], minlength=count) > 0
    kept[0] = False
    return np.asarray(kept[parts] & near)


def _gaps(scene: _Scene, faint: Mask, clear: Mask, subject: Float32, unit: float) -> Mask:
    """Return where the background is seen between hairs that are taken for the subject.

    There what is around has rather the background's colors, many lines stand out from it, and
    single ones go on outside the band. Cloth and fur with a pattern have the first two. On
    something thin nothing is looked for.
    """
    background = _mean_around(scene.pixels, scene.outside, _COLORS_AROUND * scene.stroke)
    offset = scene.around - background
    likely = _share(scene.around, background, subject) < _GAP_SHARE
    likely &= _dot(offset, offset) < _squared(subject - background)
    likely &= cv2.GaussianBlur(faint.astype(np.float32), (0, 0), scene.stroke / 2) > _GAP_LINES
    beside = scene.outside & (scene.distance < _GAPS * scene.stroke)
    likely &= _mean_around(clear.astype(np.float32), beside, 3 * scene.stroke) > _LINES_BESIDE
    likely &= scene.depth > _LEAST_DEPTH * scene.stroke
    return np.asarray(likely & scene.inside & (scene.distance < _GAPS * unit))


def _dot(one: Float32, other: Float32) -> Float32:
    """Return the dot product of the colors of two (h, w, 3) planes at every pixel."""
    return np.asarray(np.einsum("ijk,ijk->ij", one, other))


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


def _largest_around(values: NDArray[np.floating], reach_px: float) -> Float32:
    """Return the largest value in a square around every pixel, of values that change slowly."""
    height, width = values.shape
    step = max(1, int(reach_px / 16))
    size = (max(1, width // step), max(1, height // step))
    small = cv2.resize(values.astype(np.float32), size, interpolation=cv2.INTER_NEAREST)
    side = 2 * max(1, round(reach_px / step)) + 1
    largest = cv2.dilate(small, np.ones((side, side), np.uint8))
    return np.asarray(cv2.resize(largest, (width, height), interpolation=cv2.INTER_NEAREST))
