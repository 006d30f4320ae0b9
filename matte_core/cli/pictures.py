"""Helpers of the commands for masks and alphas."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from matte_core.base.errors import InputError
from matte_core.batch.plan import Job
from matte_core.cli.options import MARKS
from matte_core.files import Picture, read_marked, read_plane
from matte_core.images import Float32, Mask


def read_selection(job: Job, picture: Picture, max_megapixels: float) -> Mask | None:
    """Return the selection that marks the subject; None if none was given."""
    path = job.companions.get("selection")
    if path is None:
        return None
    plane = read_plane(path, "selection", max_megapixels=max_megapixels)
    check_size(plane, picture, "selection", str(path))
    return to_mask(plane)


def read_marks(job: Job, picture: Picture, max_megapixels: float) -> dict[str, Any]:
    """Return the masks of what is marked in a picture: `keep`, `remove`, `unknown`."""
    found = {}
    for name in MARKS:
        what = f"{name} mask"
        path = job.companions.get(what)
        if path is not None:
            found[name] = read_marked(path, f"the {what}", max_megapixels=max_megapixels)
            check_size(found[name], picture, what, str(path))
    return found


def to_mask(plane: NDArray[Any]) -> Mask:
    """Return gray levels as a mask: the subject is brighter than half."""
    mask: Mask = plane > (127 if plane.dtype == np.uint8 else 0.5)
    return mask


def as_fraction(plane: NDArray[Any]) -> Float32:
    """Return gray levels as float32 in [0, 1]."""
    scale = np.float32(1 / 255) if plane.dtype == np.uint8 else np.float32(1)
    fraction: Float32 = np.multiply(plane, scale, dtype=np.float32)
    return fraction


def check_size(plane: NDArray[Any], picture: Picture, what: str, name: str) -> None:
    """Check that a plane has the size of its picture.

    Raises
    ------
    InputError
        If it does not; the message gives both sizes.
    """
    height, width = picture.image.shape[:2]
    if plane.shape != (height, width):
        turned = plane.shape == (width, height)
        raise InputError(
            f"The {what} {name} is {plane.shape[1]} x {plane.shape[0]} pixels, "
            f"but the picture is {width} x {height}.",
            "One of them is rotated: was it made without the photo's EXIF orientation?"
            if turned
            else "They must have the same size.",
        )


def with_holes(plane: NDArray[Any], picture: Picture) -> Float32:
    """Return a mask or alpha as float32 in [0, 1], multiplied by the picture's own alpha."""
    values: Float32 = plane.astype(np.float32, copy=False)
    return values if picture.alpha is None else values * picture.alpha
