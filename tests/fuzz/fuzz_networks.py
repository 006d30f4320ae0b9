"""Files of networks: described or refused, never run into the ground."""

import re
from typing import Any

import numpy as np
from hypothesis import strategies as st
from mutations import EDGES, change, changes
from properties import Property, refused

from matte_core.catalog.spec import ModelSpec
from matte_core.networks import onnx_proto as onnx
from matte_core.networks.deeplab_graph import free_size
from matte_core.networks.inspection import inspect_onnx
from matte_core.networks.openvino_ir import import_ir

_SIDE_PX = 16


def _deeplab() -> onnx.Proto:
    """Return a network built like a frozen DeepLab: pooling, two resizes, scores."""
    rng = np.random.default_rng(3)
    weights = {
        "kernel": rng.normal(size=(4, 3, 1, 1)).astype(np.float32),
        "head": rng.normal(size=(2, 8, 1, 1)).astype(np.float32),
        "small": np.array([1, 4, 4, 4], np.int64),
        "large": np.array([1, 2, _SIDE_PX + 1, _SIDE_PX + 1], np.int64),
    }
    node = onnx.node
    nodes = [
        node("Transpose", ["image"], ["planes"], perm=[0, 3, 1, 2]),
        node("Conv", ["planes", "kernel"], ["features"], strides=[5, 5]),
        node("AveragePool", ["features"], ["pooled"], kernel_shape=[4, 4]),
        node("Resize", ["pooled", "", "", "small"], ["spread"], mode="linear"),
        node("Concat", ["features", "spread"], ["joined"], axis=1),
        node("Conv", ["joined", "head"], ["scores"]),
        node("Resize", ["scores", "", "", "large"], ["resized"], mode="linear"),
        node("Transpose", ["resized"], ["answer"], perm=[0, 2, 3, 1]),
    ]
    side = _SIDE_PX + 1
    graph = onnx.new(
        "GraphProto",
        name="g",
        node=nodes,
        initializer=[onnx.tensor(name, values) for name, values in weights.items()],
        input=[onnx.value_info("image", onnx.FLOAT, [1, side, side, 3])],
        output=[onnx.value_info("answer", onnx.FLOAT, [1, side, side, 2])],
    )
    opset = [onnx.new("OperatorSetIdProto", version=13)]
    return onnx.new("ModelProto", ir_version=8, graph=graph, opset_import=opset)


def _saliency() -> onnx.Proto:
    """Return a network of one convolution that answers with one plane."""
    kernel = np.full((1, 3, 3, 3), 0.04, np.float32)
    graph = onnx.new(
        "GraphProto",
        name="g",
        node=[
            onnx.node("Conv", ["image", "kernel"], ["raw"], pads=[1, 1, 1, 1]),
            onnx.node("Sigmoid", ["raw"], ["answer"]),
        ],
        initializer=[onnx.tensor("kernel", kernel)],
        input=[onnx.value_info("image", onnx.FLOAT, [1, 3, _SIDE_PX, _SIDE_PX])],
        output=[onnx.value_info("answer", onnx.FLOAT, [1, 1, _SIDE_PX, _SIDE_PX])],
    )
    opset = [onnx.new("OperatorSetIdProto", version=13)]
    return onnx.new("ModelProto", ir_version=8, graph=graph, opset_import=opset)


_ONNX = [onnx.serialize(_deeplab()), onnx.serialize(_saliency())]
_OPERATORS = ("Identity", "Resize", "Expand", "Reshape", "Tile", "Concat", "Loop", "If", "Nothing")
_STEPS = st.lists(
    st.tuples(
        st.sampled_from(("dims", "shape", "type", "operator", "wire", "attribute", "where", "del")),
        st.integers(0, 31),
        st.integers(0, 31),
        st.sampled_from((*EDGES, -1, 4, 7, 16, 2048, 1 << 40)),
    ),
    min_size=1,
    max_size=4,
)


