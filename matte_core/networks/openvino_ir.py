"""Import a model from OpenVINO's intermediate representation (XML and weights) to ONNX.

The operators are those of convolutional classifiers such as DeepLab; any other is refused by
name. Three things are made simpler on the way, none of which changes a value:

* weights kept as float16 become float32 constants;
* an average over the whole extent becomes a global average, and a resize of that one value
  becomes a broadcast: the model then takes pictures of any size;
* padding called "same" is written out for the size that the file declares.

References
----------
OpenVINO operation sets, https://docs.openvino.ai/2024/documentation/openvino-ir-format.html
"""

import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any
from xml.parsers import expat

import numpy as np
from numpy.typing import NDArray

from matte_core.base.errors import ModelError
from matte_core.networks import onnx_proto as onnx

OPSET = 13
IR_VERSION = 8
_MAX_LAYERS = 20_000
_NUMPY = {"f32": "<f4", "f16": "<f2", "i64": "<i8", "i32": "<i4", "u8": "u1", "i8": "i1"}


@dataclass
class _Layer:
    id: str
    type: str
    data: dict[str, str]
    inputs: list[str] = field(default_factory=list)  # names of values, in the order of ports
    input_shapes: list[list[int]] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    output_shapes: list[list[int]] = field(default_factory=list)

    def ints(self, key: str) -> list[int]:
        return [int(part) for part in self.data.get(key, "").split(",") if part.strip()]


def import_ir(xml: bytes, weights: bytes) -> onnx.Proto:
    """Turn a model in OpenVINO's representation into an ONNX model.

    A last arg max over the classes is left out: the answer is the class scores.

    Parameters
    ----------
    xml, weights : bytes
        The contents of the .xml and of the .bin file.

    Returns
    -------
    ModelProto
        With the input called "image" and the output "scores", both in the file's layout.

    Raises
    ------
    ModelError
        If the files are not such a model, do not belong together, or use an operator that
        is not known here.
    """
    try:
        layers = _read_layers(xml)
        return _Importer(weights).run(layers)
    except (KeyError, IndexError, ValueError, OverflowError) as error:
        raise ModelError(
            f"The OpenVINO model cannot be read: {type(error).__name__}: {error}.",
            "Use a file as its publisher provides it.",
        ) from error


def _parse_xml(xml: bytes) -> ElementTree.Element:
    """Parse XML that declares no document type: without one there are no entities to expand."""
    builder = ElementTree.TreeBuilder()
    parser = expat.ParserCreate()

    def refuse(*_: Any) -> None:
        raise ModelError("The XML declares a document type, which no OpenVINO model does.")

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise ModelError(f"The .xml file is not XML: {error}.") from error
    return builder.close()


def _read_layers(xml: bytes) -> list[_Layer]:
    """Return the layers, each after those it takes its input from."""
    root = _parse_xml(xml)
    held, edges = root.find("layers"), root.find("edges")
    if root.tag != "net" or held is None or edges is None or len(held) > _MAX_LAYERS:
        raise ModelError("The .xml file is not an OpenVINO model: it has no layers and edges.")
    sources = {
        (edge.attrib["to-layer"], edge.attrib["to-port"]): (
            f"{edge.attrib['from-layer']}_{edge.attrib['from-port']}",
            edge.attrib["from-layer"],
        )
        for edge in edges
    }
    layers: dict[str, _Layer] = {}
    needs: dict[str, list[str]] = {}
    for element in held:
        data = element.find("data")
        layer = _Layer(
            element.attrib["id"], element.attrib["type"], {} if data is None else data.attrib
        )
        needs[layer.id] = []
        for port in element.iterfind("input/port"):
            name, source = sources[layer.id, port.attrib["id"]]
            layer.inputs.append(name)
            layer.input_shapes.append(_port_shape(port))
            needs[layer.id].append(source)
        for port in element.iterfind("output/port"):
            layer.outputs.append(f"{layer.id}_{port.attrib['id']}")
            layer.output_shapes.append(_port_shape(port))
        layers[layer.id] = layer
    return _in_order(layers, needs)


def _port_shape(port: ElementTree.Element) -> list[int]:
    return [int(dim.text or "") for dim in port.iterfind("dim")]


