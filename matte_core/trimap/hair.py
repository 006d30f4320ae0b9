"""Widen a trimap's unknown band to the hair that it misses, outside and inside.

A segmentation model draws an outline around the mass of hair. Single hairs are finer than its grid
and lie outside; where hairs are close together, the background between them is inside. Both show
as thin lines that differ from their surroundings toward the subject's colors, by more than is
normal in the background.

Lengths are given in strokes: 0.8 % of the diagonal, the width of the brush that widens the band.
"""

import math
from dataclasses import dataclass
from typing import Any

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
    resized,
)
from matte_core.trimap.lines import find_lines
from matte_core.trimap.make import connected_to

_LONGER_SIDE_PX = 1280  # of the reduced image, in which hair is one or two pixels wide
_STROKE = 0.008  # width of the brush, as a fraction of the diagonal: the unit of the lengths below

# Contrasts are fractions of the way from the surroundings to the subject's color. A line is faint
# or clear if its contrast exceeds this many times the contrast that is normal in the background,
# and this difference.
_FAINT, _CLEAR = (2.0, 0.015), (4.0, 0.03)
_MOST_CONTRAST = 0.5  # stronger contrasts count as this
_MOST_NORMAL = 0.1  # the same for what is normal in the background, so that hair raises it little
# Nothing is searched where the background varies by more: a line before books or leaves may be
# anything.
_MOST_TEXTURE = 0.5
# Hair has at least this probability within a stroke and a cell of the model's grid. A model rarely
# sees single hairs, but it is less sure of the background among them than of grass.
_LEAST_PROBABILITY = 0.05

_LONGEST = 12.0  # strokes from the band that hair can reach
_LONGEST_OF_DEPTH = 0.65  # the same as a fraction of the subject's depth: thin things have no hair
_SHORTEST = 3.0  # strokes that the reach always has
_LEAST_NEAR = 0.8  # share of a line that must be within reach: one that goes on is background

_GAP_REACH = 4.0  # strokes from the band, inward, that gaps between hairs are searched in
_LEAST_DEPTH = 8.0  # of the subject, in strokes: on thin things hair cannot be told from cloth
_GAP_SHARE = 0.8  # a gap's color is at most this far from the background's toward the subject's
_GAP_LINES = 0.25  # fraction of a gap that faint lines must cover
# Fraction of the background beside it that clear lines must cover: hair, unlike a pattern on cloth,
# continues outside.
_LINES_BESIDE = 0.06

_INNER = 6.0  # strokes from the band beyond which the subject's colors are unmixed
_DEPTH_AROUND = 16.0  # strokes around a pixel in which the subject's depth is measured
_COLORS_AROUND = 6.0  # standard deviation, in strokes, of the Gaussian that averages colors


@dataclass(frozen=True)
class _Scene:
    """A reduced image, the parts of its trimap, and lengths in its pixels."""

    pixels: Float32  # (h, w, 3), 0 to 255
    smooth: Float32  # the same without its thin lines
    inside: Mask
    band: Mask
    outside: Mask
    stroke: float  # px
    unit: float  # px: a stroke, or less for a band that is narrower by choice
    distance: Float32  # (h, w), px to the band
    depth: Float32  # (h, w), px: of the subject's deepest point around


def widen_to_hair(
    trimap: Trimap,
    image: Image,
    radius_px: int | None = None,
    *,
    probability: Float32 | None = None,
    grid_px: float = 0.0,
) -> Trimap:
    """Make hair beside the unknown band unknown too, and the gaps between hairs inside it.

    Parameters
    ----------
    trimap : (H, W) uint8, {0, 128, 255}
    image : (H, W, 3) uint8 or float in [0, 1], sRGB
    radius_px : int, optional
        The band's width, if it was chosen: it limits how far from the band hair is searched for.
    probability : (H, W) float32, [0, 1], optional
        Of the subject. Outside, hair is found only near where it is not nearly 0.
    grid_px : float
        Pixels per cell of the model that it comes from.

    Returns
    -------
    trimap : (H, W) uint8, {0, 128, 255}
        Some known pixels have become unknown, nothing else has changed; nothing at all if there is
        no band, no foreground or no background.
    """
    shape = trimap.shape
    scale = min(1.0, _LONGER_SIDE_PX / max(shape))
    size = (max(1, round(shape[1] * scale)), max(1, round(shape[0] * scale)))
    small = np.asarray(cv2.resize(trimap, size, interpolation=cv2.INTER_NEAREST), np.uint8)
    if not all((small == value).any() for value in (BACKGROUND, UNKNOWN, FOREGROUND)):
        return trimap
    pixels = resized(as_uint8(image), size[1], size[0])
    most_unit = math.inf if radius_px is None else radius_px * scale
    scene = _scene(as_uint8(pixels), small, most_unit)
    maybe = None
    if probability is not None:
        maybe = _maybe(probability, scene, grid_px * scale)
    hair = _find_hair(scene, maybe)
    if not hair.any():
        return trimap
    enlarged = cv2.resize(
        hair.astype(np.uint8), (shape[1], shape[0]), interpolation=cv2.INTER_NEAREST
    )
    widened = np.where(enlarged > 0, np.uint8(UNKNOWN), trimap)
    return widened if (widened == BACKGROUND).any() else trimap


