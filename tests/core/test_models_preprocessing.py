"""What a graph's first step tells of the values that it takes."""

import numpy as np
import pytest

from matte_core.networks import onnx_proto as onnx
from matte_core.networks.preprocessing import normalization_told

MEAN, DEVIATION = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])


def graph_of(*steps: tuple[str, object]) -> onnx.Proto:
    """A graph that takes `image` through steps with constants to a convolution."""
    nodes, constants, value = [], [], "image"
    for place, (op_type, number) in enumerate(steps):
        inputs, name = [value], f"constant_{place}"
        if number is not None:
            constants.append(onnx.tensor(name, np.asarray(number, np.float32)))
            inputs.append(name)
        nodes.append(onnx.node(op_type, inputs, [f"value_{place}"]))
        value = f"value_{place}"
    nodes.append(onnx.node("Conv", [value, "kernel"], ["scores"]))
    return onnx.new("GraphProto", name="g", node=nodes, initializer=constants)


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ([], None),
        ([("Transpose", None)], None),
        ([("Transpose", None), ("Mul", 1 / 127.5), ("Add", -1)], "bytes"),
        ([("Sub", 127.5), ("Div", 127.5)], "bytes"),
        ([("Div", 255), ("Sub", MEAN), ("Div", DEVIATION)], "bytes"),
        ([("Sub", MEAN.reshape(1, 3, 1, 1)), ("Div", DEVIATION.reshape(1, 3, 1, 1))], "unit"),
        ([("Mul", 2), ("Sub", 1)], "unit"),
        ([("Sub", [103.9, 116.8, 123.7])], "bytes"),
        ([("Mul", 0.5), ("Add", 0.5)], None),
        ([("Div", 0)], None),
        ([("Mul", np.ones(7))], None),
    ],
)
def test_the_first_step(steps: list[tuple[str, object]], told: str | None) -> None:
    assert normalization_told(graph_of(*steps), "image") == told


def test_a_constant_that_is_cast_or_made_by_a_node() -> None:
    graph = graph_of(("Mul", 1.0))
    graph.initializer[0].CopyFrom(onnx.tensor("half", np.full(1, 1 / 255, np.float16)))
    graph.node.insert(0, onnx.node("Cast", ["half"], ["constant_0"], to=onnx.FLOAT))
    assert normalization_told(graph, "image") == "bytes"
    made = onnx.node("Constant", [], ["constant_0"])
    held = made.attribute.add(name="value")
    held.t.CopyFrom(onnx.tensor("value", np.full(1, 1 / 255, np.float32)))
    graph = graph_of(("Mul", 1.0))
    del graph.initializer[:]
    graph.node.insert(0, made)
    assert normalization_told(graph, "image") == "bytes"


def test_a_picture_that_goes_two_ways_tells_nothing() -> None:
    graph = graph_of(("Mul", 1 / 255))
    graph.node.append(onnx.node("Relu", ["image"], ["other"]))
    assert normalization_told(graph, "image") is None
