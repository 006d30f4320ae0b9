"""What was found in a picture, as a list to tick and a map to click on."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from matte_core.segmentation import Segmentation
from matte_core.segmentation.classes import voc_colour


def parts_of(found: Segmentation) -> list[dict[str, Any]]:
    """List what was found, the largest class first; where one has several things, they follow it.

    Returns
    -------
    list of dict
        Of each: name and class as the subject takes them, share, colour as three bytes,
        is_chosen, and is_one_of_several.
    """
    listed = []
    for held in found.classes:
        things = [one for one in found.instances if one.class_name == held.name]
        names = {one.name for one in things}
        is_whole = held.name in found.subject or (names and names <= set(found.subject))
        rows = [(held.name, held.share, bool(is_whole), False)]
        if len(things) > 1:
            rows += [
                (one.name, one.share, bool(is_whole) or one.name in found.subject, True)
                for one in things
            ]
        listed += [
            {
                "name": name,
                "class": held.name,
                "share": float(share),
                "colour": list(voc_colour(held.index)),
                "is_chosen": is_chosen,
                "is_one_of_several": is_one,
            }
            for name, share, is_chosen, is_one in rows
        ]
    return listed


def map_of(found: Segmentation) -> NDArray[np.uint8]:
    """Say what lies where in the whole picture.

    Returns
    -------
    (h, w) uint8
        The number in the list of `parts_of`, from 1 on; 0 where there is nothing.
    """
    rows = {part["name"]: number for number, part in enumerate(parts_of(found), 1)}
    numbers = np.zeros(len(found.instances) + 1, np.uint8)
    for index, one in enumerate(found.instances, 1):
        numbers[index] = rows.get(one.name) or rows[one.class_name]
    return np.asarray(numbers[found.instance_grid])
