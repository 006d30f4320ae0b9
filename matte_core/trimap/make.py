"""Make a trimap from a mask: a band of unknown pixels along its edge.

The band lies between an erosion and a dilation of the mask by the structuring element. It is wider
where a model, or a soft mask, is uncertain. The image's border is not an edge of the subject: the
subject is taken to continue beyond it.
"""

import math
from functools import partial

import cv2
import numpy as np

from matte_core.base.errors import InputError
from matte_core.images import (
    BACKGROUND,
    FOREGROUND,
    UNKNOWN,
    Float32,
    Mask,
    Trimap,
    check_mask,
    check_plane,
)

SHAPES = ("ellipse", "rectangle", "cross")

# The default width of the band, on either side of the edge:
_RADIUS_OF_DIAGONAL = 0.008  # as a fraction of the diagonal
_RADIUS_IN_CELLS = 2.0  # at least, in cells of the model's grid: no edge is known better than that
_LEAST_RADIUS_PX = 2  # at least
_UNCERTAIN = 0.1, 0.9  # probabilities between these are uncertain
_REACH = 3  # uncertain pixels widen the band up to this many times its width
# If the band covers a small region completely, this fraction of its depth, the innermost, stays
# known.
_CORE = 0.35
_CELLS = 16  # a band this wide is made of single pixels, one twice as wide of squares of two by two


def default_radius_px(shape: tuple[int, ...], grid_px: float | None = None) -> int:
    """Return the default width of the band, on either side of the edge, in pixels.

    Parameters
    ----------
    shape : (H, W) or (H, W, 3)
        Of the image.
    grid_px : float, optional
        Image pixels per cell of the grid that the mask comes from.

    Examples
    --------
    >>> default_radius_px((3000, 4000))
    40
    """
    radius = _RADIUS_OF_DIAGONAL * math.hypot(shape[0], shape[1])
    if grid_px is not None:
        radius = max(radius, _RADIUS_IN_CELLS * grid_px)
    return max(_LEAST_RADIUS_PX, round(radius))


