"""The single things that a subject consists of, each named by what it is."""

from typing import NamedTuple

from matte_core.base.classes import SUBJECT_NAME
from matte_core.segmentation.instances import Instance
from matte_core.segmentation.result import Segmentation

_SAME = 0.5  # of two boxes: their intersection over their union


class Thing(NamedTuple):
    """A thing: its name, what `segment` takes for it, and the middle of its box (x, y), in px."""

    name: str
    subject: str
    center: tuple[float, float]


def things_of(found: Segmentation) -> list[Thing]:
    """Return the things that make up what was cut out, from left to right.

    One of the main subject has the name of the class that was found in the same place, if any:
    "person 2" says more than "subject 2".
    """
    chosen = set(found.subject)
    named = [one for one in found.instances if one.class_name != SUBJECT_NAME]
    things = []
    taken: set[str] = set()
    for one in found.instances:
        if one.place is not None or not chosen & {one.name, one.class_name}:
            continue
        same = max(named, key=lambda other: _overlap(one, other), default=one)
        name = same.name if _overlap(one, same) > _SAME and same.name not in taken else one.name
        taken.add(name)
        top, left, bottom, right = one.box_px
        things.append(Thing(name, one.name, ((left + right) / 2, (top + bottom) / 2)))
    return things


def _overlap(one: Instance, other: Instance) -> float:
    boxes = (one.box_px, other.box_px)
    top, left = (max(box[side] for box in boxes) for side in (0, 1))
    bottom, right = (min(box[side] for box in boxes) for side in (2, 3))
    both = max(bottom - top, 0) * max(right - left, 0)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in boxes]
    return both / max(sum(areas) - both, 1)
