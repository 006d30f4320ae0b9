"""The image at the resolution at which the matting system is set up.

Pixels are numbered along the rows of the level's image, which has a border of `BORDER_PX` pixels
around it, so that every neighbor of a pixel exists. The unknown pixels are the nodes of the
system, numbered in the same order.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.base.messages import Message
from matte_core.base.progress import ProgressCallback, silent
from matte_core.images import BACKGROUND, FOREGROUND, UNKNOWN, Float32, Image, Mask, Trimap
from matte_core.matting.trimming import trim

BORDER_PX = 2
_STRIP_ROWS = 128


@dataclass(frozen=True)
class Level:
    """A reduced image, its trimap, and the numbering of its unknown pixels."""

    image: Float32  # (H, W, 3) float32, sRGB, [0, 1]: border included, as in all of these
    trimap: Trimap  # (H, W) uint8, {0, 128, 255}: the border is never unknown
    # (N,) int: indices of the unknown pixels into the flattened level, ascending.
    unknown: NDArray[np.intp]
    nodes: NDArray[np.int32]  # (H * W,) int32: the node of each unknown pixel; -1 for all others
    # (H * W,) float32, [0, 1]: the alpha of the known pixels; 0 for unknown ones.
    known_alpha: Float32
    factor: int  # side of a pixel of the level, in pixels of the full-size image

    @property
    def width(self) -> int:
        """Pixels in a row, border included."""
        return int(self.trimap.shape[1])

    @property
    def extent_px(self) -> int:
        """The longer side: the unit in which the terms measure distance."""
        return int(max(self.trimap.shape))

    def node_of(self, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> NDArray[np.int32]:
        """Return the nodes that full-size pixels belong to; -1 for known ones."""
        rows, columns = rows // self.factor + BORDER_PX, columns // self.factor + BORDER_PX
        return np.asarray(self.nodes[rows * self.width + columns])

    @property
    def colors(self) -> Float32:
        """The flattened image, (H * W, 3) float32."""
        return self.image.reshape(-1, 3)

    @property
    def has_both(self) -> bool:
        """Whether there is both known foreground and known background."""
        return bool((self.trimap == FOREGROUND).any() and (self.trimap == BACKGROUND).any())


def make_level(
    image: Image, trimap: Trimap, factor: int, *, progress: ProgressCallback = silent
) -> Level:
    """Reduce an image and its trimap by an integer factor.

    A pixel of the level is known if any of its block's pixels is, unless they contradict each
    other: a thin known line must not be lost. Then the unknown region is trimmed. Blocks that
    reach beyond the image are completed by repeating its last row and column.

    Parameters
    ----------
    image : (H, W, 3) uint8 or float in [0, 1], sRGB
    trimap : (H, W) uint8, {0, 128, 255}
    factor : int
        At least 1.
    progress : callable
        Called between strips of the image; may raise `Cancelled`.
    """
    small = _reduce_image(image, factor, progress)
    labels = trim(small, _reduce_trimap(trimap, factor))
    return number_unknown(small, labels, (labels == FOREGROUND).astype(np.float32), factor)


def number_unknown(image: Float32, trimap: Trimap, alpha: Float32, factor: int) -> Level:
    """Put the border around an image and number its unknown pixels.

    Parameters
    ----------
    image : (h, w, 3) float32, sRGB, [0, 1]
    trimap : (h, w) uint8, {0, 128, 255}
    alpha : (h, w) float32, [0, 1]
        Used at the known pixels.
    factor : int
        See `Level`.
    """
    framed = np.pad(image, ((BORDER_PX, BORDER_PX), (BORDER_PX, BORDER_PX), (0, 0)), mode="edge")
    labels = np.pad(trimap, BORDER_PX)
    unknown = np.flatnonzero(labels == UNKNOWN)
    nodes = np.full(labels.size, -1, np.int32)
    nodes[unknown] = np.arange(len(unknown), dtype=np.int32)
    known_alpha = np.pad(alpha, BORDER_PX).ravel()
    known_alpha[unknown] = 0
    return Level(framed, labels, unknown, nodes, known_alpha, factor)


def without_border(plane: Float32) -> Float32:
    """Return a plane of the level, cropped to what lies within the border."""
    return plane[BORDER_PX:-BORDER_PX, BORDER_PX:-BORDER_PX]


def clear_border(mask: Mask) -> Mask:
    """Set a mask to False on the border, in place, and return it."""
    mask[:BORDER_PX] = mask[-BORDER_PX:] = False
    mask[:, :BORDER_PX] = mask[:, -BORDER_PX:] = False
    return mask


def _reduce_image(image: Image, factor: int, progress: ProgressCallback) -> Float32:
    """Average blocks of pixels, in strips, so that no float copy of the image is needed."""
    scale = np.float32(1 / 255 if image.dtype == np.uint8 else 1)
    height, width = image.shape[:2]
    rows, columns = -(-height // factor), -(-width // factor)
    small = np.empty((rows, columns, 3), np.float32)
    for top in range(0, rows, _STRIP_ROWS):
        progress(top / rows, Message("Reducing"))
        bottom = min(top + _STRIP_ROWS, rows)
        strip = np.multiply(image[top * factor : bottom * factor], scale, dtype=np.float32)
        if factor > 1:
            missing_rows = (bottom - top) * factor - strip.shape[0]
            missing_columns = columns * factor - width
            if missing_rows or missing_columns:
                strip = cv2.copyMakeBorder(
                    strip, 0, missing_rows, 0, missing_columns, cv2.BORDER_REPLICATE
                )
            strip = cv2.resize(strip, (columns, bottom - top), interpolation=cv2.INTER_AREA)
        small[top:bottom] = strip
    return small


def _reduce_trimap(trimap: Trimap, factor: int) -> Trimap:
    if factor == 1:
        return trimap
    height, width = trimap.shape
    rows, columns = -(-height // factor), -(-width // factor)
    missing = ((0, rows * factor - height), (0, columns * factor - width))
    padded = np.pad(trimap, missing, mode="edge")
    highest = padded[::factor].copy()
    lowest = highest.copy()
    for row in range(1, factor):
        np.maximum(highest, padded[row::factor], out=highest)
        np.minimum(lowest, padded[row::factor], out=lowest)
    tops, bottoms = highest[:, ::factor].copy(), lowest[:, ::factor].copy()
    for column in range(1, factor):
        np.maximum(tops, highest[:, column::factor], out=tops)
        np.minimum(bottoms, lowest[:, column::factor], out=bottoms)
    has_foreground, has_background = tops == FOREGROUND, bottoms == BACKGROUND
    reduced = np.full(tops.shape, UNKNOWN, np.uint8)
    reduced[has_foreground & ~has_background] = FOREGROUND
    reduced[has_background & ~has_foreground] = BACKGROUND
    return reduced
