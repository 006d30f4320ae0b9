"""What a model finds in its first pass over a picture: classes, and the single things of each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from matte_core.boxes import Box
from matte_core.images import Float32, Mask
from matte_core.networks.grid import ScoreField
from matte_core.networks.network import Network
from matte_core.segmentation.instances import InstanceMap, PresentClass, find_instances, grid_size
from matte_core.segmentation.passes import Pass, first_pass
from matte_core.segmentation.views import Views

_MIN_SHARE = 5e-4  # of the picture: a class that covers less is noise
_MIN_CONFIDENCE = 0.5
_SIDE_PX = 513  # of the reduced picture that shares are measured on
#: Sides of the boxes that a place is looked at in, as shares of the picture's longer side.
_BOXES_AT_PLACE = (0.7, 0.45, 0.25)


@dataclass(frozen=True)
class Survey:
    """What a model found."""

    network: Network
    first: Pass
    # The classes, the largest first; class numbers are the model's own.
    present: tuple[PresentClass, ...]
    things: InstanceMap

    @property
    def finds_subjects(self) -> bool:
        """Whether the model tells the subject from the rest, rather than classes by name."""
        return self.network.spec.finds_subject


def survey(
    network: Network, views: Views, box: Box, selection: Mask | None = None, *, refine: bool = True
) -> Survey:
    """Pass a model over a box of the picture, and list what is there.

    Parameters
    ----------
    network : Network
    views : Views
        Of the picture.
    box : Box
    selection : (H, W) bool, optional
        Only what lies in it counts.
    refine : bool
        See `segment`.
    """
    first = first_pass(network, views, box, refine=refine)
    present = _present_classes(first.scores, network.spec.classes, views.shape, selection)
    return Survey(network, first, present, _instances(first, present, views.shape))


def survey_place(network: Network, views: Views, across: float, along: float) -> Survey:
    """Look closer at a place where a survey of the whole picture has found nothing.

    Boxes of several sizes around the place are passed; the one in which the place belongs most
    surely to something that does not fill the box tells what is there.

    Parameters
    ----------
    network : Network
        One that finds subjects.
    views : Views
        Of the picture.
    across, along : float, [0, 1]
        The place, as fractions of the picture's width and height.
    """
    height, width = views.shape
    row, column = along * height, across * width
    surveys = []
    for share in _BOXES_AT_PLACE:
        half = max(8.0, share * max(height, width) / 2)
        box = Box(
            max(0, round(row - half)),
            max(0, round(column - half)),
            min(height, max(round(row + half), 1)),
            min(width, max(round(column + half), 1)),
        )
        found = survey(network, views, box)
        place = (np.array([row - 0.5]), np.array([column - 0.5]))
        here = float(np.exp(found.first.scores.at(*place, [1])).squeeze())
        cover = float(np.exp(found.first.scores.values[1]).mean())
        surveys.append((here * (1 - cover**2), found))
    return max(surveys, key=lambda pair: pair[0])[1]


def softmax(scores: Float32) -> Float32:
    """Return the softmax over the first axis."""
    raised: Float32 = np.exp(scores - scores.max(axis=0))
    raised /= raised.sum(axis=0)
    return raised


def _present_classes(
    scores: ScoreField, names: Sequence[str], shape: tuple[int, int], selection: Mask | None
) -> tuple[PresentClass, ...]:
    """Return the classes present, the largest first, from a reduced look at the picture."""
    step = max(1, max(shape) // _SIDE_PX)
    # A side that is shorter than a step is looked at in its middle.
    rows, columns = (np.arange(min(step, length) // 2, length, step) for length in shape)
    lifted = softmax(scores.at(rows, columns, range(scores.values.shape[0])))
    labels = lifted.argmax(axis=0)
    area = np.ones(labels.shape, np.bool_)
    if selection is not None:
        area = selection[np.ix_(rows, columns)]
    least = _MIN_SHARE * (1.0 if selection is None else float(area.mean()))
    found = []
    for index in range(1, len(names)):
        there = (labels == index) & area
        share = float(there.mean())
        if not there.any() or share < least:
            continue
        confidence = float(lifted[index][there].mean())
        if confidence >= _MIN_CONFIDENCE:
            found.append(PresentClass(names[index], index, share, confidence))
    return tuple(sorted(found, key=lambda present: -present.share))


def _instances(first: Pass, present: Sequence[PresentClass], shape: tuple[int, int]) -> InstanceMap:
    """Tell the things of the classes present apart, from the first pass."""
    box = first.box
    rows, columns = box.sampled(grid_size(box))
    scores = first.scores.at(rows, columns, range(first.scores.values.shape[0]))
    likely = softmax(scores)
    certainty = []
    for found in present:
        others = np.delete(scores, found.index, axis=0).max(axis=0)
        certainty.append(1 / (1 + np.exp(np.clip(others - scores[found.index], -30, 30))))
    probability = [likely[found.index] for found in present]
    return find_instances(box, present, certainty, probability, shape)
