"""The parts that were found in an image: as a list to choose from, and as a map to click on."""

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.base.classes import voc_color
from matte_core.link.parts import FoundPart
from matte_core.segmentation import Instance, Segmentation


def parts_of(found: Segmentation) -> tuple[FoundPart, ...]:
    """List the classes that were found, the largest first, each followed by its objects."""
    parts = []
    for present in found.classes:
        objects = [one for one in found.instances if one.class_name == present.name]
        names = {one.name for one in objects}
        is_whole = present.name in found.subject or bool(names and names <= set(found.subject))
        color = voc_color(present.index)
        parts.append(
            FoundPart(present.name, present.name, present.name, present.share, color, is_whole)
        )
        if len(objects) > 1:
            parts += [
                FoundPart(
                    one.name,
                    _position_of(found, one),
                    present.name,
                    one.share,
                    color,
                    is_whole or one.name in found.subject,
                    is_one_of_several=True,
                )
                for one in objects
            ]
    return tuple(parts)


def _position_of(found: Segmentation, one: Instance) -> str:
    """Name an object by the point inside it that is farthest from its outline."""
    number = found.instances.index(one) + 1
    there = cv2.copyMakeBorder(
        (found.instance_grid == number).astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0
    )
    depth = cv2.distanceTransform(there, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
    row, column = np.unravel_index(int(depth.argmax()), depth.shape)
    across, along = (column + 0.5) / depth.shape[1], (row + 0.5) / depth.shape[0]
    return f"{one.class_name} at {across:.3f} {along:.3f}"


def map_of(found: Segmentation) -> NDArray[np.uint8]:
    """Map the parts in the whole image.

    Returns
    -------
    (h, w) uint8
        The number in the list of `parts_of`, from 1 on; 0 for nothing.
    """
    rows = {part.name: number for number, part in enumerate(parts_of(found), 1)}
    numbers = np.zeros(len(found.instances) + 1, np.uint8)
    for index, one in enumerate(found.instances, 1):
        numbers[index] = rows.get(one.name) or rows[one.class_name]
    return np.asarray(numbers[found.instance_grid])
