"""Rectangles of whole pixels."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Box:
    """A rectangle of whole pixels; `bottom` and `right` are the first ones outside."""

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

    @classmethod
    def whole(cls, shape: tuple[int, ...]) -> "Box":
        """Return the box of a whole picture of that shape."""
        return cls(0, 0, shape[0], shape[1])

    @classmethod
    def around(cls, mask: NDArray[np.bool_]) -> "Box | None":
        """Return the smallest box that holds every true pixel; None when there is none."""
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        if not rows.size:
            return None
        return cls(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)

    def sampled(self, size: tuple[int, int]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return the picture rows and columns of the centers of rows x columns equal cells."""
        rows = self.top + (np.arange(size[0]) + 0.5) * (self.height / size[0]) - 0.5
        columns = self.left + (np.arange(size[1]) + 0.5) * (self.width / size[1]) - 0.5
        return rows, columns

    def grown(self, margin_px: int, shape: tuple[int, ...]) -> "Box":
        """Return the box with a margin, within a picture of that shape."""
        return Box(
            max(0, self.top - margin_px),
            max(0, self.left - margin_px),
            min(shape[0], self.bottom + margin_px),
            min(shape[1], self.right + margin_px),
        )
