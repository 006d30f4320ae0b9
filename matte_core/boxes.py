"""Rectangles of whole pixels."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Box:
    """A rectangle of whole pixels.

    Attributes
    ----------
    top, left : int
        First row and column inside.
    bottom, right : int
        First row and column below and to the right of it.

    Examples
    --------
    >>> mask = np.zeros((6, 9), bool)
    >>> mask[2:4, 5] = True
    >>> Box.around(mask)
    Box(top=2, left=5, bottom=4, right=6)
    >>> Box.around(mask).grown(3, mask.shape)
    Box(top=0, left=2, bottom=6, right=9)
    """

    top: int
    left: int
    bottom: int
    right: int

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def slices(self) -> tuple[slice, slice]:
        """The rows and columns of the box, to index an array with."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    @classmethod
    def whole(cls, shape: tuple[int, ...]) -> "Box":
        """Return the box that covers an image of the given shape."""
        return cls(0, 0, shape[0], shape[1])

    @classmethod
    def around(cls, mask: NDArray[np.bool_]) -> "Box | None":
        """Return the smallest box that contains every true pixel, or None if there is none."""
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        if not rows.size:
            return None
        return cls(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)

    def sampled(self, size: tuple[int, int]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return the image rows and columns of the centers of rows x columns equal cells."""
        rows = self.top + (np.arange(size[0]) + 0.5) * (self.height / size[0]) - 0.5
        columns = self.left + (np.arange(size[1]) + 0.5) * (self.width / size[1]) - 0.5
        return rows, columns

    def grown(self, margin_px: int, shape: tuple[int, ...]) -> "Box":
        """Return the box with a margin on every side, clipped to an image of the given shape."""
        return Box(
            max(0, self.top - margin_px),
            max(0, self.left - margin_px),
            min(shape[0], self.bottom + margin_px),
            min(shape[1], self.right + margin_px),
        )
