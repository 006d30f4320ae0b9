"""What was found in a picture, as a list to tick and a map to click on."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.base.classes import voc_color
from matte_core.segmentation import Instance, Segmentation


def parts_of(found: Segmentation) -> list[dict[str, Any]]:
    """List what was found, the largest class first; where one has several things, they follow it.

    Returns
    -------
    list of dict
        Of each: name and class; subject, what `segment` takes for it: the class, or for one of
        several things its place, which means the same thing in the picture at another size;
        share, color as three bytes, is_chosen, and is_one_of_several.
    """
    listed = []
    for held in found.classes:
        things = [one for one in found.instances if one.class_name == held.name]
        names = {one.name for one in things}
        is_whole = held.name in found.subject or (names and names <= set(found.subject))
        rows = [(held.name, held.name, held.share, bool(is_whole), False)]
        if len(things) > 1:
            rows += [
                (
                    one.name,
                    _placed(found, one),
                    one.share,
                    bool(is_whole) or one.name in found.subject,
                    True,
                )
                for one in things
            ]
        listed += [
            {
                "name": name,
                "subject": subject,
                "class": held.name,
                "share": float(share),
                "color": list(voc_color(held.index)),
                "is_chosen": is_chosen,
                "is_one_of_several": is_one,
            }
            for name, subject, share, is_chosen, is_one in rows
        ]
    return listed


def _placed(found: Segmentation, one: Instance) -> str:
    """Name a thing by the place in it that is farthest from all else."""
    number = found.instances.index(one) + 1
    there = cv2.copyMakeBorder(
        (found.instance_grid == number).astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0
    )
    depth = cv2.distanceTransform(there, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
    row, column = np.unravel_index(int(depth.argmax()), depth.shape)
    across, along = (column + 0.5) / depth.shape[1], (row + 0.5) / depth.shape[0]
    return f"{one.class_name} at {across:.3f} {along:.3f}"


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
