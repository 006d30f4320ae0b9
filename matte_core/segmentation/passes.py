"""Run a model on the whole picture, then again on every part of the subject that it found.

A model decides on a grid of a few pixels per cell. The first pass takes in the whole picture;
every part of the subject in it is then passed again by itself, larger, at several sizes and
mirrored. Where passes overlap the closer one counts, fading in from its border, where it lacks
surroundings.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.base.messages import Message
from matte_core.base.progress import ProgressCallback
from matte_core.boxes import Box
from matte_core.catalog.spec import ModelSpec
from matte_core.images import Float32, Mask
from matte_core.networks.grid import ScoreField
from matte_core.networks.network import Network
from matte_core.segmentation.instances import InstanceWeights
from matte_core.segmentation.views import Views


@dataclass(frozen=True)
class PassTuning:
    """How a model is passed over a picture.

    Attributes
    ----------
    first : float
        Longer side of the first pass, as a multiple of the size the model was trained for.
    second : float
        The same of a second pass over all, where the first finds something small; 0 is none.
    closer : tuple of (float, bool)
        The same of each closer pass at a part, and whether it is mirrored.
    logit_margin : float
        In log odds: by how much the subject must be ahead. The border of things is left out when
        models of classes are trained, so they claim it; one that is taught by soft masks is unsure
        of much that belongs to the subject.
    margin : float
        The surroundings that a part is passed with, as a share of its longer side.
    border : float
        Where a closer pass fades in, as a share of its longer side.
    backdrop : float
        Weight of the first pass beneath a closer one.
    """

    first: float = 1.25
    second: float = 0.0
    closer: tuple[tuple[float, bool], ...] = ((1.25, True), (1.75, False))
    logit_margin: float = 0.3
    margin: float = 0.3
    border: float = 0.1
    backdrop: float = 1e-3


CLASSES = PassTuning()
SUBJECT = PassTuning(
    first=1.0,
    second=1.5,
    closer=((1.25, False), (1.5, True)),
    logit_margin=-0.3,
    margin=0.15,
    border=0.2,
    backdrop=0.3,
)
#: A large model sees details at once, and takes about a second for every pass.
LARGE = replace(SUBJECT, second=0.0, closer=())

_LARGE_PX = 768  # longer side of what such a model is given
_SMALL = 0.4  # share of the picture below which a subject is small
_MOST_PARTS = 6  # that are passed again, the largest first
_LEAST_PART = 0.02  # share of the subject below which a part is not passed again
_MOST_ENLARGED = 4.0  # a few pixels do not become a subject by being enlarged further


def tuning_for(spec: ModelSpec) -> PassTuning:
    """Return how a model is passed: one that finds the subject, or one that knows classes."""
    if not spec.finds_subject:
        return CLASSES
    return LARGE if max(spec.height, spec.width) >= _LARGE_PX else SUBJECT


@dataclass(frozen=True)
class Pass:
    """One answer of a model: the scores, the box it saw, and how much it counts."""

    scores: ScoreField
    box: Box
    weight: float


def first_pass(network: Network, views: Views, box: Box, *, refine: bool = True) -> Pass:
    """Pass all of `box`; at the size the model was trained for where nothing is refined."""
    tuning = tuning_for(network.spec)
    side = _side_px(tuning.first if refine else 1.0, network, box)
    part, shown = views.part(box, side)
    scores = network.score_part(part, shown, side)
    if refine and tuning.second and 0 < (scores.values[1] > scores.values[0]).mean() < _SMALL:
        side = _side_px(tuning.second, network, box)
        part, shown = views.part(box, side)
        scores = _mean(scores, network.score_part(part, shown, side), shown)
    return Pass(scores, box, tuning.backdrop)


def _mean(coarse: ScoreField, fine: ScoreField, box: Box) -> ScoreField:
    """Return the mean of two answers about a box, as probabilities, on the finer one's cells."""
    count, rows, columns = fine.values.shape
    shares = np.exp(fine.values) + np.exp(coarse.at(*box.sampled((rows, columns)), range(count)))
    return replace(fine, values=np.log(shares / 2))


def closer_passes(
    network: Network,
    views: Views,
    first: Pass,
    subject: Sequence[int],
    progress: ProgressCallback,
    weights: InstanceWeights | None = None,
) -> list[Pass]:
    """Pass every part of the subject by itself.

    `weights` tells where those things of its classes are that are meant, if not all of them are.
    """
    tuning = tuning_for(network.spec)
    passes: list[Pass] = []
    boxes = _part_boxes(first, subject, views.shape, tuning, weights)
    for number, (box, crowding) in enumerate(boxes):
        progress(number / len(boxes), Message("Passing closer"))
        passes += [
            _pass(network, views, box, size * crowding, is_mirrored=is_mirrored)
            for size, is_mirrored in tuning.closer
        ]
    return passes


def finest_cell_px(passes: Sequence[Pass]) -> float:
    """Return picture pixels per cell where passes are closest: the mean of those at one box."""
    sizes: dict[Box, list[float]] = {}
    for run in passes:
        sizes.setdefault(run.box, []).append(run.scores.cell_px)
    return min(sum(cells) / len(cells) for cells in sizes.values())


