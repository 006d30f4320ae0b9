"""Read from an ONNX file itself how it is fed and what it answers.

What the graph tells: layout, size, type of the input, number of classes, and, from the answer
to one gray picture, whether that is labels, logits, probabilities or a saliency. The values it
was trained with are told by its first step, where that scales them; where it does not they are
assumed by custom, and listed as such.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matte_core.base.classes import VOC_CLASSES
from matte_core.base.errors import ModelError
from matte_core.catalog.spec import ModelSpec
from matte_core.networks import onnx_proto as onnx
from matte_core.networks.preprocessing import normalization_told
from matte_core.networks.session import open_session

MAX_FILE_BYTES = 1 << 30
MAX_SIDE_PX = 2048
_FREE_SIDE_PX = 513
# Of models that find subjects, most of which halve a picture five times and double it again.
_HALVING: dict[str, Any] = {"height": 512, "width": 512, "step": 32, "align_corners": False}
_USUAL_DOMAINS = ("", "ai.onnx", "ai.onnx.ml", "com.microsoft", "com.microsoft.nchwc")
_CHANNELS = 3


def inspect_onnx(data: bytes, name: str, given: dict[str, Any] | None = None) -> ModelSpec:
    """Find out how a model is fed and read.

    Parameters
    ----------
    data : bytes
        The ONNX file.
    name : str
        What the model is to be called.
    given : dict, optional
        Attributes of `ModelSpec` that are known and need not be found out.

    Raises
    ------
    ModelError
        If it is not an ONNX file, cannot be run here, does not take one picture or does not
        answer with one plane or one stack of planes.
    """
    given = dict(given or {})
    model = onnx.parse_model(data)
    taken = _input_of(model)
    shape, elem_type = onnx.shape_of(taken) or [], taken.type.tensor_type.elem_type
    told = "bytes" if elem_type == onnx.UINT8 else normalization_told(model.graph, taken.name)
    if told is not None:
        given.setdefault("normalization", told)
    spec = replace(_input_spec(shape, name), **given)
    assumed = [] if "normalization" in given else ["normalization"]
    if "color_order" not in given:
        assumed.append("color_order")
    answer = _probe(data, spec, elem_type)
    spec = _output_spec(spec, answer, given)
    return replace(spec, assumed=tuple(assumed))


def check_size(path: Path) -> None:
    """Refuse a file that is too large to be a model for pictures."""
    if path.stat().st_size > MAX_FILE_BYTES:
        raise ModelError(
            f"{path} has {path.stat().st_size >> 20} MiB; "
            f"models up to {MAX_FILE_BYTES >> 20} MiB are taken."
        )


def _input_of(model: onnx.Proto) -> onnx.Proto:
    """Return what the graph says of its one input, once it is found usable."""
    for opset in model.opset_import:
        if opset.domain not in _USUAL_DOMAINS:
            raise ModelError(
                f"The model uses operators of the domain {opset.domain!r}, "
                "which onnxruntime does not know.",
                "Export it with standard operators.",
            )
    constants = {held.name for held in model.graph.initializer}
    if any(held.data_location == onnx.EXTERNAL for held in onnx.tensors(model)):
        raise ModelError(
            "The model keeps its weights in another file.", "Save it as one ONNX file."
        )
    inputs = [held for held in model.graph.input if held.name not in constants]
    shape = onnx.shape_of(inputs[0]) if len(inputs) == 1 else None
    if shape is None or len(shape) != 4 or _CHANNELS not in (shape[1], shape[3]):
        found = ", ".join(f"{held.name} {onnx.shape_of(held)}" for held in inputs)
        raise ModelError(
            f"The model does not take one color picture; its inputs are: {found}.",
            "One input of shape (1, 3, H, W) or (1, H, W, 3) is needed.",
        )
    elem_type = inputs[0].type.tensor_type.elem_type
    if elem_type not in (onnx.FLOAT, onnx.UINT8, onnx.FLOAT16):
        raise ModelError("The model's input is neither uint8 nor float32 nor float16.")
    return inputs[0]


def _input_spec(shape: list[int | str], name: str) -> ModelSpec:
    layout = "NHWC" if shape[3] == _CHANNELS else "NCHW"
    sides = shape[1:3] if layout == "NHWC" else shape[2:4]
    fixed = [side for side in sides if isinstance(side, int) and side > 0]
    if any(side > MAX_SIDE_PX for side in fixed):
        raise ModelError(
            f"The model wants pictures of {sides[1]} x {sides[0]} pixels; "
            f"up to {MAX_SIDE_PX} a side are taken, for the memory's sake."
        )
    is_free = len(fixed) < 2
    height, width = (_FREE_SIDE_PX, _FREE_SIDE_PX) if is_free else (fixed[0], fixed[1])
    # The customs of the two families: torchvision's NCHW, TensorFlow's NHWC.
    normalization = "imagenet" if layout == "NCHW" else "unit"
    return ModelSpec(
        name,
        layout=layout,
        height=height,
        width=width,
        is_free=is_free,
        step=8 if is_free else 1,
        normalization=normalization,
        align_corners=is_free,
    )


def _probe(data: bytes, spec: ModelSpec, elem_type: int) -> NDArray[Any]:
    session = open_session(data, only_cpu=True)
    shape = (
        (1, spec.height, spec.width, _CHANNELS)
        if spec.layout == "NHWC"
        else (1, _CHANNELS, spec.height, spec.width)
    )
    dtype = {onnx.UINT8: np.uint8, onnx.FLOAT16: np.float16}.get(elem_type, np.float32)
    return session.run(np.full(shape, 127 if dtype == np.uint8 else 0.5, dtype))


def _output_spec(spec: ModelSpec, answer: NDArray[Any], given: dict[str, Any]) -> ModelSpec:
    found = list(answer.shape)
    planes = answer
    while planes.ndim > 2 and planes.shape[0] == 1:
        planes = planes[0]
    changes: dict[str, Any] = {}
    if planes.ndim == 2:
        is_whole = np.issubdtype(planes.dtype, np.integer)
        changes["output_type"] = "labels" if is_whole else _saliency(planes)
        changes["output_layout"] = "NCHW"
    elif planes.ndim == 3:
        first_is_least = planes.shape[0] <= planes.shape[2]
        changes["output_layout"] = "NCHW" if first_is_least else "NHWC"
        axis = 0 if given.get("output_layout", changes["output_layout"]) == "NCHW" else 2
        if planes.shape[axis] == 1:
            changes["output_type"] = _saliency(planes)
        else:
            sums = planes.sum(axis=axis, dtype=np.float64)
            is_softmax = planes.min() >= 0 and bool(np.allclose(sums, 1, atol=1e-3))
            changes["output_type"] = "probabilities" if is_softmax else "logits"
        if not given.get("classes"):
            changes["classes"] = _class_names(planes.shape[axis])
    else:
        raise ModelError(
            f"The model answers with an array of shape {found}.",
            "One plane of labels or saliency, or one plane per class, is needed.",
        )
    if changes["output_type"] == "labels" and not given.get("classes"):
        changes["classes"] = VOC_CLASSES
    changes = {key: value for key, value in changes.items() if key not in given}
    spec = replace(spec, **changes)
    if planes.ndim == 3 and spec.output_type in ("logits", "probabilities"):
        count = planes.shape[0 if spec.output_layout == "NCHW" else 2]
        if count != len(spec.classes):
            raise ModelError(
                f"The model knows {count} classes, and {len(spec.classes)} names were given.",
                "Give one name a line, the background first.",
            )
    elif spec.finds_subject and not spec.classes:
        spec = replace(spec, classes=("background", "subject"))
    if spec.finds_subject and spec.is_free:
        spec = replace(spec, **{key: side for key, side in _HALVING.items() if key not in given})
    return spec


def _saliency(plane: NDArray[Any]) -> str:
    """Return whether one channel holds shares, or what the sigmoid makes them of."""
    is_share = plane.min() >= -0.01 and plane.max() <= 1.01
    return "saliency" if is_share else "saliency-logits"


def _class_names(count: int) -> tuple[str, ...]:
    if count == len(VOC_CLASSES):
        return VOC_CLASSES
    if count <= 2:
        return ("background", "subject")
    return ("background", *(f"class {index}" for index in range(1, count)))