def make_trimap(
    mask: Mask,
    radius_px: int | None = None,
    shape: str = "ellipse",
    *,
    probability: Float32 | None = None,
    grid_px: float | None = None,
    trust_mask: bool = False,
) -> Trimap:
    """Make a trimap from a mask.

    Parameters
    ----------
    mask : (H, W) bool
        The subject.
    radius_px : int, optional
        Width of the unknown band on either side of the edge; by default `default_radius_px`.
    shape : str
        The structuring element, (2 r + 1) pixels wide and high; one of `SHAPES`.
    probability : (H, W) float32, [0, 1], optional
        Of the subject. Pixels near the band where it is uncertain become unknown too.
    grid_px : float, optional
        See `default_radius_px`.
    trust_mask : bool
        Let the probability widen the band outward only. Inside a model's mask, uncertainty is
        rarely about whether a pixel belongs to the subject; in a soft mask it is transparency.

    Returns
    -------
    trimap : (H, W) uint8, {0, 128, 255}
        With some known foreground if the mask has any, and likewise some known background.

    Raises
    ------
    InputError
        If an argument is not as described.

    Examples
    --------
    >>> make_trimap(np.array([[False] * 6 + [True] * 6]), radius_px=2)
    array([[  0,   0,   0,   0, 128, 128, 128, 128, 255, 255, 255, 255]],
          dtype=uint8)
    """
    mask = check_mask(mask)
    if probability is not None:
        check_plane(probability, "probability", mask.shape)
    if shape not in SHAPES:
        raise InputError(f"The shape {shape!r} is not one of {', '.join(SHAPES)}.")
    if radius_px is None:
        radius_px = default_radius_px(mask.shape, grid_px)
    if radius_px < 0:
        raise InputError(f"The trimap's width is {radius_px} px.", "It must be 0 or more.")
    # A wide band may as well be made of small squares, if there are whole ones on both sides.
    step = max(1, radius_px // _CELLS) if shape == "ellipse" else 1
    outer, inner = _any_in_squares(mask, step), ~_any_in_squares(~mask, step)
    if outer.all() or not inner.any():
        step, outer, inner = 1, mask, mask
    # A disc is what lies within a distance; the half pixel makes it as round as OpenCV's ellipse.
    grow = (
        partial(_near, distance_px=(radius_px + 0.5) / step)
        if shape == "ellipse"
        else partial(_dilated, radius_px=radius_px, shape=shape)
    )
    grown, shrunk = grow(outer), ~grow(~inner)
    if probability is not None:
        reach_px = _REACH * max(radius_px, _LEAST_RADIUS_PX) + 0.5
        low, high = _UNCERTAIN
        sampled = probability[::step, ::step]
        band = grown & ~shrunk
        uncertain = (sampled > low) & (sampled < high) & _near(band, reach_px / step)
        uncertain = connected_to(band, uncertain)
        grown = grown | (uncertain & ~inner)
        if not trust_mask:
            shrunk &= ~(uncertain & outer)
    trimap: Trimap = np.full(grown.shape, UNKNOWN, np.uint8)
    trimap[_with_core(~grown, ~outer, _CORE)] = BACKGROUND
    trimap[_with_core(shrunk, inner, _CORE)] = FOREGROUND
    if step == 1:
        return trimap
    size = (trimap.shape[1] * step, trimap.shape[0] * step)
    enlarged = np.asarray(cv2.resize(trimap, size, interpolation=cv2.INTER_NEAREST), np.uint8)
    return np.ascontiguousarray(enlarged[: mask.shape[0], : mask.shape[1]])


def _any_in_squares(mask: Mask, side_px: int) -> Mask:
    """Return whether there is any of a mask in each square; those at the end may be cut off."""
    if side_px == 1:
        return mask
    kernel = np.ones((side_px, side_px), np.uint8)
    return cv2.dilate(mask.view(np.uint8), kernel, anchor=(0, 0))[::side_px, ::side_px] > 0


def _near(mask: Mask, distance_px: float) -> Mask:
    """Return what is at most that far from a mask."""
    if not mask.any():
        return mask
    away = cv2.distanceTransform((~mask).view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(away <= distance_px)


def _dilated(mask: Mask, radius_px: int, shape: str) -> Mask:
    """Dilate by a rectangle or a cross; nothing enters from outside the image."""
    size = 2 * radius_px + 1
    pixels = mask.astype(np.uint8)
    along = cv2.dilate(pixels, np.ones((1, size), np.uint8))
    if shape == "cross":
        along = cv2.max(along, cv2.dilate(pixels, np.ones((size, 1), np.uint8)))
    else:  # a rectangle is separable: rows, then columns
        along = cv2.dilate(along, np.ones((size, 1), np.uint8))
    return np.asarray(along > 0)


def connected_to(band: Mask, candidates: Mask) -> Mask:
    """Return the candidates that are connected to the band, directly or through others."""
    count, parts = cv2.connectedComponents((candidates | band).astype(np.uint8), connectivity=8)
    is_touched = np.zeros(count, np.bool_)
    is_touched[np.unique(parts[band])] = True
    is_touched[0] = False
    return np.asarray(candidates & is_touched[parts])


def _with_core(known: Mask, whole: Mask, core: float) -> Mask:
    """Return the known pixels of a region, or its innermost pixels if there are none."""
    if known.any() or not whole.any():
        return known
    padded = cv2.copyMakeBorder(whole.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    if padded.all():
        return whole
    depth = cv2.distanceTransform(padded, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
    innermost: Mask = depth > (1 - core) * depth.max()
    return innermost


def with_both_known(trimap: Trimap) -> Trimap:
    """Return the trimap of a region such that it can be matted.

    The matting needs known pixels of both kinds. Where a region has only one kind, its unknown
    pixels become that.
    """
    kinds = {int(kind) for kind in (BACKGROUND, FOREGROUND) if (trimap == kind).any()}
    if len(kinds) == 2 or not (trimap == UNKNOWN).any():
        return trimap
    settled = trimap.copy()
    settled[trimap == UNKNOWN] = kinds.pop() if kinds else FOREGROUND
    return settled
