"""The parts that were found in an image, and how selecting them changes an action's argument."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from matte_core.base.classes import SUBJECT_NAME
from matte_core.link.fields import Color, Share
from matte_core.link.protocol import Array


@dataclass(frozen=True)
class FoundPart:
    """A class that was found in an image, or one of several objects of that class."""

    name: str  # "person", or "person 2"; for what was clicked, the same as `subject`
    # What `segment` takes for it: the class, or for one of several objects its position, which
    # means the same object in the image at any size.
    subject: str
    class_name: str
    share: Share  # of the image, in [0, 1]
    color: Color  # red, green and blue, 0 to 255
    is_chosen: bool  # of a class, whether all of it is
    is_one_of_several: bool = False

    @property
    def is_clicked(self) -> bool:
        """Whether a click has found it."""
        return self.name == self.subject and is_place(self.subject)


def place(across: float, along: float, class_name: str = SUBJECT_NAME) -> str:
    """Return what `segment` takes for a place in the image, fractions of width and height."""
    return f"{class_name} at {across:.3f} {along:.3f}"


def is_place(subject: str) -> bool:
    """Return whether a subject is one that `place` returns."""
    return subject.startswith(f"{SUBJECT_NAME} at ")


def toggled(parts: Sequence[FoundPart], name: str) -> list[FoundPart]:
    """Return the parts after one of them was selected or deselected.

    A class takes its objects along, and is selected itself while all of them are.
    """
    (touched,) = [part for part in parts if part.name == name]
    turned = []
    for part in parts:
        goes_along = part.class_name == touched.class_name and not touched.is_one_of_several
        if part.name == name or goes_along:
            turned.append(replace(part, is_chosen=not touched.is_chosen))
        else:
            turned.append(part)
    if not touched.is_one_of_several:
        return turned
    of_class = [part for part in turned if part.class_name == touched.class_name]
    is_whole = all(part.is_chosen for part in of_class if part.is_one_of_several)
    return [
        replace(part, is_chosen=is_whole) if part.name == touched.class_name else part
        for part in turned
    ]


def argument(parts: Sequence[FoundPart]) -> str:
    """Return the argument `parts` for the selected ones; a class stands for its objects."""
    whole = {part.name for part in parts if part.is_chosen and not part.is_one_of_several}
    subjects = [
        part.subject
        for part in parts
        if part.is_chosen and (part.name in whole or part.class_name not in whole)
    ]
    return ", ".join(subjects)


def at(part_map: Array, across: float, along: float) -> int | None:
    """Return the index of the part at a position in the image; None for nothing.

    Parameters
    ----------
    part_map : Array, (h, w) uint8
        From the worker: numbers from 1 on.
    across, along : float, [0, 1]
        Fractions of the image's width and height.
    """
    height, width = part_map.shape
    row, column = min(int(along * height), height - 1), min(int(across * width), width - 1)
    number = memoryview(part_map.data).cast("B")[row * width + column]
    return number - 1 if number else None
