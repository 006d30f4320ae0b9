"""Where the cells of a model's answer lie in the picture, and lifting them to its pixels."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matte_core.boxes import Box
from matte_core.images import Float32


@dataclass(frozen=True)
class Grid:
    """The place of a grid's cells: cell = pixel * scale + offset, per axis, between centers."""

    # Scales in cells per picture pixel, offsets in cells.
    y_scale: float
    y_offset: float
    x_scale: float
    x_offset: float

    @classmethod
    def of_pass(
        cls,
        box: Box,
        seen: tuple[int, int],
        fed: tuple[int, int],
        cells: tuple[int, int],
        align_corners: bool,
    ) -> "Grid":
        """Return the grid of one pass of a model.

        Parameters
        ----------
        box : Box
            What part of the picture it saw.
        seen : (rows, columns)
            To how many pixels that part was resized, pixel areas kept.
        fed : (rows, columns)
            How many pixels the model was fed; the part lies at their top left.
        cells : (rows, columns)
            How many cells it answered with.
        align_corners : bool
            Whether the first and last cells lie on the first and last pixels fed; otherwise
            cells divide the pixels into equal areas.
        """
        axes = []
        for start, length, pixels, count_px, count in (
            (box.top, box.height, seen[0], fed[0], cells[0]),
            (box.left, box.width, seen[1], fed[1], cells[1]),
        ):
            resize = pixels / length
            first = (0.5 - start) * resize - 0.5  # where picture pixel 0 lies among those fed
            if align_corners:
                per_px = (count - 1) / max(count_px - 1, 1)
                axes += [resize * per_px, first * per_px]
            else:
                per_px = count / count_px
                axes += [resize * per_px, (first + 0.5) * per_px - 0.5]
        return cls(*axes)


@dataclass(frozen=True)
class ScoreField:
    """Class scores on a grid over (a part of) the picture."""

    # (C, h, w) float32: log scores: their softmax over the first axis is the probability.
    values: Float32
    grid: Grid  # where the cells lie
    cell_px: float  # picture pixels per cell of the grid that the model decided on

    def mirrored(self, width: int) -> "ScoreField":
        """Return the scores of a mirrored picture of that width where they belong in it."""
        grid = self.grid
        turned = replace(
            grid,
            x_scale=-grid.x_scale,
            x_offset=grid.x_offset + (width - 1) * grid.x_scale,
        )
        return replace(self, grid=turned)

    def at(self, rows: NDArray[Any], columns: NDArray[Any], classes: Sequence[int]) -> Float32:
        """Interpolate the scores of some classes bilinearly at picture rows and columns.

        Returns
        -------
        (K, R, C) float32
            For K classes, R rows and C columns. Beyond the outermost cells their value holds.
        """
        grid = self.grid
        top, bottom, down = _neighbors(rows, grid.y_scale, grid.y_offset, self.values.shape[1])
        left, right, along = _neighbors(columns, grid.x_scale, grid.x_offset, self.values.shape[2])
        out = np.empty((len(classes), rows.size, columns.size), np.float32)
        for index, number in enumerate(classes):
            plane = self.values[number]
            lifted = plane[top] * (1 - down)[:, None] + plane[bottom] * down[:, None]
            step = lifted[:, right] - lifted[:, left]
            step *= along
            np.add(np.take(lifted, left, axis=1), step, out=out[index])
        return out


def _neighbors(
    pixels: NDArray[Any], scale: float, offset: float, count: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], Float32]:
    """Return the two cells around each pixel and the weight of the second."""
    place = np.clip(pixels * scale + offset, 0, count - 1)
    first = np.minimum(place.astype(np.intp), max(count - 2, 0))
    second = np.minimum(first + 1, count - 1)
    return first, second, (place - first).astype(np.float32)
