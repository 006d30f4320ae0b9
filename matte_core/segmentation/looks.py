"""Look at the subject more closely, and blend what the network says at each look.

A network decides on a grid of a few pixels per cell. The first look takes in the whole picture;
every part of the subject that it finds is then looked at again by itself, at two sizes, once as
it is and once mirrored. Where looks overlap the closer one counts, fading in from its rim, where it
lacks surroundings.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.base.messages import Message
from matte_core.base.progress import ProgressCallback
from matte_core.boxes import Box
from matte_core.images import Float32, Image, Mask
from matte_core.networks.grid import ScoreField
from matte_core.networks.network import Network
from matte_core.segmentation.instances import Grounds

#: Pixels along the longer side of the first look, where the network's size is free.
FIRST_LOOK_PX = 641
#: The same of the closer looks at each part, and whether they are mirrored.
CLOSER_LOOKS = ((641, True), (897, False))
_MARGIN = 0.3  # of a part's longer side: the surroundings it is looked at with
_RIM = 0.1  # of a look's longer side: where it fades in
_MAX_PARTS = 6
_LEAST_PART = 0.02  # of the subject
_MOST_ENLARGED = 4.0  # a few pixels do not become a subject by being enlarged
_BACKDROP = 1e-3  # weight of the first look beneath a closer one


@dataclass(frozen=True)
class Look:
    """One answer of the network: the scores, the box it saw, and how it counts."""

    scores: ScoreField
    box: Box
    weight: float


def first_look(network: Network, image: Image, box: Box, wanted_px: int | None) -> Look:
    """Look at all of `box`; at the size the network was trained for where none is wanted."""
    side = None if wanted_px is None else _side_px(wanted_px, network, box)
    return Look(network.score(image, box, side), box, _BACKDROP)


def closer_looks(
    network: Network,
    image: Image,
    first: Look,
    subject: Sequence[int],
    progress: ProgressCallback,
    grounds: Grounds | None = None,
) -> list[Look]:
    """Look at every part of the subject by itself, as it is and mirrored.

    `grounds` tells where those things of its classes are that are meant, if not all of them are.
    """
    looks: list[Look] = []
    boxes = _part_boxes(first, subject, image.shape, grounds)
    for number, (box, crowding) in enumerate(boxes):
        progress(number / len(boxes), Message("Looking closer"))
        for wanted_px, is_mirrored in CLOSER_LOOKS:
            side = _side_px(round(wanted_px * crowding), network, box)
            score = _score_mirrored if is_mirrored else _score_plain
            looks.append(Look(score(network, image, box, side), box, 1.0))
    return looks


def finest_cell_px(looks: Sequence[Look]) -> float:
    """Return picture pixels per cell where the looks are closest, the mean of those at one box."""
    sizes: dict[Box, list[float]] = {}
    for look in looks:
        sizes.setdefault(look.box, []).append(look.scores.cell_px)
    return min(sum(held) / len(held) for held in sizes.values())


def blend(
    looks: Sequence[Look],
    subject: Sequence[int],
    shape: tuple[int, int],
    size: tuple[int, int],
    band: NDArray[np.int_] | None = None,
    lead: float = 0.0,
) -> Float32:
    """Blend looks to one probability of the subject against whatever else is likeliest.

    Above one half is where the subject's classes win: the arg max of one look alone, where no
    lead is asked for.

    Parameters
    ----------
    looks : sequence of Look
    subject : sequence of int
        Class numbers that are the subject.
    shape : (H, W)
        Of the picture.
    size : (h, w)
        Of the result, which covers the whole picture.
    band : array of int, optional
        Only these rows of the result.
    lead : float
        In log odds: by how much the subject must be ahead.

    Returns
    -------
    (h, w) float32, [0, 1]; 0 where no look saw anything.
    """
    first_row, last_row = (0, size[0]) if band is None else (int(band[0]), int(band[-1]) + 1)
    total = np.zeros((last_row - first_row, size[1]), np.float32)
    weights = np.zeros_like(total)
    for look in looks:
        rows, row_weights = _axis(look.box.top, look.box.bottom, shape[0], size[0], look)
        columns, column_weights = _axis(look.box.left, look.box.right, shape[1], size[1], look)
        within = (rows >= first_row) & (rows < last_row)
        rows, row_weights = rows[within], row_weights[within]
        if not rows.size or not columns.size:
            continue
        window = np.ix_(rows - first_row, columns)
        odds = _odds(
            look.scores,
            (rows + 0.5) * (shape[0] / size[0]) - 0.5,
            (columns + 0.5) * (shape[1] / size[1]) - 0.5,
            subject,
        )
        weight = np.minimum(row_weights[:, None], column_weights[None, :]) * look.weight
        total[window] += weight / (1 + np.exp(lead - odds))
        weights[window] += weight
    return np.asarray(total / np.maximum(weights, np.float32(1e-12)))


def _odds(
    scores: ScoreField,
    rows: NDArray[np.floating],
    columns: NDArray[np.floating],
    subject: Sequence[int],
) -> Float32:
    """Return by how much the subject's best score exceeds the best of the others."""
    ours = scores.at(rows, columns, subject).max(axis=0)
    others = np.full_like(ours, -60)
    for number in _rivals(scores, subject):
        np.maximum(others, scores.at(rows, columns, [number])[0], out=others)
    return np.asarray(np.clip(ours - others, -30, 30))


