"""Read from a model's graph what values its input holds.

Many models bring the first step of their own with them: bytes times 1/127.5 minus 1, or minus
a mean and over a deviation. What follows it is trained on numbers of about one, so that step
tells what the input's own range is. A graph that begins with a convolution tells nothing.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matte_core.base.errors import ModelError
from matte_core.networks import onnx_proto as onnx

_PASSING = ("Transpose", "Cast", "Identity")
_USUAL_SPAN = (0.5, 12.0)  # of what a model computes with; ImageNet's deviations give 4.5
_MEAN_OF_BYTES = 16.0  # a mean this large is one of bytes


@dataclass(frozen=True)
class Scaling:
    """The input's values are multiplied and then added to, channel by channel."""

    factor: NDArray[np.float64]
    offset: NDArray[np.float64]


def normalization_told(graph: onnx.Proto, input_name: str) -> str | None:
    """Return "bytes" or "unit" where the graph's first step tells it, else None.

    Parameters
    ----------
    graph : GraphProto
    input_name : str
        Of the picture.
    """
    scaling = _first_scaling(graph, input_name)
    if scaling is None:
        return None
    span = float(scaling.factor.mean())
    least, most = _USUAL_SPAN
    if least <= 255 * span <= most or (span > 0 and scaling.offset.max() <= -_MEAN_OF_BYTES):
        return "bytes"
    if least <= span <= most and scaling.offset.max() <= 0:
        return "unit"
    return None


def _first_scaling(graph: onnx.Proto, input_name: str) -> Scaling | None:
    """Follow the input through its products and sums with constants; None if there are none."""
    constants = _constants(graph)
    factor, offset, is_scaled = np.ones(3), np.zeros(3), False
    value = input_name
    for _ in graph.node:  # and no longer: a damaged graph may lead in a circle
        takers = [node for node in graph.node if value in node.input]
        if len(takers) != 1:
            break
        (node,) = takers
        if node.op_type not in _PASSING:
            other = next((name for name in node.input if name != value), "")
            held = constants.get(other)
            if held is None or node.op_type not in ("Mul", "Div", "Add", "Sub"):
                break
            if node.op_type in ("Div", "Sub") and node.input[0] != value:
                break
            number = np.asarray(held, np.float64).ravel()
            if number.size not in (1, 3) or (node.op_type == "Div" and not number.all()):
                break
            match node.op_type:
                case "Mul":
                    factor, offset = factor * number, offset * number
                case "Div":
                    factor, offset = factor / number, offset / number
                case "Add":
                    offset = offset + number
                case _:
                    offset = offset - number
            is_scaled = True
        value = node.output[0]
    return Scaling(factor, offset) if is_scaled else None


def _constants(graph: onnx.Proto) -> dict[str, NDArray[np.generic]]:
    """Return the small constants of a graph by name, also those that are cast first."""
    tensors = {held.name: held for held in graph.initializer}
    for node in graph.node:
        held = onnx.attribute(node, "value") if node.op_type == "Constant" else None
        if held is not None:
            tensors[node.output[0]] = held.t
    found: dict[str, NDArray[np.generic]] = {}
    for name, held in tensors.items():
        if int(np.prod(list(held.dims), dtype=np.int64)) <= 3:
            try:
                found[name] = onnx.tensor_values(held)
            except ModelError:
                continue  # not numbers in this file: then it tells nothing
    for node in graph.node:
        if node.op_type == "Cast" and node.input[0] in found:
            found[node.output[0]] = found[node.input[0]]
    return found
