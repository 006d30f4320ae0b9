"""From a coarse probability to the mask: drawn to the picture's edges, without specks."""

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.boxes import Box
from matte_core.filters.guided import GuidedFilter, apply_guided
from matte_core.images import Float32, Mask, as_float
from matte_core.segmentation.views import Views

_REACH_CELLS = 1.0  # how far the outline may be moved from where a source puts it, in its cells
_MOST_REACH_PX = 24  # the same at most, in pixels of the reduced picture
_SPECK_CELLS = 2.0  # side of the smallest part, or hole, that a source can have meant, in its cells
# A part with less than this share of the largest part's area stays only with this mean probability.
_SCRAP_SHARE, _SCRAP_PROBABILITY = 0.03, 0.75
_INSIDE_SHARE = 0.5  # of a connected part, that must lie in a selection for it to be meant
_MARGIN = 0.05  # how far a subject may leave its selection, as a share of the longer side of that

_JUST_IN = 0.51


def draw(views: Views, probability: Float32, cell_px: float) -> Float32:
    """Draw a probability to the picture's own edges, and clear it of specks.

    Parameters
    ----------
    views : Views
        Of the picture.
    probability : (h, w) float32, [0, 1]
        Of the whole picture, as large as its reduced view.
    cell_px : float
        Picture pixels per cell of the finest source.

    Returns
    -------
    (H, W) float32, [0, 1]
    """
    scale = views.reduced_shape[0] / views.shape[0]
    reach_px = round(_REACH_CELLS * cell_px * scale)
    radius_px = int(np.clip(reach_px, 1, _MOST_REACH_PX))
    coefficients = GuidedFilter(as_float(views.reduced), radius_px).coefficients(probability)
    drawn = apply_guided(views.fine, coefficients)
    size = drawn.shape[::-1]
    sure = np.asarray(
        cv2.resize(drawn, views.reduced_shape[::-1], interpolation=cv2.INTER_NEAREST), np.float32
    )
    small = sure > 0.5
    cleaned = without_scraps(without_specks(small, cell_px * scale), sure)
    for changed, limit, outermost in (
        (cleaned & ~small, np.maximum, _JUST_IN),
        (small & ~cleaned, np.minimum, 1 - _JUST_IN),
    ):
        if changed.any():
            place = cv2.resize(changed.view(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
            limit(drawn, np.float32(outermost), out=drawn, where=place)
    return lifted(drawn, views.shape)


def lifted(probability: Float32, shape: tuple[int, int]) -> Float32:
    """Interpolate a probability at every pixel of a picture, as it is."""
    if probability.shape == shape:
        return probability
    size = (shape[1], shape[0])
    return np.asarray(cv2.resize(probability, size, interpolation=cv2.INTER_LINEAR), np.float32)


def without_specks(mask: Mask, cell_px: float) -> Mask:
    """Remove specks and pinholes that are smaller than a source can have meant.

    Holes as large as two by two cells are true ones, and stay.
    """
    # What crosses a picture that is narrower than a cell is no speck.
    least = max(4.0, math.prod(min(_SPECK_CELLS * cell_px, length) for length in mask.shape))
    cleaned = mask
    for value in (True, False):
        count, parts, stats, _ = cv2.connectedComponentsWithStats(
            (cleaned == value).astype(np.uint8), connectivity=4
        )
        tiny = np.asarray(stats[:, cv2.CC_STAT_AREA] < least)
        tiny[0] = False
        if tiny.any() and tiny[1:].sum() < count - 1:
            cleaned = np.where(tiny[parts], not value, cleaned)
    return cleaned


def without_scraps(mask: Mask, probability: Float32) -> Mask:
    """Remove parts that are small beside the largest one and hardly likely.

    A patch of flag beside a shoulder is one; a hand behind a rail is small, too, but sure.
    """
    count, parts, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count <= 2:
        return mask
    areas = stats[:, cv2.CC_STAT_AREA]
    likely = np.bincount(parts.ravel(), probability.ravel(), minlength=count) / areas
    small = areas < _SCRAP_SHARE * areas[1:].max()
    keep = ~small | (likely >= _SCRAP_PROBABILITY)
    keep[0] = False
    return np.asarray(keep[parts])


def keep_inside(mask: Mask, selection: Mask, cell_px: float) -> Mask:
    """Keep the connected parts of a mask that lie mostly inside a selection.

    Where one of them reaches far outside it is cut off: it is another thing of the same kind
    that touches the one selected.
    """
    count, parts = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)
    whole = np.bincount(parts.ravel(), minlength=count)
    inside = np.bincount(parts[selection], minlength=count)
    keep = inside >= _INSIDE_SHARE * np.maximum(whole, 1)
    keep[0] = False
    around = Box.around(selection)
    size = 0 if around is None else max(around.height, around.width)
    return np.asarray(keep[parts] & near(selection, max(cell_px, _MARGIN * size)))


def near(mask: Mask, reach_px: float) -> NDArray[Any]:
    """Return which pixels lie within `reach_px` of a mask."""
    distance = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 3)
    return np.asarray(distance <= reach_px)
