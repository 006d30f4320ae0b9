"""All that is known of a picture, joined into one list: classes, single things, and places."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.base.classes import SUBJECT_NAME
from matte_core.boxes import Box
from matte_core.images import Float32, Mask
from matte_core.segmentation.evidence import Evidence
from matte_core.segmentation.instances import (
    Instance,
    InstanceMap,
    PresentClass,
    find_instances,
    grid_size,
)
from matte_core.segmentation.result import SUBJECT_INDEX
from matte_core.segmentation.subject import Choice
from matte_core.segmentation.survey import Survey

_LEAST_SHOWN = 0.002  # of the picture: dust on a white table is less


@dataclass
class Listing:
    """All that is known of a picture: classes, single things, and where those are."""

    grid: NDArray[np.uint8]  # (h, w) uint8: see `Segmentation.instance_grid`
    classes: tuple[PresentClass, ...] = ()
    instances: tuple[Instance, ...] = ()
    chosen: tuple[str, ...] = ()  # names of what the choices mean

    def add_class(self, present: PresentClass) -> None:
        """Add a class, unless it is there."""
        if all(present.name != known.name for known in self.classes):
            self.classes += (present,)

    def add_things(self, things: Sequence[Instance], numbers: NDArray[Any]) -> None:
        """Add single things and their places, numbers from 1; what is there stays on top."""
        first = np.uint8(len(self.instances))
        self.grid = np.where((self.grid == 0) & (numbers > 0), numbers + first, self.grid)
        self.instances += tuple(things)


def listed(
    surveys: Sequence[Survey],
    choices: Sequence[Choice],
    unknown: Evidence | None,
    shape: tuple[int, int],
) -> Listing:
    """Join what surveys and closer looks have found: the main subject comes first, on top."""
    size = grid_size(Box.whole(shape))
    listing = Listing(np.zeros(size, np.uint8))
    if unknown is not None:
        there = unknown.probability * unknown.trust > 0.5
        present, things = _standing_out(there, unknown.probability, shape)
        listing.add_class(present)
        # One thing, whatever its parts: no model can tell them apart when one of them is named.
        listing.add_things(things.instances[:1], things.labels > 0)
    for found in sorted(surveys, key=lambda one: not one.finds_subjects):
        for one in found.present:
            listing.add_class(replace(one, index=SUBJECT_INDEX) if found.finds_subjects else one)
        listing.add_things(found.things.instances, found.things.numbers(shape, size))
    for choice in choices:
        if choice.place is None:
            listing.chosen += choice.names
            continue
        # Numbered after those of the survey; what else the closer look shows was not asked for.
        things = choice.survey.things
        (number,) = (i for i, one in enumerate(things.instances, 1) if one.name in choice.instances)
        known = sum(one.class_name == SUBJECT_NAME for one in listing.instances)
        name = f"{SUBJECT_NAME} {known + 1}"
        thing = replace(things.instances[number - 1], name=name, place=choice.place)
        listing.add_class(PresentClass(SUBJECT_NAME, SUBJECT_INDEX, thing.share, thing.confidence))
        listing.add_things([thing], (things.numbers(shape, size) == number))
        listing.chosen += (name,)
    return listing


def listed_alone(mask: Mask) -> Listing:
    """Return a picture's only subject, as what there is to choose: line art, whatever its parts.

    Parameters
    ----------
    mask : (H, W) bool
    """
    size = grid_size(Box.whole(mask.shape))
    # Lines thinner than a cell of the grid fill it, and letters side by side are one thing.
    cell_px = 2 * max(1, round(max(mask.shape) / max(size))) + 1
    near = cv2.dilate(mask.view(np.uint8), np.ones((cell_px, cell_px), np.uint8)) > 0
    present, things = _standing_out(near, near.astype(np.float32), mask.shape)
    listing = Listing(np.zeros(size, np.uint8), chosen=(SUBJECT_NAME,))
    listing.add_class(replace(present, share=float(mask.mean())))
    listing.add_things(things.instances[:1], things.labels > 0)
    return listing


def _standing_out(
    there: Mask, probability: Float32, shape: tuple[int, int]
) -> tuple[PresentClass, InstanceMap]:
    """Describe what stands out from a plain background, (h, w), of a picture of a shape."""
    present = PresentClass(
        SUBJECT_NAME, SUBJECT_INDEX, float(there.mean()), float(probability[there].mean())
    )
    box = Box.whole(shape)
    size = grid_size(box)[::-1]
    likely = np.where(there, probability, np.float32(0))
    sure = np.asarray(cv2.resize(likely, size, interpolation=cv2.INTER_AREA), np.float32)
    return present, find_instances(box, [present], [sure], [sure], shape)


def shows_much(plain: Evidence) -> bool:
    """Say whether a plain background has a subject before it, of its own."""
    share = float(((plain.probability > 0.5) & (plain.trust > 0.5)).mean())
    return _LEAST_SHOWN <= share <= 1 - _LEAST_SHOWN
