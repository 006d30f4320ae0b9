"""Widen a trimap's unknown band to the hair that it misses, outside and inside.

A segmentation model draws an outline around the mass of hair. Single hairs are finer than its grid
and lie outside; where hairs are close together, the background between them is inside. Both show
as thin lines that differ from their surroundings toward the subject's colors, by more than is
normal in the background.

Lengths are given in strokes: 0.8 % of the diagonal, the width of the brush that widens the band.
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
    resized,
)
from matte_core.trimap.lines import find_lines
from matte_core.trimap.make import connected_to


@dataclass(frozen=True)
class HairParameters:
    """Parameters of the search for hair.

    Differences of color are fractions of the way from the surroundings to the subject's color.

    Attributes
    ----------
    longer_side_px : int
        Of the reduced image that is searched, in which hair is one or two pixels wide.
    stroke : float
        Width of the brush, as a fraction of the diagonal: the unit of the lengths below.
    faint, clear : (float, float)
        A line is faint or clear if its contrast exceeds this many times the contrast that is
        normal in the background, and this difference.
    most_contrast : float
        Stronger contrasts count as this.
    most_normal : float
        The background's normal contrast is measured with stronger ones counting as this, so that
        the hair itself raises it little.
    most_texture : float
        Nothing is searched where the background varies by more: a line before books or leaves may
        be anything.
    least_probability : float
        Hair has at least this probability within a stroke and a cell of the model's grid. A model
        rarely sees single hairs, but it is less sure of the background among them than of grass.
    longest : float
        Strokes from the band that hair can reach.
    longest_of_depth : float
        Limit on that reach, as a fraction of the subject's depth there: thin things have no hair.
    shortest : float
        Strokes that the reach always has.
    least_near : float
        Fraction of a line that must be within reach: one that continues is in the background.
    gap_reach : float
        Strokes from the band, inward, that gaps between hairs are searched in.
    least_depth : float
        Least depth of the subject, in strokes: on thin things hair cannot be told from cloth.
    gap_share : float
        A gap's color is at most this far from the background's toward the subject's.
    gap_lines : float
        Fraction of a gap that faint lines must cover.
    lines_beside : float
        Fraction of the background beside it that clear lines must cover: hair, unlike a pattern
        on cloth, continues outside.
    inner : float
        Strokes from the band beyond which the subject's colors are unmixed.
    depth_around : float
        Strokes around a pixel in which the subject's depth is measured.
    colors_around : float
        Standard deviation, in strokes, of the Gaussian by which colors are averaged.
    """

    longer_side_px: int = 1280
    stroke: float = 0.008
    faint: tuple[float, float] = (2.0, 0.015)
    clear: tuple[float, float] = (4.0, 0.03)
    most_contrast: float = 0.5
    most_normal: float = 0.1
    most_texture: float = 0.5
    least_probability: float = 0.05
    longest: float = 12.0
    longest_of_depth: float = 0.65
    shortest: float = 3.0
    least_near: float = 0.8
    gap_reach: float = 4.0
    least_depth: float = 8.0
    gap_share: float = 0.8
    gap_lines: float = 0.25
    lines_beside: float = 0.06
    inner: float = 6.0
    depth_around: float = 16.0
    colors_around: float = 6.0


DEFAULTS = HairParameters()


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
    parameters: HairParameters = DEFAULTS,
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
    parameters : HairParameters

    Returns
    -------
    trimap : (H, W) uint8, {0, 128, 255}
        Some known pixels have become unknown, nothing else has changed; nothing at all if there is
        no band, no foreground or no background.
    """
    shape = trimap.shape
    scale = min(1.0, parameters.longer_side_px / max(shape))
    size = (max(1, round(shape[1] * scale)), max(1, round(shape[0] * scale)))
    small = np.asarray(cv2.resize(trimap, size, interpolation=cv2.INTER_NEAREST), np.uint8)
    if not all((small == value).any() for value in (BACKGROUND, UNKNOWN, FOREGROUND)):
        return trimap
    pixels = resized(as_uint8(image), size[1], size[0])
    most_unit = math.inf if radius_px is None else radius_px * scale
    scene = _scene(as_uint8(pixels), small, most_unit, parameters)
    maybe = None
    if probability is not None:
        maybe = _maybe(probability, scene, grid_px * scale, parameters)
    hair = _find_hair(scene, maybe, parameters)
    if not hair.any():
        return trimap
    enlarged = cv2.resize(
        hair.astype(np.uint8), (shape[1], shape[0]), interpolation=cv2.INTER_NEAREST
    )
    widened = np.where(enlarged > 0, np.uint8(UNKNOWN), trimap)
    return widened if (widened == BACKGROUND).any() else trimap


def _scene(
    pixels: NDArray[np.uint8], trimap: Trimap, most_unit: float, parameters: HairParameters
) -> _Scene:
    stroke = parameters.stroke * math.hypot(*trimap.shape)
    inside, band, outside = (trimap == value for value in (FOREGROUND, UNKNOWN, BACKGROUND))
    distance = cv2.distanceTransform((~band).astype(np.uint8), cv2.DIST_L2, 3)
    smooth = cv2.medianBlur(pixels, 2 * max(2, round(stroke)) + 1)
    return _Scene(
        pixels=pixels.astype(np.float32),
        smooth=smooth.astype(np.float32),
        inside=inside,
        band=band,
        outside=outside,
        stroke=stroke,
        unit=min(stroke, most_unit),
        distance=np.asarray(distance, np.float32),
        depth=_largest_around(np.where(inside, distance, 0), parameters.depth_around * stroke),
    )


