"""A trimap as wide as the subject's edge is soft: wide at hair, narrow at hard edges.

How soft an edge is, is not in the mask. So the matting is first run on a reduced picture with
a band that reaches far outwards everywhere, which costs little there. Where that finds some of
the subject outside the plain band, the full trimap becomes unknown too: hair is found, and what
the plain trimap knows of the inside is never given up.
"""

import cv2
import numpy as np

from matte_core.images import (
    BACKGROUND,
    FOREGROUND,
    UNKNOWN,
    Float32,
    Image,
    Mask,
    Trimap,
    check_image,
    check_mask,
)
from matte_core.progress import ProgressCallback
from matte_core.segmentation.network import resized
from matte_core.trimap.make import SHAPES, default_radius_px, make_trimap

_REDUCED_PX = 480
_WIDE_CELLS = 4.0  # how far beyond the plain band hair is looked for
_DECIDED = 0.05  # an alpha this close to 0 is taken for it


def automatic_trimap(
    image: Image,
    mask: Mask,
    *,
    probability: Float32,
    grid_px: float,
    shape: str = SHAPES[0],
    progress: ProgressCallback | None = None,
) -> Trimap:
    """Make a trimap from a mask and the picture that it is of.

    Parameters
    ----------
    image : (H, W, 3) uint8 or float in [0, 1], sRGB
    mask : (H, W) bool
        The subject.
    probability : (H, W) float32, [0, 1]
        Of the subject.
    grid_px : float
        Picture pixels per cell of the grid that the mask was decided on.
    shape : str
        See `make_trimap`.
    progress : callable, optional
        See `matte_core.progress`.

    Returns
    -------
    (H, W) uint8, {0, 128, 255}
    """
    from matte_core.matting import estimate_alpha

    image = check_image(image)
    check_mask(mask, (image.shape[0], image.shape[1]))
    plain = make_trimap(mask, shape=shape, probability=probability, grid_px=grid_px)
    height, width = mask.shape
    scale = min(1.0, _REDUCED_PX / max(height, width))
    rows, columns = max(1, round(height * scale)), max(1, round(width * scale))
    wide = _wide_trimap(plain, (rows, columns), max(2, round(_WIDE_CELLS * grid_px * scale)))
    if not all((wide == value).any() for value in (BACKGROUND, UNKNOWN, FOREGROUND)):
        return plain
    small = resized(image, rows, columns)
    alpha = estimate_alpha(small, wide, progress=progress)
    is_soft = (alpha > _DECIDED).astype(np.uint8)
    grown = cv2.resize(is_soft, (width, height), interpolation=cv2.INTER_NEAREST)
    margin_px = default_radius_px(mask.shape)
    distance = cv2.distanceTransform(1 - grown, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.where(
        np.asarray(distance <= margin_px) & (plain == BACKGROUND), np.uint8(UNKNOWN), plain
    )


def _wide_trimap(plain: Trimap, size: tuple[int, int], reach_px: int) -> Trimap:
    """Return a trimap reduced to a size, its band grown outwards by a reach."""
    rows, columns = size
    wide = cv2.resize(plain, (columns, rows), interpolation=cv2.INTER_NEAREST)
    inside = np.asarray(wide != BACKGROUND)
    if not inside.any():
        return np.asarray(wide, np.uint8)
    outward = cv2.distanceTransform((~inside).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.where(~inside & np.asarray(outward <= reach_px), np.uint8(UNKNOWN), wide).astype(
        np.uint8
    )
