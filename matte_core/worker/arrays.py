"""The arrays of requests and results, to numpy and back."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from matte_core.base.errors import InputError
from matte_core.base.messages import Message
from matte_core.images import BACKGROUND, UNKNOWN, Float32, Image, Mask, Trimap
from matte_core.link.fields import Edges
from matte_core.link.protocol import Array
from matte_core.trimap import read_trimap

_LARGEST_HALF = 65504.0


def to_numpy(array: Array) -> NDArray[Any]:
    """View the bytes of an array as numpy; nothing is copied."""
    return np.frombuffer(array.data, dtype=array.dtype).reshape(array.shape)


def from_numpy(values: NDArray[Any]) -> Array:
    """Wrap a numpy array for a frame; nothing is copied if it is contiguous."""
    values = np.ascontiguousarray(values)
    return Array(values.dtype.name, values.shape, values.reshape(-1).view(np.uint8).data)


def read_image(array: Array) -> Image:
    """Return an image, clipped to [0, 1] if it is float: float layers may exceed that range."""
    image: Image = to_numpy(array)
    return image if image.dtype == np.uint8 else np.clip(np.nan_to_num(image), 0, 1)


def read_plane(array: Array) -> Float32:
    """Return a mask or opacity as float32 in [0, 1]."""
    plane: Float32 = to_numpy(array)
    if plane.dtype == np.uint8:
        return np.multiply(plane, np.float32(1 / 255), dtype=np.float32)
    return np.clip(np.nan_to_num(plane), 0, 1)


def read_selection(selection: Array | None, *, is_needed: bool = True) -> Mask | None:
    """Return a selection as a mask; None where there is none.

    Raises
    ------
    InputError
        If it is needed, but empty; otherwise an empty one counts as none.
    """
    if selection is None:
        return None
    mask: Mask = to_numpy(selection) > 127
    if not mask.any():
        if not is_needed:
            return None
        raise InputError(
            Message("The selection does not touch this layer."),
            Message("Select the subject roughly, on the layer, and run it again."),
        )
    return mask


def read_painted_trimap(array: Array, box: Edges) -> Trimap:
    """Return a painted trimap: outside its box is background, what is transparent is unknown."""
    painted = to_numpy(array)
    # Seen over middle gray, a pixel is only as known as it is opaque.
    gray = painted[..., 0].astype(np.float32)
    seen = UNKNOWN + (gray - UNKNOWN) * (painted[..., 1] / np.float32(255))
    trimap = read_trimap(np.rint(seen).astype(np.uint8))
    top, bottom, left, right = (max(edge, 0) for edge in box)
    outside = np.ones(trimap.shape, np.bool_)
    outside[top:bottom, left:right] = False
    trimap[outside] = BACKGROUND
    return trimap


def visible_share(mask: Array | None, opacity: Array | None, shape: tuple[int, ...]) -> Float32:
    """Return how visible each pixel of a cut-out layer is: its mask times its opacity."""
    alpha: Float32 = np.ones(shape[:2], np.float32)
    for plane in (mask, opacity):
        if plane is not None:
            alpha = alpha * read_plane(plane)
    return alpha


def finite(colors: Image) -> Image:
    """Replace NaN and infinity in colors; such pixels are never among those that changed."""
    if colors.dtype == np.uint8 or np.isfinite(colors).all():
        return colors
    return np.nan_to_num(colors, nan=0.0, posinf=_LARGEST_HALF, neginf=-_LARGEST_HALF).astype(
        np.float32
    )
