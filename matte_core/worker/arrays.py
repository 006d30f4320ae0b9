"""The arrays of requests and results, to numpy and back."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from matte_core import matting
from matte_core.base.errors import InputError
from matte_core.base.messages import Message
from matte_core.base.progress import ProgressCallback
from matte_core.boxes import Box
from matte_core.images import BACKGROUND, UNKNOWN, Alpha, Float32, Image, Mask, Trimap
from matte_core.link.fields import Edges
from matte_core.link.protocol import Array
from matte_core.trimap import read_trimap

_LARGEST_HALF = 65504.0
_MARGIN_PX = 16  # around soft pixels, more than `estimate_foreground` looks at


def to_numpy(array: Array) -> NDArray[Any]:
    """View the bytes of an array as numpy; nothing is copied."""
    return np.frombuffer(array.data, dtype=array.dtype).reshape(array.shape)


def from_numpy(values: NDArray[Any]) -> Array:
    """Wrap a numpy array for a frame; nothing is copied if it is contiguous."""
    values = np.ascontiguousarray(values)
    return Array(values.dtype.name, values.shape, values.reshape(-1).view(np.uint8).data)


def read_colors(array: Array) -> Image:
    """Return colors as uint8, or as float32 of any range, in which 1 is the highest uint16."""
    colors: Any = to_numpy(array)
    return _from_uint16(colors) if colors.dtype == np.uint16 else colors


def read_image(array: Array) -> Image:
    """Return an image, clipped to [0, 1] if it is float: float layers may exceed that range."""
    image = read_colors(array)
    return image if array.dtype != "float32" else np.clip(np.nan_to_num(image), 0, 1)


def colors_like(array: Array, colors: Image) -> Array:
    """Wrap what became of `read_colors(array)`, in the type of that array."""
    return from_numpy(_to_uint16(colors) if array.dtype == "uint16" else finite(colors))


def clean_own(
    array: Array, alpha: Alpha, amount: float, progress: ProgressCallback
) -> tuple[NDArray[Any], NDArray[np.uint8]]:
    """Return the clean colors of an image, in its own type, and where they differ from it.

    See `clean_colors`. Of uint16, only what is near the edge becomes float: converting all of a
    photo takes longer.
    """
    own = to_numpy(array)
    if own.dtype != np.uint16:
        return matting.clean_colors(own, alpha, amount, progress=progress)
    clean, changed = own.copy(), np.zeros(alpha.shape, np.uint8)
    box = Box.around((alpha > 0) & (alpha < 1))
    if box is not None and amount:
        near = box.grown(_MARGIN_PX, alpha.shape).slices
        before = _from_uint16(own[near])
        estimated = matting.estimate_foreground(before, alpha[near], progress=progress)
        after = matting.decontaminate(before, estimated, amount)
        clean[near] = _to_uint16(after)
        changed[near] = (after != before).any(axis=2) * np.uint8(255)
    return clean, changed


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
    if colors.dtype.kind != "f" or np.isfinite(colors).all():
        return colors
    return np.nan_to_num(colors, nan=0.0, posinf=_LARGEST_HALF, neginf=-_LARGEST_HALF).astype(
        np.float32
    )


def _from_uint16(colors: NDArray[np.uint16]) -> Float32:
    """Return the fractions that GIMP reads of the same pixels as float."""
    return np.divide(colors, np.float32(65535), dtype=np.float32)


def _to_uint16(colors: Image) -> NDArray[np.uint16]:
    """Round fractions as GIMP does where they are written."""
    return (np.clip(colors, 0, 1) * np.float32(65535) + np.float32(0.5)).astype(np.uint16)
