"""Make a trimap from a mask: a band of unknown pixels along its edge.

The band is what a dilation and an erosion by the structuring element leave between them. It is
widened where a network, or a soft mask, is unsure. The picture's border is no edge of the subject:
beyond it the subject goes on as it was.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

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

_OF_DIAGONAL = 0.008
_OF_GRID = 2.0
_SMALLEST_PX = 2
_UNSURE = (0.1, 0.9)  # a probability between these is doubt, not knowledge
_CORE = 0.35  # of a small mask's depth: what is kept as known in any case


def default_radius_px(shape: tuple[int, ...], grid_px: float | None = None) -> int:
    """Return the width of the band, to each side of the edge, for a picture of that shape.

    Parameters
    ----------
    shape : (H, W) or (H, W, 3)
    grid_px : float, optional
        Picture pixels per cell of the grid that the mask was decided on: no edge is known
        better than to two cells.
    """
    radius = _OF_DIAGONAL * math.hypot(shape[0], shape[1])
    if grid_px is not None:
        radius = max(radius, _OF_GRID * grid_px)
    return max(_SMALLEST_PX, round(radius))


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
        Width of the unknown band to each side of the edge; by default `default_radius_px`.
    shape : str
        One of `SHAPES`: the structuring element, (2 r + 1) pixels wide and high.
    probability : (H, W) float32 in [0, 1], optional
        Of the subject. Pixels near the band where it is unsure become unknown too.
    grid_px : float, optional
        See `default_radius_px`.
    trust_mask : bool
        Let the probability widen the band outwards alone. A network's doubt within what it
        claims is rarely about whether that is the subject; in a soft mask it is transparency.

    Returns
    -------
    (H, W) uint8, {0, 128, 255}
        A mask with any subject keeps some foreground, one with any background some background.

    Raises
    ------
    InputError
        If an argument is not as described.
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
    grown = _grow(mask, radius_px, shape)
    shrunk = ~_grow(~mask, radius_px, shape)
    if probability is not None:
        unsure = _unsure(grown & ~shrunk, probability, radius_px)
        grown = grown | (unsure & ~mask)
        if not trust_mask:
            shrunk &= ~(unsure & mask)
    trimap = np.full(mask.shape, UNKNOWN, np.uint8)
    trimap[_keep_core(~grown, ~mask)] = BACKGROUND
    trimap[_keep_core(shrunk, mask)] = FOREGROUND
    return trimap


def _grow(mask: Mask, radius_px: int, shape: str) -> Mask:
    """Dilate; nothing comes in from beyond the picture's border."""
    if radius_px == 0:
        return mask
    if shape == "ellipse":
        if not mask.any():
            return mask
        # A disc is what lies within a distance: one pass, however large it is. The half pixel
        # makes it as round as OpenCV's ellipse is.
        distance = cv2.distanceTransform(
            (~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE
        )
        return np.asarray(distance <= radius_px + 0.5)
    size = 2 * radius_px + 1
    pixels = mask.astype(np.uint8)
    along = cv2.dilate(pixels, np.ones((1, size), np.uint8))
    if shape == "cross":
        along = cv2.max(along, cv2.dilate(pixels, np.ones((size, 1), np.uint8)))
    else:  # a rectangle is separable: rows, then columns
        along = cv2.dilate(along, np.ones((size, 1), np.uint8))
    return np.asarray(along > 0)


def _unsure(band: Mask, probability: Float32, radius_px: int) -> Mask:
    """Return the unsure pixels that are connected to the band and no further than 3 widths."""
    unsure = (probability > _UNSURE[0]) & (probability < _UNSURE[1])
    reach = 3 * max(radius_px, _SMALLEST_PX)
    unsure &= _grow(band, reach, "ellipse")
    return joined_to(band, unsure)


def joined_to(band: Mask, found: Mask) -> Mask:
    """Return the parts of what is found that hang together with the band."""
    count, parts = cv2.connectedComponents((found | band).astype(np.uint8), connectivity=8)
    touched = np.zeros(count, np.bool_)
    touched[np.unique(parts[band])] = True
    touched[0] = False
    return np.asarray(found & touched[parts])


def _keep_core(known: NDArray[np.bool_], whole: Mask) -> Mask:
    """Return the known pixels of a region; its innermost ones where none would be left."""
    if known.any() or not whole.any():
        return known
    padded = cv2.copyMakeBorder(whole.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    if padded.all():
        return whole
    depth = cv2.distanceTransform(padded, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
    core: Mask = depth > (1 - _CORE) * depth.max()
    return core
