"""How a preview shows an alpha: over a checkerboard, a color, another image, or by itself.

A view is (h, w, 3) uint8, or (h, w, 4) where the window draws a checkerboard behind it.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.images import Alpha, Image, Trimap, as_uint8
from matte_core.link.fields import Region

PLAIN_COLORS = {"black": (0, 0, 0), "white": (255, 255, 255)}

_OVERLAY = (225, 40, 40)
_OVERLAY_SHARE = 0.6


def trimap_view(trimap: Trimap) -> NDArray[np.uint8]:
    """Show a trimap as it is."""
    return np.repeat(trimap[..., None], 3, axis=2)


def matte_view(alpha: Alpha) -> NDArray[np.uint8]:
    """Show an alpha as shades of gray."""
    return np.repeat(_opacity(alpha)[..., None], 3, axis=2)


def overlay_view(image: Image, alpha: Alpha) -> NDArray[np.uint8]:
    """Show the whole image, red where it is not the subject."""
    tinted = as_uint8(image) * np.float32(1 - _OVERLAY_SHARE) + np.multiply(
        _OVERLAY, _OVERLAY_SHARE, dtype=np.float32
    )
    return _over(image, alpha, tinted)


def cut_out_view(colors: Image, alpha: Alpha) -> NDArray[np.uint8]:
    """Show the subject with nothing behind it."""
    return np.dstack([as_uint8(colors), _opacity(alpha)])


def plain_view(colors: Image, alpha: Alpha, color: tuple[int, int, int]) -> NDArray[np.uint8]:
    """Show the subject over one color."""
    return _over(colors, alpha, np.asarray(color, np.float32))


def background_view(
    colors: Image, alpha: Alpha, background: Image, region: Region
) -> NDArray[np.uint8]:
    """Show the subject over an image that covers the view, its longer side cropped evenly.

    Parameters
    ----------
    colors : (h, w, 3)
    alpha : (h, w) float32, [0, 1]
    background : (H, W, 3) uint8
    region : Region
        Which part of the whole image is shown.
    """
    height, width = alpha.shape
    whole_height = height / (region.bottom - region.top)
    whole_width = width / (region.right - region.left)
    scale = max(whole_height / background.shape[0], whole_width / background.shape[1])
    # Where the upper left corner of the region lies in the background.
    down = (background.shape[0] - whole_height / scale) / 2 + region.top * whole_height / scale
    across = (background.shape[1] - whole_width / scale) / 2 + region.left * whole_width / scale
    half = (1 / scale - 1) / 2
    place = np.array([[1 / scale, 0, across + half], [0, 1 / scale, down + half]], np.float32)
    source = as_uint8(background)
    if scale < 1:  # averaged first: sampling alone would leave out pixels
        blur = 0.4 / scale
        source = cv2.GaussianBlur(source, (0, 0), blur).astype(np.uint8)
    method = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    behind = cv2.warpAffine(
        source, place, (width, height), flags=method, borderMode=cv2.BORDER_REPLICATE
    )
    return _over(colors, alpha, behind)


def _opacity(alpha: Alpha) -> NDArray[np.uint8]:
    return np.rint(alpha * 255).astype(np.uint8)


def _over(colors: Image, alpha: Alpha, behind: NDArray[Any]) -> NDArray[np.uint8]:
    share = alpha[..., None]
    return np.rint(as_uint8(colors) * share + behind * (1 - share)).astype(np.uint8)
