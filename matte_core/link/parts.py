"""What was found in the picture, and what comes of ticking it. Knows nothing of GIMP or GTK."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from matte_core.link.protocol import Array


@dataclass(frozen=True)
class Part:
    """A class that was found, or one of several things of it; and whether it is cut out.

    Attributes
    ----------
    name : str
        "person", or "person 2".
    subject : str
        What the argument `parts` says for it. One of several is said by its place: the photo in
        full may be counted differently.
    class_name : str
    share : float
        Of the picture, in [0, 1].
    color : tuple of int
        Red, green and blue, 0 to 255.
    is_chosen : bool
        Of a class, whether all of it is.
    is_one_of_several : bool
    """

    name: str
    subject: str
    class_name: str
    share: float
    color: tuple[int, int, int]
    is_chosen: bool
    is_one_of_several: bool = False


def read(values: Iterable[dict[str, Any]]) -> list[Part]:
    """Read the parts in a worker's answer."""
    return [
        Part(
            held["name"],
            held["subject"],
            held["class"],
            held["share"],
            tuple(held["color"]),
            held["is_chosen"],
            held["is_one_of_several"],
        )
        for held in values
    ]


def toggled(parts: Sequence[Part], name: str) -> list[Part]:
    """Return the parts after one of them was ticked, or its tick taken away.

    A class takes its things along, and is ticked itself while all of them are.
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


def argument(parts: Sequence[Part]) -> str:
    """Return what the argument `parts` says for the ticked ones; a class stands for its things."""
    whole = {part.name for part in parts if part.is_chosen and not part.is_one_of_several}
    subjects = [
        part.subject
        for part in parts
        if part.is_chosen and (part.name in whole or part.class_name not in whole)
    ]
    return ", ".join(subjects)


def at(found_map: Array, across: float, along: float) -> int | None:
    """Return the number of the part at a spot of the picture, counted from 0; None for nothing.

    Parameters
    ----------
    found_map : Array, (h, w) uint8
        From the worker: numbers from 1 on.
    across, along : float, [0, 1]
    """
    height, width = found_map.shape
    row, column = min(int(along * height), height - 1), min(int(across * width), width - 1)
    number = memoryview(found_map.data).cast("B")[row * width + column]
    return number - 1 if number else None
