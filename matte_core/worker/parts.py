"""The parts that were found in an image: as a list to choose from, and as a map to click on."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from matte_core.base.classes import SUBJECT_NAME, voc_color
from matte_core.link import parts
from matte_core.link.parts import FoundPart
from matte_core.segmentation import Instance, Segmentation

_CLICKED_COLOR = (240, 180, 60)


@dataclass(frozen=True)
class PartList:
    """Parts, and where they are.

    Attributes
    ----------
    parts : tuple of FoundPart
        The main subject with its objects, what was clicked, then the classes, the largest first,
        each followed by its objects.
    map : (h, w) uint8
        Of the whole image: numbers in the list from 1 on; 0 for nothing.
    """

    parts: tuple[FoundPart, ...]
    map: NDArray[np.uint8]


class Clicked:
    """The objects that clicks have found, which stay in the list when they are deselected."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[FoundPart, NDArray[np.bool_]]] = {}

    def list_with(self, found: Segmentation) -> PartList:
        """List what was found, and what clicks have found before."""
        for number, one in enumerate(found.instances, 1):
            if one.place is not None:
                part = _clicked_part(one)
                self._kept[part.name] = part, found.instance_grid == number
        chosen = {parts.place(*one.place) for one in found.instances if one.place is not None}
        clicked = [
            replace(part, is_chosen=name in chosen) for name, (part, _) in self._kept.items()
        ]
        listed = _with_clicked(_parts_of(found), clicked)
        numbers = {part.name: number for number, part in enumerate(listed, 1)}
        known = np.zeros(len(found.instances) + 1, np.uint8)
        for index, one in enumerate(found.instances, 1):
            if one.place is None:
                known[index] = numbers.get(one.name) or numbers[one.class_name]
        part_map = np.asarray(known[found.instance_grid])
        for name, (_, there) in self._kept.items():
            part_map[there & (part_map == 0)] = numbers[name]
        return PartList(tuple(listed), part_map)


def _parts_of(found: Segmentation) -> list[FoundPart]:
    """List the classes that were found, each followed by its objects."""
    listed = []
    for present in found.classes:
        named = [one for one in found.instances if one.class_name == present.name]
        objects = [one for one in named if one.place is None]
        if named and not objects:
            continue  # a click alone has found it
        names = {one.name for one in objects}
        is_whole = present.name in found.subject or bool(names and names <= set(found.subject))
        color = voc_color(present.index)
        listed.append(
            FoundPart(present.name, present.name, present.name, present.share, color, is_whole)
        )
        if len(objects) > 1:
            listed += [
                FoundPart(
                    one.name,
                    parts.place(*one.inside, one.class_name),
                    present.name,
                    one.share,
                    color,
                    is_whole or one.name in found.subject,
                    is_one_of_several=True,
                )
                for one in objects
            ]
    return listed


def _clicked_part(one: Instance) -> FoundPart:
    """Return the part for an object that a click has found: a class of its own."""
    assert one.place is not None
    name = parts.place(*one.place)
    return FoundPart(name, name, name, one.share, _CLICKED_COLOR, is_chosen=True)


def _with_clicked(listed: list[FoundPart], clicked: list[FoundPart]) -> list[FoundPart]:
    """Put what was clicked below the main subject."""
    main = [part for part in listed if part.class_name == SUBJECT_NAME]
    return [*main, *clicked, *(part for part in listed if part.class_name != SUBJECT_NAME)]