def _find_hair(scene: _Scene, maybe: Mask | None, parameters: HairParameters) -> Mask:
    """Return the pixels by which to widen the band."""
    inner = scene.inside & (scene.distance > parameters.inner * scene.stroke)
    if not inner.any():
        inner = scene.inside
    colors_px = parameters.colors_around * scene.stroke
    subject = _mean_around(scene.pixels, inner, colors_px)
    share = _share(scene.pixels, scene.smooth, subject)
    lines = find_lines(np.clip(share, -parameters.most_contrast, parameters.most_contrast))
    contrast = np.minimum(np.abs(lines), parameters.most_normal)
    normal = _mean_around(contrast, scene.outside, colors_px)
    faint, clear = (
        (lines > times * normal) & (lines > least)
        for times, least in (parameters.faint, parameters.clear)
    )
    hair = _hairs(scene, faint, clear, parameters)
    if maybe is not None:
        hair &= maybe
    hair |= _gaps(scene, faint, clear, subject, parameters)
    hair &= _texture(scene, subject) < parameters.most_texture
    width = 2 * max(1, round(scene.stroke / 2)) + 1
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
    painted = cv2.dilate(hair.astype(np.uint8), brush) > 0
    return connected_to(scene.band, np.asarray(painted))


def _maybe(probability: Float32, scene: _Scene, grid_px: float, parameters: HairParameters) -> Mask:
    """Return what lies near something that may belong to the subject."""
    height, width = scene.band.shape
    small = resized(probability, height, width)
    maybe = (small > parameters.least_probability).astype(np.uint8)
    side = 2 * max(1, round(scene.stroke + grid_px)) + 1
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return np.asarray(cv2.dilate(maybe, brush) > 0)


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
    mean = _mean_around(scene.smooth, scene.outside, 3 * scene.stroke)
    change = scene.smooth - mean
    variation = np.sqrt(_dot(change, change) / _squared(subject - mean))
    return _mean_around(variation, scene.outside, 2 * scene.stroke)


def _hairs(scene: _Scene, faint: Mask, clear: Mask, parameters: HairParameters) -> Mask:
    """Return the lines outside that are clear somewhere, long enough, and mostly within reach."""
    thick = _largest_around(scene.depth, parameters.longest * scene.stroke)
    reach = np.clip(
        parameters.longest_of_depth * thick,
        parameters.shortest * scene.unit,
        parameters.longest * scene.unit,
    )
    near = scene.outside & (scene.distance < reach)
    count, parts, stats, _ = cv2.connectedComponentsWithStats(
        (faint & scene.outside).astype(np.uint8)
    )
    length = np.hypot(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    near_area = np.bincount(parts[near], minlength=count)
    is_hair = length >= scene.stroke / 2
    is_hair &= near_area >= parameters.least_near * stats[:, cv2.CC_STAT_AREA]
    is_hair &= np.bincount(parts[clear & scene.outside], minlength=count) > 0
    is_hair[0] = False
    return np.asarray(is_hair[parts] & near)


def _gaps(
    scene: _Scene, faint: Mask, clear: Mask, subject: Float32, parameters: HairParameters
) -> Mask:
    """Return where the background shows between hairs that are known foreground.

    There the surroundings have colors closer to the background's, many lines stand out, and some of
    them continue outside the band; patterned cloth and fur only have the first two. Thin subjects
    are not searched.
    """
    stroke = scene.stroke
    background = _mean_around(scene.pixels, scene.outside, parameters.colors_around * stroke)
    offset = scene.smooth - background
    is_gap = _share(scene.smooth, background, subject) < parameters.gap_share
    is_gap &= _dot(offset, offset) < _squared(subject - background)
    covered = cv2.GaussianBlur(faint.astype(np.float32), (0, 0), stroke / 2)
    is_gap &= covered > parameters.gap_lines
    beside = scene.outside & (scene.distance < parameters.gap_reach * stroke)
    covered_beside = _mean_around(clear.astype(np.float32), beside, 3 * stroke)
    is_gap &= covered_beside > parameters.lines_beside
    is_gap &= scene.depth > parameters.least_depth * stroke
    return np.asarray(is_gap & scene.inside & (scene.distance < parameters.gap_reach * scene.unit))


def _dot(one: Float32, other: Float32) -> Float32:
    """Return the dot product of the colors of two (h, w, 3) images at every pixel."""
    return np.asarray(np.einsum("ijk,ijk->ij", one, other))


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
    mean = total / np.maximum(weights if values.ndim == 2 else weights[..., None], 1e-6)
    return np.asarray(cv2.resize(mean, (width, height), interpolation=cv2.INTER_LINEAR))


def _largest_around(values: NDArray[np.floating], reach_px: float) -> Float32:
    """Return the largest value in a square around every pixel, for values that vary slowly."""
    height, width = values.shape
    step = max(1, int(reach_px / 16))
    size = (max(1, width // step), max(1, height // step))
    small = cv2.resize(values.astype(np.float32), size, interpolation=cv2.INTER_NEAREST)
    side = 2 * max(1, round(reach_px / step)) + 1
    largest = cv2.dilate(small, np.ones((side, side), np.uint8))
    return np.asarray(cv2.resize(largest, (width, height), interpolation=cv2.INTER_NEAREST))