def _in_order(layers: dict[str, _Layer], needs: dict[str, list[str]]) -> list[_Layer]:
    try:
        return [layers[name] for name in TopologicalSorter(needs).static_order()]
    except CycleError as error:
        raise ModelError("The layers of the OpenVINO model feed each other in a circle.") from error


class _Importer:
    """One import: the graph under construction and the constants seen so far."""

    def __init__(self, weights: bytes) -> None:
        self.weights = weights
        self.constants: dict[str, NDArray[Any]] = {}
        self.graph = onnx.new("GraphProto", name="deeplab")
        self.renamed: dict[str, str] = {}
        self.handlers: dict[str, Callable[[_Layer], None]] = {
            "Parameter": self._parameter,
            "Const": self._const,
            "Convert": self._convert,
            "Transpose": self._transpose,
            "Multiply": self._binary("Mul"),
            "Add": self._binary("Add"),
            "Subtract": self._binary("Sub"),
            "Divide": self._binary("Div"),
            "Convolution": self._convolution,
            "GroupConvolution": self._convolution,
            "Clamp": self._clamp,
            "ReLU": self._unary("Relu"),
            "Sigmoid": self._unary("Sigmoid"),
            "AvgPool": self._average,
            "Concat": self._concat,
            "Interpolate": self._interpolate,
        }

    def run(self, layers: list[_Layer]) -> onnx.Proto:
        for layer in _needed(layers):
            if layer.type not in self.handlers:
                raise ModelError(
                    f"The OpenVINO model uses the operator {layer.type!r}, "
                    "which cannot be imported.",
                    "Convert it to ONNX with OpenVINO's or its framework's own tools.",
                )
            self.handlers[layer.type](layer)
        self.graph.node[-1].output[0] = "scores"
        result = _scores_layer(layers)
        self.graph.output.append(
            onnx.value_info("scores", onnx.FLOAT, list(result.output_shapes[0]))
        )
        return onnx.new(
            "ModelProto",
            ir_version=IR_VERSION,
            producer_name="matte-for-gimp",
            graph=self.graph,
            opset_import=[onnx.new("OperatorSetIdProto", version=OPSET)],
        )

    def _name(self, value: str) -> str:
        """Return the name of a value, writing it to the file when it is a constant."""
        value = self.renamed.get(value, value)
        if value in self.constants and not any(
            held.name == value for held in self.graph.initializer
        ):
            self.graph.initializer.append(onnx.tensor(value, self.constants[value]))
        return value

    def _emit(self, op_type: str, layer: _Layer, inputs: list[str], **attributes: Any) -> None:
        self.graph.node.append(
            onnx.node(op_type, [self._name(name) for name in inputs], layer.outputs, **attributes)
        )

    def _constant(self, layer: _Layer, port: int) -> NDArray[Any]:
        return self.constants[self.renamed.get(layer.inputs[port], layer.inputs[port])]

    def _parameter(self, layer: _Layer) -> None:
        if self.graph.input or layer.data["element_type"] != "f32":
            raise ModelError("The OpenVINO model does not take one picture of type f32.")
        self.renamed[layer.outputs[0]] = "image"
        shape: list[int | str] = list(layer.output_shapes[0])
        self.graph.input.append(onnx.value_info("image", onnx.FLOAT, shape))

    def _const(self, layer: _Layer) -> None:
        dtype = np.dtype(_NUMPY[layer.data["element_type"]])
        start, size = int(layer.data["offset"]), int(layer.data["size"])
        if start < 0 or size < 0 or start + size > len(self.weights) or size % dtype.itemsize:
            raise ModelError("The .bin file is shorter than the .xml says: are they a pair?")
        values = np.frombuffer(self.weights, dtype, size // dtype.itemsize, start)
        self.constants[layer.outputs[0]] = values.reshape(layer.ints("shape"))

    def _convert(self, layer: _Layer) -> None:
        dtype = np.dtype(_NUMPY[layer.data["destination_type"]])
        self.constants[layer.outputs[0]] = self._constant(layer, 0).astype(dtype)

    def _transpose(self, layer: _Layer) -> None:
        order = [int(axis) for axis in self._constant(layer, 1)]
        self._emit("Transpose", layer, layer.inputs[:1], perm=order)

    def _unary(self, op_type: str) -> Callable[[_Layer], None]:
        return lambda layer: self._emit(op_type, layer, layer.inputs)

    def _binary(self, op_type: str) -> Callable[[_Layer], None]:
        return lambda layer: self._emit(op_type, layer, layer.inputs)

    def _concat(self, layer: _Layer) -> None:
        self._emit("Concat", layer, layer.inputs, axis=int(layer.data["axis"]))

    def _clamp(self, layer: _Layer) -> None:
        limits = []
        for key in ("min", "max"):
            name = f"{layer.id}_{key}"
            self.constants[name] = np.array(layer.data[key], np.float32)
            limits.append(name)
        self._emit("Clip", layer, [layer.inputs[0], *limits])

    def _convolution(self, layer: _Layer) -> None:
        kernel_name = self.renamed.get(layer.inputs[1], layer.inputs[1])
        kernel, group = self.constants[kernel_name], 1
        if layer.type == "GroupConvolution":  # (groups, out, in, rows, columns)
            group = kernel.shape[0]
            self.constants[kernel_name] = kernel.reshape(-1, *kernel.shape[2:])
        strides, dilations = layer.ints("strides"), layer.ints("dilations")
        pads = layer.ints("pads_begin") + layer.ints("pads_end")
        extents = [
            (length - 1) * dilation + 1
            for length, dilation in zip(kernel.shape[-2:], dilations, strict=True)
        ]
        auto = layer.data.get("auto_pad", "explicit")
        if auto in ("same_upper", "same_lower"):
            total = [
                max((out - 1) * stride + extent - size, 0)
                for out, stride, extent, size in zip(
                    layer.output_shapes[0][2:],
                    strides,
                    extents,
                    layer.input_shapes[0][2:],
                    strict=True,
                )
            ]
            small = [amount // 2 for amount in total]
            large = [amount - part for amount, part in zip(total, small, strict=True)]
            pads = small + large if auto == "same_upper" else large + small
        elif auto == "valid":
            pads = [0, 0, 0, 0]
        self._emit(
            "Conv",
            layer,
            layer.inputs,
            group=group,
            strides=strides,
            dilations=dilations,
            pads=pads,
        )

    def _average(self, layer: _Layer) -> None:
        if layer.ints("kernel") != layer.input_shapes[0][2:]:
            raise ModelError("The OpenVINO model averages over less than the whole extent.")
        self._emit("GlobalAveragePool", layer, layer.inputs)

    def _interpolate(self, layer: _Layer) -> None:
        before, after = layer.input_shapes[0], layer.output_shapes[0]
        if before == after:
            self.renamed[layer.outputs[0]] = self.renamed.get(layer.inputs[0], layer.inputs[0])
            return
        mode = layer.data.get("coordinate_transformation_mode", "half_pixel")
        if not layer.data["mode"].startswith("linear") or len(before) != 4:
            raise ModelError(f"The OpenVINO model resizes by {layer.data['mode']!r}.")
        sizes = f"{layer.id}_sizes"
        self.constants[sizes] = np.array(after, np.int64)
        if before[2:] == [1, 1]:
            self._emit("Expand", layer, [layer.inputs[0], sizes])
        else:
            self.graph.node.append(
                onnx.node(
                    "Resize",
                    [self._name(layer.inputs[0]), "", "", self._name(sizes)],
                    layer.outputs,
                    mode="linear",
                    coordinate_transformation_mode=mode,
                )
            )


def _scores_layer(layers: list[_Layer]) -> _Layer:
    """Return the layer that gives the class scores: the last one before an arg max."""
    makers = {name: layer for layer in layers for name in layer.outputs}
    results = [layer for layer in layers if layer.type == "Result"]
    if len(results) != 1:
        raise ModelError(f"The OpenVINO model has {len(results)} outputs; one is needed.")
    layer = makers[results[0].inputs[0]]
    while layer.type in ("Squeeze", "Unsqueeze", "TopK", "Convert"):
        layer = makers[layer.inputs[0]]
    return layer


def _needed(layers: list[_Layer]) -> list[_Layer]:
    """Return the layers that the scores depend on; sizes that are declared are not computed."""
    makers = {name: layer for layer in layers for name in layer.outputs}
    wanted: set[str] = set()
    waiting = [_scores_layer(layers)]
    while waiting:
        layer = waiting.pop()
        if layer.id not in wanted:
            wanted.add(layer.id)
            count = 1 if layer.type == "Interpolate" else len(layer.inputs)
            waiting.extend(makers[name] for name in layer.inputs[:count])
    return [layer for layer in layers if layer.id in wanted]
