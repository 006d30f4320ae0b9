"""What the worker can be asked for: frames to calls of the library and back.

cut_out  image (H, W, 3) uint8 or float32; where there are such, selection (H, W) uint8 as a
         hint and mask (H, W) float32 to multiply the alpha with
         -> alpha (H, W) float32, foreground like image where asked for
check    -> the versions of the packages, the networks that are installed
"""

import importlib.metadata
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matte_core.cutting import cut_out
from matte_core.errors import InputError, ProtocolError
from matte_core.images import Mask
from matte_core.models.registry import installed
from matte_core.progress import ProgressCallback
from matte_core.protocol import Array, Frame
from matte_core.segmentation import Segmentation

Method = Callable[[Frame, ProgressCallback], Frame]

PACKAGES = ("numpy", "scipy", "scikit-learn", "opencv-python-headless", "onnxruntime")


def to_numpy(array: Array) -> NDArray[Any]:
    """Look at the bytes of a frame's array as numpy; nothing is copied."""
    return np.frombuffer(array.data, dtype=array.dtype).reshape(array.shape)


def from_numpy(values: NDArray[Any]) -> Array:
    """Describe a numpy array for a frame; nothing is copied when it is contiguous."""
    values = np.ascontiguousarray(values)
    return Array(values.dtype.name, values.shape, values.reshape(-1).view(np.uint8).data)


def cut_out_method(request: Frame, progress: ProgressCallback) -> Frame:
    """Run the whole chain on the picture in the request."""
    params = request.values.get("params")
    if not isinstance(params, dict) or "image" not in request.arrays:
        raise ProtocolError("A cut_out request needs params and an image.")
    started = time.monotonic()
    image = to_numpy(request.arrays["image"])
    if image.dtype == np.float32:
        # Float layers may hold values outside [0, 1]; the matting equation is about colours.
        image = np.clip(np.nan_to_num(image), 0, 1)
    result = cut_out(
        image,
        params.get("subject", "auto"),
        model=params.get("model") or None,
        radius_px=params.get("radius_px"),
        hint=_hint(request),
        decontaminate=float(params.get("decontaminate", 1.0)),
        progress=progress,
    )
    alpha = result.alpha
    if "mask" in request.arrays:
        alpha = alpha * np.clip(to_numpy(request.arrays["mask"]), 0, 1)
    arrays = {"alpha": from_numpy(alpha)}
    if params.get("with_foreground"):
        arrays["foreground"] = from_numpy(result.foreground)
    values = {
        **_found(result.segmentation),
        "seconds": round(time.monotonic() - started, 3),
    }
    return Frame("result", {"values": values}, arrays)


def check_method(request: Frame, progress: ProgressCallback) -> Frame:  # noqa: ARG001
    """Say what is installed."""
    versions = {name: importlib.metadata.version(name) for name in PACKAGES}
    return Frame("result", {"values": {"packages": versions, "models": sorted(installed())}})


def _hint(request: Frame) -> Mask | None:
    selection = request.arrays.get("selection")
    if selection is None:
        return None
    hint = to_numpy(selection) > 127
    if not hint.any():
        raise InputError(
            "The selection does not touch this layer.",
            "Select the subject roughly, on the layer, and run it again.",
        )
    return hint


def _found(segmentation: Segmentation) -> dict[str, Any]:
    return {
        "classes": [
            {"name": found.name, "share": float(found.share)} for found in segmentation.classes
        ],
        "source": segmentation.source,
        "note": segmentation.note,
    }


METHODS: dict[str, Method] = {"cut_out": cut_out_method, "check": check_method}