def _rebuilt(data: bytes, steps: list[tuple[str, int, int, int]]) -> bytes:
    """Change what the graph says, leaving the file itself one that can be decoded."""
    model = onnx.parse_model(data)
    graph = model.graph
    for what, first, second, value in steps:
        nodes, constants = graph.node, graph.initializer
        node = nodes[first % len(nodes)] if len(nodes) else onnx.new("NodeProto")
        constant = constants[first % len(constants)]
        match what:
            case "dims":
                constant.dims[second % len(constant.dims)] = value
            case "shape":
                info = (graph.input, graph.output)[first % 2][0]
                dims = info.type.tensor_type.shape.dim
                dims[second % len(dims)].dim_value = value
            case "type":
                constant.data_type = second % 12
            case "operator":
                node.op_type = _OPERATORS[second % len(_OPERATORS)]
            case "wire" if node.input:
                names = [name for held in nodes for name in held.output]
                node.input[second % len(node.input)] = names[value % len(names)]
            case "attribute" if node.attribute:
                attribute = node.attribute[second % len(node.attribute)]
                if attribute.ints:
                    attribute.ints[0] = value
                attribute.i = value
            case "where":
                constant.data_location = onnx.EXTERNAL
                place = onnx.new("StringStringEntryProto", key="location", value="../../etc/passwd")
                constant.external_data.append(place)
            case "del" if len(nodes) > 1:
                del nodes[first % len(nodes)]
    return onnx.serialize(model)


_NETWORKS = st.one_of(
    st.tuples(st.just("bytes"), st.sampled_from(_ONNX), changes),
    st.tuples(st.just("graph"), st.sampled_from(_ONNX), _STEPS),
)


def _network(case: tuple[str, bytes, Any]) -> bytes:
    kind, data, plan = case
    return change(data, plan) if kind == "bytes" else _rebuilt(data, plan)


def an_onnx_file_is_described(case: tuple[str, bytes, Any]) -> None:
    """The description is whole; whatever the file asks for, it is not run into the ground."""
    with refused():
        spec = inspect_onnx(_network(case), "net")
        assert isinstance(spec, ModelSpec)
        assert spec.classes or spec.output_type == "logits"


def a_deeplab_is_freed(case: tuple[str, bytes, Any]) -> None:
    """A graph that is like a DeepLab but is none is refused; one that is stays a model."""
    with refused():
        model = onnx.parse_model(_network(case))
        assert free_size(model) >= 1
        onnx.parse_model(onnx.serialize(model))