def blend(
    passes: Sequence[Pass],
    subject: Sequence[int],
    shape: tuple[int, int],
    size: tuple[int, int],
    tuning: PassTuning,
) -> Float32:
    """Blend passes to one probability of the subject against whatever else is likeliest.

    Parameters
    ----------
    passes : sequence of Pass
    subject : sequence of int
        Class numbers that are the subject.
    shape : (H, W)
        Of the picture.
    size : (h, w)
        Of the result, which covers the whole picture.

    Returns
    -------
    (h, w) float32, [0, 1]; 0 where no pass saw anything. Above one half is where the subject's
    classes win, by the margin that is asked of them.
    """
    total = np.zeros(size, np.float32)
    weights = np.zeros(size, np.float32)
    for run in passes:
        border_px = tuning.border * max(run.box.height, run.box.width)
        rows, row_weights = _axis(run.box.top, run.box.bottom, shape[0], size[0], border_px)
        columns, column_weights = _axis(run.box.left, run.box.right, shape[1], size[1], border_px)
        if not rows.size or not columns.size:
            continue
        window = np.ix_(rows, columns)
        odds = _odds(
            run.scores,
            (rows + 0.5) * (shape[0] / size[0]) - 0.5,
            (columns + 0.5) * (shape[1] / size[1]) - 0.5,
            subject,
        )
        weight = np.minimum(row_weights[:, None], column_weights[None, :]) * run.weight
        total[window] += weight / (1 + np.exp(tuning.logit_margin - odds))
        weights[window] += weight
    return np.asarray(total / np.maximum(weights, np.float32(1e-12)))


def _odds(
    scores: ScoreField,
    rows: NDArray[np.floating],
    columns: NDArray[np.floating],
    subject: Sequence[int],
) -> Float32:
    """Return by how much the subject's best score exceeds the best of the others."""
    if scores.values.shape[0] == 2 and len(subject) == 1:  # interpolation is linear
        lead = scores.values[subject[0]] - scores.values[1 - subject[0]]
        field = replace(scores, values=lead[None])
        return np.asarray(np.clip(field.at(rows, columns, [0])[0], -30, 30), np.float32)
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
    start: int, stop: int, length: int, count: int, border_px: float
) -> tuple[NDArray[np.int_], Float32]:
    """Return which of `count` cells along an axis a pass covers, and how much it counts there."""
    place = (np.arange(count) + 0.5) * (length / count)
    cells = np.flatnonzero((place > start) & (place < stop))
    inward = np.full(cells.size, np.inf)
    if start > 0:
        inward = np.minimum(inward, place[cells] - start)
    if stop < length:
        inward = np.minimum(inward, stop - place[cells])
    return cells, np.clip(inward / border_px, 0.01, 1).astype(np.float32)


def _side_px(wanted: float, network: Network, box: Box) -> int:
    """Return how many pixels the longer side of a box is passed with."""
    spec = network.spec
    side = max(spec.height, spec.width)
    if not spec.is_free:
        return side
    enlarged = round(_MOST_ENLARGED * max(box.height, box.width))
    return min(round(wanted * side), max(enlarged, 2 * spec.step))


def _pass(network: Network, views: Views, box: Box, wanted: float, *, is_mirrored: bool) -> Pass:
    side = _side_px(wanted, network, box)
    part, shown = views.part(box, side)
    if not is_mirrored:
        return Pass(network.score_part(part, shown, side), box, 1.0)
    width = views.shape[1]
    turned = Box(shown.top, width - shown.right, shown.bottom, width - shown.left)
    scores = network.score_part(part[:, ::-1], turned, side)
    return Pass(scores.mirrored(width), box, 1.0)


def _part_boxes(
    first: Pass,
    subject: Sequence[int],
    shape: tuple[int, ...],
    tuning: PassTuning,
    weights: InstanceWeights | None,
) -> list[tuple[Box, float]]:
    """Return a box with surroundings around every part of the subject, the largest first.

    With each comes by how much less it is to be enlarged because the picture's border leaves
    it no surroundings: a model knows things of a certain size, and fails on larger ones.
    """
    box = first.box
    scale = min(1.0, 256 / max(box.height, box.width))
    size = max(2, round(box.height * scale)), max(2, round(box.width * scale))
    rows, columns = box.sampled(size)
    mask: Mask = _odds(first.scores, rows, columns, subject) > 0
    if weights is not None:
        mask &= weights.at_places(rows, columns) > 0.5
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    parts = sorted(stats[1:count].tolist(), key=lambda part: -part[cv2.CC_STAT_AREA])
    least = _LEAST_PART * int(mask.sum())
    found: list[tuple[Box, float]] = []
    for left, top, width, height, area in parts[:_MOST_PARTS]:
        if area < least:
            break
        tight = Box(
            box.top + int(top * box.height / size[0]),
            box.left + int(left * box.width / size[1]),
            box.top + -int(-(top + height) * box.height // size[0]),
            box.left + -int(-(left + width) * box.width // size[1]),
        )
        margin = round(tuning.margin * max(tight.height, tight.width)) + 4
        part = tight.grown(margin, shape)
        if any(_holds(other, part) for other, _ in found):
            continue
        intended = (1 + 2 * tuning.margin) * max(tight.height, tight.width)
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