def _scene(pixels: NDArray[np.uint8], trimap: Trimap, most_unit: float) -> _Scene:
    stroke = _STROKE * math.hypot(*trimap.shape)
    inside, band, outside = (trimap == value for value in (FOREGROUND, UNKNOWN, BACKGROUND))
    distance = cv2.distanceTransform((~band).astype(np.uint8), cv2.DIST_L2, 3)
    # What a stroke blurs is as good on a reduced image.
    step = max(1, int(stroke / 4))
    coarse = resized(pixels, *(max(1, length // step) for length in band.shape))
    smooth = cv2.medianBlur(as_uint8(coarse), 2 * max(2, round(stroke / step)) + 1)
    return _Scene(
        pixels=pixels.astype(np.float32),
        smooth=_sized(smooth.astype(np.float32), band.shape),
        inside=inside,
        band=band,
        outside=outside,
        stroke=stroke,
        unit=min(stroke, most_unit),
        distance=np.asarray(distance, np.float32),
        depth=_largest_around(np.where(inside, distance, 0), _DEPTH_AROUND * stroke),
    )


def _find_hair(scene: _Scene, maybe: Mask | None) -> Mask:
    """Return the pixels by which to widen the band."""
    inner = scene.inside & (scene.distance > _INNER * scene.stroke)
    if not inner.any():
        inner = scene.inside
    colors_px = _COLORS_AROUND * scene.stroke
    subject = _mean_around(scene.pixels, inner, colors_px)
    share = _share(scene.pixels, scene.smooth, subject)
    lines = find_lines(np.clip(share, -_MOST_CONTRAST, _MOST_CONTRAST))
    contrast = np.minimum(np.abs(lines), _MOST_NORMAL)
    normal = _mean_around(contrast, scene.outside, colors_px)
    faint, clear = ((lines > times * normal) & (lines > least) for times, least in (_FAINT, _CLEAR))
    hair = _hairs(scene, faint, clear)
    if maybe is not None:
        hair &= maybe
    hair |= _gaps(scene, faint, clear, subject)
    hair &= _texture(scene, subject) < _MOST_TEXTURE
    width = 2 * max(1, round(scene.stroke / 2)) + 1
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
    painted = cv2.dilate(hair.astype(np.uint8), brush) > 0
    return connected_to(scene.band, np.asarray(painted))


def _maybe(probability: Float32, scene: _Scene, grid_px: float) -> Mask:
    """Return what lies near something that may belong to the subject."""
    height, width = scene.band.shape
    small = resized(probability, height, width)
    away = cv2.distanceTransform((small <= _LEAST_PROBABILITY).view(np.uint8), cv2.DIST_L2, 3)
    return np.asarray(away <= scene.stroke + grid_px)


def _share(colors: Float32, start: Float32, end: Float32) -> Float32:
    """Project colors onto the way from one color to another: 0 at its start, 1 at its end."""
    way = end - start
    return np.asarray(_dot(colors - start, way) / _squared(way))


def _squared(way: Float32) -> Float32:
    return np.asarray(_dot(way, way) + 100)  # never shorter than ten 8-bit steps


def _texture(scene: _Scene, subject: Float32) -> Float32:
    """Return how much the background varies, apart from thin lines, relative to its contrast.

    The contrast is the distance of its color from the subject's.
    """
    step = max(1, int(scene.stroke / 4))  # all of it varies slowly
    thin = np.s_[::step, ::step]
    smooth, outside, stroke = scene.smooth[thin], scene.outside[thin], scene.stroke / step
    mean = _mean_around(smooth, outside, 3 * stroke)
    change = smooth - mean
    variation = np.sqrt(_dot(change, change) / _squared(subject[thin] - mean))
    return _sized(_mean_around(variation, outside, 2 * stroke), scene.band.shape)


def _hairs(scene: _Scene, faint: Mask, clear: Mask) -> Mask:
    """Return the lines outside that are clear somewhere, long enough, and mostly within reach."""
    thick = _largest_around(scene.depth, _LONGEST * scene.stroke)
    reach = np.clip(
        _LONGEST_OF_DEPTH * thick,
        _SHORTEST * scene.unit,
        _LONGEST * scene.unit,
    )
    near = scene.outside & (scene.distance < reach)
    count, parts, stats, _ = cv2.connectedComponentsWithStats(
        (faint & scene.outside).astype(np.uint8)
    )
    length = np.hypot(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    near_area = np.bincount(parts[near], minlength=count)
    is_hair = length >= scene.stroke / 2
    is_hair &= near_area >= _LEAST_NEAR * stats[:, cv2.CC_STAT_AREA]
    is_hair &= np.bincount(parts[clear & scene.outside], minlength=count) > 0
    is_hair[0] = False
    return np.asarray(is_hair[parts] & near)


def _gaps(scene: _Scene, faint: Mask, clear: Mask, subject: Float32) -> Mask:
    """Return where the background shows between hairs that are known foreground.

    There the surroundings have colors closer to the background's, many lines stand out, and some of
    them continue outside the band; patterned cloth and fur only have the first two. Thin subjects
    are not searched.
    """
    stroke = scene.stroke
    is_gap = scene.inside & (scene.distance < _GAP_REACH * scene.unit)
    is_gap &= scene.depth > _LEAST_DEPTH * stroke
    covered = cv2.GaussianBlur(faint.astype(np.float32), (0, 0), stroke / 2)
    is_gap &= covered > _GAP_LINES
    beside = scene.outside & (scene.distance < _GAP_REACH * stroke)
    covered_beside = _mean_around(clear.astype(np.float32), beside, 3 * stroke)
    is_gap &= covered_beside > _LINES_BESIDE
    if not is_gap.any():
        return is_gap
    background = _mean_around(scene.pixels, scene.outside, _COLORS_AROUND * stroke)[is_gap]
    smooth, subject = scene.smooth[is_gap], subject[is_gap]
    offset = smooth - background
    is_gap[is_gap] = (_share(smooth, background, subject) < _GAP_SHARE) & (
        _dot(offset, offset) < _squared(subject - background)
    )
    return is_gap


def _dot(one: Float32, other: Float32) -> Float32:
    """Return the dot products of colors, in the last axis."""
    return np.asarray(np.einsum("...k,...k->...", one, other))


def _mean_around(values: Float32, counted: Mask, sigma_px: float) -> Float32:
    """Return the Gaussian mean, around every pixel, of the values that are counted.

    It is computed on a reduced image, which is as good for a wide Gaussian.
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
    weights = np.maximum(weights, 1e-6)
    mean = total / (weights if values.ndim == 2 else weights[..., None])
    return _sized(mean, counted.shape)


def _sized(values: NDArray[Any], shape: tuple[int, ...]) -> Float32:
    """Interpolate values that vary slowly at every pixel of an image of a shape."""
    size = (shape[1], shape[0])
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_LINEAR), np.float32)


def _largest_around(values: NDArray[np.floating], reach_px: float) -> Float32:
    """Return the largest value in a square around every pixel, for values that vary slowly."""
    height, width = values.shape
    step = max(1, int(reach_px / 16))
    size = (max(1, width // step), max(1, height // step))
    small = cv2.resize(values.astype(np.float32), size, interpolation=cv2.INTER_NEAREST)
    side = 2 * max(1, round(reach_px / step)) + 1
    largest = cv2.dilate(small, np.ones((side, side), np.uint8))
    return np.asarray(cv2.resize(largest, (width, height), interpolation=cv2.INTER_NEAREST))