_LAYERS = """<?xml version="1.0"?><net name="n" version="11"><layers>
<layer id="0" name="in" type="Parameter"><data shape="1,3,8,8" element_type="f32"/>
 <output><port id="0"><dim>1</dim><dim>3</dim><dim>8</dim><dim>8</dim></port></output></layer>
<layer id="1" name="k" type="Const"><data element_type="f16" shape="2,3,1,1" offset="0" size="12"/>
 <output><port id="0"><dim>2</dim><dim>3</dim><dim>1</dim><dim>1</dim></port></output></layer>
<layer id="2" name="k32" type="Convert"><data destination_type="f32"/>
 <input><port id="0"><dim>2</dim><dim>3</dim><dim>1</dim><dim>1</dim></port></input>
 <output><port id="1"><dim>2</dim><dim>3</dim><dim>1</dim><dim>1</dim></port></output></layer>
<layer id="3" name="c" type="Convolution">
 <data strides="1,1" dilations="1,1" pads_begin="0,0" pads_end="0,0" auto_pad="same_upper"/>
 <input><port id="0"><dim>1</dim><dim>3</dim><dim>8</dim><dim>8</dim></port>
 <port id="1"><dim>2</dim><dim>3</dim><dim>1</dim><dim>1</dim></port></input>
 <output><port id="2"><dim>1</dim><dim>2</dim><dim>8</dim><dim>8</dim></port></output></layer>
<layer id="4" name="cl" type="Clamp"><data min="0" max="6"/>
 <input><port id="0"><dim>1</dim><dim>2</dim><dim>8</dim><dim>8</dim></port></input>
 <output><port id="1"><dim>1</dim><dim>2</dim><dim>8</dim><dim>8</dim></port></output></layer>
<layer id="5" name="size" type="Const"><data element_type="i64" shape="2" offset="12" size="16"/>
 <output><port id="0"><dim>2</dim></port></output></layer>
<layer id="6" name="up" type="Interpolate">
 <data mode="linear_onnx" coordinate_transformation_mode="align_corners"/>
 <input><port id="0"><dim>1</dim><dim>2</dim><dim>8</dim><dim>8</dim></port>
 <port id="1"><dim>2</dim></port></input>
 <output><port id="2"><dim>1</dim><dim>2</dim><dim>16</dim><dim>16</dim></port></output></layer>
<layer id="7" name="out" type="Result">
 <input><port id="0"><dim>1</dim><dim>2</dim><dim>16</dim><dim>16</dim></port></input></layer>
</layers><edges>
<edge from-layer="0" from-port="0" to-layer="3" to-port="0"/>
<edge from-layer="1" from-port="0" to-layer="2" to-port="0"/>
<edge from-layer="2" from-port="1" to-layer="3" to-port="1"/>
<edge from-layer="3" from-port="2" to-layer="4" to-port="0"/>
<edge from-layer="4" from-port="1" to-layer="6" to-port="0"/>
<edge from-layer="5" from-port="0" to-layer="6" to-port="1"/>
<edge from-layer="6" from-port="2" to-layer="7" to-port="0"/>
</edges></net>"""
_WEIGHTS = np.arange(6, dtype=np.float16).tobytes() + np.array([16, 16], np.int64).tobytes()
_WORDS = re.compile(r'"[^"]*"|<[^>]*>|[^<>"]+')
_VALUES = ("", "-1", "0", "1", "3", "99999999999999999999", "1,1", "x", "nan", "f16", "i64", "Add",
           "Transpose", "Concat", "AvgPool", "Multiply", "GroupConvolution", "Result")  # fmt: skip
_IR = st.tuples(
    st.lists(
        st.tuples(
            st.sampled_from(("value", "drop", "repeat", "digit")),
            st.integers(0, 4000),
            st.integers(0, len(_VALUES) - 1),
        ),
        max_size=4,
    ),
    changes.filter(lambda plan: len(plan) < 3),
    st.sampled_from((len(_WEIGHTS), len(_WEIGHTS), 0, 5, 20)),
)


def an_openvino_network_is_imported(case: tuple[Any, Any, int]) -> None:
    """The result is a model that can be written and freed, or the file is refused."""
    edits, plan, kept = case
    words = _WORDS.findall(_LAYERS)
    for what, place, value in edits:
        at = place % len(words)
        match what:
            case "value":
                quoted = words[at].startswith('"')
                words[at] = f'"{_VALUES[value]}"' if quoted else words[at]
            case "drop":
                del words[at]
            case "repeat":
                words.insert(at, words[at])
            case "digit":
                words[at] = re.sub(r"\d+", _VALUES[value] or "7", words[at], count=1)
    xml = "".join(words).encode()
    # Whole changes of bytes mostly give no XML at all: few of them are enough.
    xml = change(xml, plan) if place_is_even(edits) else xml
    with refused():
        model = import_ir(xml, _WEIGHTS[:kept])
        onnx.parse_model(onnx.serialize(model))
        free_size(model)


def place_is_even(edits: list[tuple[str, int, int]]) -> bool:
    """Tell for about half of all edits."""
    return bool(edits) and edits[0][1] % 2 == 0


PROPERTIES = (
    Property("an ONNX file is described", _NETWORKS, an_onnx_file_is_described, 60, 5_000),
    Property("a DeepLab is freed", _NETWORKS, a_deeplab_is_freed, 100, 5_000),
    Property("an OpenVINO IR is imported", _IR, an_openvino_network_is_imported, 150, 10_000),
)
