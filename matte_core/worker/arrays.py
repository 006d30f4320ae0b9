"""The arrays of a frame as numpy sees them, and back."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from matte_core.base.errors import InputError, ProtocolError
from matte_core.base.messages import Message
from matte_core.images import Float32, Image, Mask
from matte_core.link.protocol import Array, Frame
from matte_core.worker.checking import check_arrays, check_params

_GREATEST = 65504.0  # of the half-precision floats


def to_numpy(array: Array) -> NDArray[Any]:
    """Look at the bytes of a frame's array as numpy; nothing is copied."""
    return np.frombuffer(array.data, dtype=array.dtype).reshape(array.shape)


def from_numpy(values: NDArray[Any]) -> Array:
    """Describe a numpy array for a frame; nothing is copied when it is contiguous."""
    values = np.ascontiguousarray(values)
    return Array(values.dtype.name, values.shape, values.reshape(-1).view(np.uint8).data)


def params_of(request: Frame, *wanted: str) -> dict[str, Any]:
    """Return the parameters of a request.

    Raises
    ------
    ProtocolError
        If there are none, one of the arrays that are wanted is missing, or something is not
        of its kind; see `matte_core.worker.checking`.
    """
    params = request.values.get("params")
    missing = [name for name in wanted if name not in request.arrays]
    if not isinstance(params, dict) or missing:
        raise ProtocolError(
            f"A {request.values.get('method')} request needs params and {' and '.join(wanted)}."
        )
    check_arrays(request)
    check_params(params)
    return {name: value for name, value in params.items() if value is not None}


def image_of(request: Frame) -> Image:
    """Return the request's image, within [0, 1] where it is float.

    Float layers may hold values outside; the matting equation is about colors.
    """
    return _within(to_numpy(request.arrays["image"]))


def wide_image_of(request: Frame) -> Image:
    """Return the request's image in its own color space: what lies at its edge mixes there."""
    return _within(own_colors_of(request))


def _within(image: Image) -> Image:
    held: Image = image
    if held.dtype == np.float32:
        held = np.clip(np.nan_to_num(held), 0, 1)
    return held


def own_colors_of(request: Frame) -> Image:
    """Return the colors to clean, unclipped: the request's own, or its image where it has none."""
    name = "colors" if "colors" in request.arrays else "image"
    return to_numpy(request.arrays[name])


def finite(colors: Image) -> Image:
    """Return colors without what is no number: those pixels are never the ones that changed."""
    if colors.dtype == np.uint8 or np.isfinite(colors).all():
        return colors
    held: Float32 = np.nan_to_num(colors, nan=0.0, posinf=_GREATEST, neginf=-_GREATEST).astype(
        np.float32
    )
    return held


def plane_of(request: Frame, name: str) -> Float32 | None:
    """Return a plane of the request as float32 in [0, 1]; None where it has none."""
    if name not in request.arrays:
        return None
    plane = to_numpy(request.arrays[name])
    fraction: Float32
    if plane.dtype == np.uint8:
        fraction = np.multiply(plane, np.float32(1 / 255), dtype=np.float32)
    else:
        fraction = np.clip(np.nan_to_num(plane), 0, 1).astype(np.float32, copy=False)
    return fraction


def hint_of(request: Frame, *, needed: bool = True) -> Mask | None:
    """Return the request's selection as a mask; None where it has none.

    An empty one is an `InputError` if it is needed, and none otherwise.
    """
    selection = request.arrays.get("selection")
    if selection is None:
        return None
    hint: Mask = to_numpy(selection) > 127
    if not hint.any():
        if not needed:
            return None
        raise InputError(
            Message("The selection does not touch this layer."),
            Message("Select the subject roughly, on the layer, and run it again."),
        )
    return hint


def cut_alpha(request: Frame) -> Float32:
    """Return how much is seen of a layer that is cut out: its mask times its own opacity."""
    height, width = to_numpy(request.arrays["image"]).shape[:2]
    alpha: Float32 = np.ones((height, width), np.float32)
    for name in ("mask", "opacity"):
        plane = plane_of(request, name)
        if plane is not None:
            alpha = alpha * plane
    return alpha


def colors_of(image: Image, foreground: Image) -> dict[str, Array]:
    """Put a subject's colors into arrays, with a plane that is 255 where they differ."""
    differs = (foreground != image).any(axis=2)
    changed = differs.astype(np.uint8) * np.uint8(255)
    return {"foreground": from_numpy(foreground), "changed": from_numpy(changed)}
