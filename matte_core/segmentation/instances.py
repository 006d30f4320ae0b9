"""Tell things of one kind apart: the first person, the second, from left to right.

A model of classes says where there are people, not where one ends and the next begins. Parts
that do not touch are told apart by that; people who do touch are parted at their neck: where the
way from one to the other leads through pixels that are near the outline, or less surely a
person, than the middles of both. Depth is the distance to the outline times the certainty; two
of its peaks are one thing when the pass between them is nearly as high as the lower of them.

All of it happens on a grid of fixed size, whatever the picture's, so that a reduced picture
gives the same things and names as the full one.

References
----------
Najman, Schmitt: Geodesic saliency of watershed contours and hierarchical segmentation, PAMI
1996 (the dynamics of minima, here relative to the peak).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.boxes import Box
from matte_core.images import Float32
from matte_core.networks.grid import Grid, ScoreField

#: Longer side of the grid that instances are told apart on.
SIDE = 160
_PASS = 0.6  # of the lower peak: a pass that is higher joins the two
_SMOOTHING = 1.0  # of the depth, in cells
_LEAST = 0.1  # of the largest of its class: what is smaller is no thing of its own
_MOST_HEAD = 0.3  # of the body that a head sits on
_MOST = 99  # in a picture
_NEAR = 0.01  # of the picture's longer side: what is that far from a place is at it

Places = NDArray[np.uint8]


@dataclass(frozen=True)
class PresentClass:
    """A class found in the picture."""

    name: str
    index: int  # the class number
    share: float  # the share of the picture that it covers, in [0, 1]
    confidence: float  # the mean of its probability there, in [0, 1]


@dataclass(frozen=True)
class Instance:
    """One thing of a class.

    Attributes
    ----------
    name : str
        The class and a number, from left to right: "person 1".
    class_name : str
    share : float
        The share of the picture that it covers, in [0, 1].
    confidence : float
        The mean of its class's probability there, in [0, 1].
    box_px : (first row, first column, last row + 1, last column + 1)
        In pixels of the picture.
    inside : (across, along)
        The point that is farthest from its outline, as fractions of the picture's width and
        height.
    place : (across, along), optional
        The fractions of the picture's width and height that were looked at to find it; None for
        what was found without being told where to look.
    """

    name: str
    class_name: str
    share: float
    confidence: float
    box_px: tuple[int, int, int, int]
    inside: tuple[float, float]
    place: tuple[float, float] | None = None


@dataclass(frozen=True)
class InstanceWeights:
    """Where the things meant are, on a grid over a part of the picture."""

    box: Box  # the part
    values: Float32  # (h, w) float32: 1 where a thing meant is the nearest one, else 0

    def at_places(self, rows: NDArray[Any], columns: NDArray[Any]) -> Float32:
        """Interpolate at rows and columns of the picture; (R, C) float32, [0, 1]."""
        size = (self.values.shape[0], self.values.shape[1])
        grid = Grid.of_pass(self.box, size, size, size, align_corners=False)
        return np.asarray(ScoreField(self.values[None], grid, 1.0).at(rows, columns, [0])[0])

    def at(self, shape: tuple[int, int], size: tuple[int, int]) -> Float32:
        """Interpolate for a picture of a shape, seen at a size."""
        return self.at_places(*Box.whole(shape).sampled(size))


@dataclass(frozen=True)
class InstanceMap:
    """The instances of a picture and their places on a grid."""

    box: Box  # what part of the picture the grid covers
    shape: tuple[int, int]  # (H, W) of the picture
    # By class in the order of the classes present, from left to right in each.
    instances: tuple[Instance, ...]
    labels: Places  # (h, w) uint8: on the grid: 0 is none, 1 the first of `instances`, and so on
    # (h, w) uint8: the nearest thing of every cell: numbers as in `labels`, those beyond them are
    # what is left of a class.
    nearest: Places
    owners: tuple[str, ...]  # the class of every number in `nearest`, from 1

    def belonging(self, class_names: Iterable[str], names: Iterable[str]) -> InstanceWeights | None:
        """Return the weights of the classes and instances named.

        None where no instance is named: then nothing is to be taken away.
        """
        whole, single = set(class_names), set(names)
        if not single:
            return None
        taken = np.zeros(len(self.owners) + 1, np.float32)
        for number, owner in enumerate(self.owners, start=1):
            held = self.instances[number - 1].name if number <= len(self.instances) else ""
            taken[number] = owner in whole or held in single
        return InstanceWeights(self.box, taken[self.nearest])

    def nearest_one(self, class_name: str, across: float, along: float) -> Instance:
        """Return the instance of a class at a place, or the nearest one to it.

        Parameters
        ----------
        class_name : str
            There must be an instance of it.
        across, along : float, [0, 1]
            Fractions of the picture's width and height.
        """
        own = [
            number for number, one in enumerate(self.instances, 1) if one.class_name == class_name
        ]
        rows, columns, away_px = self._distances(np.isin(self.labels, own), across, along)
        nearest = int(np.argmin(away_px))
        return self.instances[int(self.labels[rows[nearest], columns[nearest]]) - 1]

    def is_near(self, across: float, along: float) -> bool:
        """Return whether a place is on an instance, or as near to one as a click on it may be."""
        away_px = self._distances(self.labels > 0, across, along)[2]
        return bool(away_px.size) and float(away_px.min()) <= _NEAR * max(self.shape)

    def _distances(
        self, cells: NDArray[np.bool_], across: float, along: float
    ) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
        """Return rows and columns of cells, and how far they are from a place, in pixels."""
        rows, columns = np.nonzero(cells)
        cell_px = (self.box.height / self.labels.shape[0], self.box.width / self.labels.shape[1])
        down_px = self.box.top + (rows + 0.5) * cell_px[0] - along * self.shape[0]
        right_px = self.box.left + (columns + 0.5) * cell_px[1] - across * self.shape[1]
        return rows, columns, np.hypot(down_px, right_px)

    def number_at(self, across: float, along: float) -> int:
        """Return the number in `labels` at a place, fractions of width and height; 0 is none."""
        down = (along * self.shape[0] - self.box.top) * self.labels.shape[0] / self.box.height
        right = (across * self.shape[1] - self.box.left) * self.labels.shape[1] / self.box.width
        rows, columns = self.labels.shape
        if not (0 <= down <= rows and 0 <= right <= columns):
            return 0
        return int(self.labels[min(int(down), rows - 1), min(int(right), columns - 1)])

    def numbers(self, shape: tuple[int, int], size: tuple[int, int]) -> Places:
        """Return `labels` for a whole picture of a shape, seen at a size; 0 beyond the box."""
        rows, columns = Box.whole(shape).sampled(size)
        down = np.floor((rows + 0.5 - self.box.top) * (self.labels.shape[0] / self.box.height))
        along = np.floor((columns + 0.5 - self.box.left) * (self.labels.shape[1] / self.box.width))
        within = ((down >= 0) & (down < self.labels.shape[0]))[:, None] & (
            (along >= 0) & (along < self.labels.shape[1])
        )
        down = np.clip(down, 0, self.labels.shape[0] - 1).astype(np.intp)
        along = np.clip(along, 0, self.labels.shape[1] - 1).astype(np.intp)
        return np.where(within, self.labels[np.ix_(down, along)], np.uint8(0))


def grid_size(box: Box) -> tuple[int, int]:
    """Return the rows and columns of the grid for what lies in a box."""
    scale = SIDE / max(box.height, box.width)
    return max(2, round(box.height * scale)), max(2, round(box.width * scale))


def find_instances(
    box: Box,
    present: Sequence[PresentClass],
    certainty: Sequence[Float32],
    probability: Sequence[Float32],
    picture_shape: tuple[int, int],
) -> InstanceMap:
    """Tell the things of every class apart.

    Parameters
    ----------
    box : Box
        What part of the picture the grid covers.
    present : sequence of PresentClass
    certainty : sequence of (h, w) float32, [0, 1]
        For each class: above one half where it wins, 1 where it surely does.
    probability : sequence of (h, w) float32, [0, 1]
        Of each class, for the confidence.
    picture_shape : (H, W)
        Of the whole picture, for shares and places.
    """
    picture_px = picture_shape[0] * picture_shape[1]
    shape = certainty[0].shape if present else grid_size(box)
    labels = np.zeros(shape, np.uint8)
    rests: list[tuple[str, NDArray[np.bool_]]] = []
    instances: list[Instance] = []
    owners: list[str] = []
    cell_px = (box.height / shape[0], box.width / shape[1])
    for held, sure, likely in zip(present, certainty, probability, strict=True):
        parts = _with_heads(part(sure))
        things = _significant(parts)[: _MOST - len(instances)]
        things.sort(key=lambda number: np.nonzero(parts == number)[1].mean())
        parts = _join_splinters(parts, things)
        for place, number in enumerate(things, start=1):
            mask = parts == number
            labels[mask] = len(instances) + 1
            tight = Box.around(mask)
            assert tight is not None
            instances.append(
                Instance(
                    name=f"{held.name} {place}",
                    class_name=held.name,
                    share=float(mask.sum() * cell_px[0] * cell_px[1] / picture_px),
                    confidence=float(likely[mask].mean()),
                    box_px=(
                        box.top + int(tight.top * cell_px[0]),
                        box.left + int(tight.left * cell_px[1]),
                        box.top + min(box.height, int(np.ceil(tight.bottom * cell_px[0]))),
                        box.left + min(box.width, int(np.ceil(tight.right * cell_px[1]))),
                    ),
                    inside=_inside(mask, box, picture_shape),
                )
            )
            owners.append(held.name)
        rests.append((held.name, (parts > 0) & ~np.isin(parts, things)))
    nearest = labels.copy()
    for name, mask in rests:
        if mask.any():
            owners.append(name)
            nearest[mask] = len(owners)
    return InstanceMap(
        box, picture_shape, tuple(instances), labels, _nearest(nearest), tuple(owners)
    )


def _inside(mask: NDArray[np.bool_], box: Box, shape: tuple[int, int]) -> tuple[float, float]:
    """Return the point of a mask over a box that is farthest from the outline, as fractions."""
    there = cv2.copyMakeBorder(mask.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    depth = cv2.distanceTransform(there, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
    row, column = np.unravel_index(int(depth.argmax()), depth.shape)
    across = box.left + (column + 0.5) * box.width / depth.shape[1]
    along = box.top + (row + 0.5) * box.height / depth.shape[0]
    return float(across / shape[1]), float(along / shape[0])


def part(certainty: Float32) -> NDArray[np.int32]:
    """Part what is above one half at its necks; (h, w) int32, 0 is none.

    Cells are taken from the deepest down. Each joins the part it touches; where it touches
    several, it is the pass between them, and joins those that it is nearly as high as.
    """
    mask = certainty > 0.5
    padded = cv2.copyMakeBorder(mask.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    depth = cv2.distanceTransform(padded, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
    depth = cv2.GaussianBlur(depth * (2 * certainty - 1), (0, 0), _SMOOTHING)
    height, width = mask.shape
    heights = np.zeros((height + 2, width + 2), np.float32)  # a rim spares checks at the border
    heights[1:-1, 1:-1] = np.where(mask, np.maximum(depth, np.float32(1e-6)), 0)
    order = np.flatnonzero(heights)
    order = order[np.argsort(-heights.ravel()[order], kind="stable")]
    # Lists, which are read cell by cell several times as fast as arrays.
    values, places = heights.ravel().tolist(), [0] * heights.size
    stride = width + 2
    parent, peak = [0], [0.0]
    for cell in order.tolist():
        up, down = cell - stride, cell + stride
        near = {
            places[up - 1],
            places[up],
            places[up + 1],
            places[cell - 1],
            places[cell + 1],
            places[down - 1],
            places[down],
            places[down + 1],
        }
        near.discard(0)
        if len(near) == 1:  # nearly always
            (places[cell],) = near
            continue
        level = values[cell]
        touched = {_root(parent, number) for number in near}
        if not touched:
            parent.append(len(parent))
            peak.append(level)
            places[cell] = len(parent) - 1
            continue
        if len(touched) == 1:
            (places[cell],) = touched
            continue
        first, *others = sorted(touched, key=lambda number: -peak[number])
        places[cell] = first
        for other in others:
            if level > _PASS * peak[other]:
                parent[other] = first
    roots = np.array([_root(parent, number) for number in range(len(parent))], np.int32)
    return np.asarray(roots[np.reshape(places, heights.shape)[1:-1, 1:-1]])


def _root(parent: list[int], number: int) -> int:
    while parent[number] != number:
        number = parent[number]
    return number


def _significant(parts: NDArray[np.int32]) -> list[int]:
    """Return the numbers of the parts that are things of their own, the largest first."""
    areas = np.bincount(parts.ravel())
    areas[0] = 0
    least = max(1.0, _LEAST * areas.max())
    return [int(number) for number in np.argsort(-areas, kind="stable") if areas[number] >= least]


def _with_heads(parts: NDArray[np.int32]) -> NDArray[np.int32]:
    """Join what sits like a head on something larger, by a neck, to that.

    A head touches its body with its lower side, and nowhere juts out beside it.
    """
    joined = parts.copy()
    for head in reversed(_significant(parts)):
        mask = joined == head
        rim = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        for body in np.unique(joined[rim & ~mask & (joined > 0)]):
            torso = joined == body
            columns = np.flatnonzero(torso.any(axis=0))
            neck = np.nonzero(rim & torso)[0].mean()
            rows, across = np.nonzero(mask)
            if (
                rows.size <= _MOST_HEAD * torso.sum()
                and rows.mean() < neck < np.nonzero(torso)[0].mean()
                and columns[0] <= across.min() <= across.max() <= columns[-1]
            ):
                joined[mask] = body
                break
    return joined


def _join_splinters(parts: NDArray[np.int32], things: Sequence[int]) -> NDArray[np.int32]:
    """Give what is too small to be a thing to the one that it touches."""
    kept = np.where(np.isin(parts, things), parts, 0)
    _, bodies = cv2.connectedComponents((parts > 0).astype(np.uint8), connectivity=8)
    splinters = (parts > 0) & (kept == 0) & np.isin(bodies, np.unique(bodies[kept > 0]))
    return np.where(splinters, _nearest(kept), np.where(kept > 0, kept, parts))


def _nearest(numbers: NDArray[Any]) -> NDArray[Any]:
    """Return the nearest number that is not 0 for every cell."""
    if not numbers.any():
        return numbers
    _, seeds = cv2.distanceTransformWithLabels(
        (numbers == 0).astype(np.uint8),
        cv2.DIST_L2,
        cv2.DIST_MASK_5,
        labelType=cv2.DIST_LABEL_PIXEL,
    )
    table = np.zeros(int(seeds.max()) + 1, numbers.dtype)
    table[seeds[numbers != 0]] = numbers[numbers != 0]
    return np.asarray(table[seeds])