def _rivals(scores: ScoreField, subject: Sequence[int]) -> list[int]:
    """Return the classes that come near the best somewhere: the others never win."""
    gap = (scores.values.max(axis=0) - scores.values).min(axis=(1, 2))
    near = [number for number in np.flatnonzero(gap < 3).tolist() if number not in subject]
    return near or [number for number in range(len(gap)) if number not in subject]


def _axis(
    start: int, stop: int, length: int, count: int, look: Look
) -> tuple[NDArray[np.int_], Float32]:
    """Return which of `count` cells along an axis a look covers, and how much it counts there."""
    place = (np.arange(count) + 0.5) * (length / count)
    cells = np.flatnonzero((place > start) & (place < stop))
    rim = _RIM * max(look.box.height, look.box.width)
    inward = np.full(cells.size, np.inf)
    if start > 0:
        inward = np.minimum(inward, place[cells] - start)
    if stop < length:
        inward = np.minimum(inward, stop - place[cells])
    return cells, np.clip(inward / rim, 0.01, 1).astype(np.float32)


def _side_px(wanted: int, network: Network, box: Box) -> int:
    """Return how many pixels the longer side of a box is looked at with."""
    spec = network.spec
    if not spec.is_free:
        return max(spec.height, spec.width)
    most = max(round(_MOST_ENLARGED * max(box.height, box.width)), 2 * spec.step)
    return min(wanted, most)


def _score_plain(network: Network, image: Image, box: Box, side: int) -> ScoreField:
    return network.score(image, box, side)


def _score_mirrored(network: Network, image: Image, box: Box, side: int) -> ScoreField:
    width = image.shape[1]
    mirrored = Box(box.top, width - box.right, box.bottom, width - box.left)
    return network.score(image[:, ::-1], mirrored, side).mirrored(width)


def _part_boxes(
    first: Look, subject: Sequence[int], shape: tuple[int, ...], grounds: Grounds | None = None
) -> list[tuple[Box, float]]:
    """Return a box with surroundings around every part of the subject, the largest first.

    With each comes by how much less it is to be enlarged because the picture's border leaves
    it no surroundings: a network knows things of a certain size, and fails on larger ones.
    """
    box = first.box
    scale = min(1.0, 256 / max(box.height, box.width))
    size = max(2, round(box.height * scale)), max(2, round(box.width * scale))
    rows, columns = box.sampled(size)
    mask: Mask = _odds(first.scores, rows, columns, subject) > 0
    if grounds is not None:
        mask &= grounds.at_places(rows, columns) > 0.5
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    parts = sorted(stats[1:count].tolist(), key=lambda part: -part[cv2.CC_STAT_AREA])
    least = _LEAST_PART * int(mask.sum())
    found: list[tuple[Box, float]] = []
    for left, top, width, height, area in parts[:_MAX_PARTS]:
        if area < least:
            break
        tight = Box(
            box.top + int(top * box.height / size[0]),
            box.left + int(left * box.width / size[1]),
            box.top + -int(-(top + height) * box.height // size[0]),
            box.left + -int(-(left + width) * box.width // size[1]),
        )
        margin = round(_MARGIN * max(tight.height, tight.width)) + 4
        part = tight.grown(margin, shape)
        if any(_holds(other, part) for other, _ in found):
            continue
        intended = (1 + 2 * _MARGIN) * max(tight.height, tight.width)
        crowding = min(1.0, max(part.height, part.width) / intended) ** 0.5
        found.append((part, crowding))
    return found


def _holds(outer: Box, inner: Box) -> bool:
    return (
        outer.top <= inner.top
        and outer.left <= inner.left
        and outer.bottom >= inner.bottom
        and outer.right >= inner.right
    )
