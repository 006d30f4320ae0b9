"""The trimap of what a network, or its stand-in, has found in a picture."""

from typing import TYPE_CHECKING

from matte_core.images import Image, Trimap
from matte_core.trimap.hair import widen_to_hair
from matte_core.trimap.make import make_trimap

if TYPE_CHECKING:
    from matte_core.segmentation import Segmentation


def trimap_of(
    found: "Segmentation", image: Image, radius_px: int | None = None, shape: str = "ellipse"
) -> Trimap:
    """Make the trimap of a segmentation: wide where that is unsure, and where hair stands out.

    Parameters
    ----------
    found : Segmentation
    image : (H, W, 3) uint8 or float in [0, 1], sRGB
        The picture it was found in.
    radius_px, shape
        See `make_trimap`.

    Returns
    -------
    (H, W) uint8, {0, 128, 255}

    Raises
    ------
    InputError
        If radius or shape is not as described.
    """
    trimap = make_trimap(
        found.mask,
        radius_px,
        shape,
        probability=found.probability,
        grid_px=found.grid_px,
        trust_mask=True,
    )
    return widen_to_hair(trimap, image, radius_px)
