"""Read and write ONNX files with nothing but the protobuf runtime that onnxruntime brings.

The messages are the subset of ``onnx.proto`` that a model's graph is made of, declared here
field by field, so that the `onnx` package (and its pinned protobuf) is not needed. Fields not
declared are kept when a file is read and written again. Nothing is ever unpickled: protobuf
holds values, not code.

References
----------
ONNX intermediate representation, https://onnx.ai/onnx/repo-docs/IR.html; the field numbers are
those of ``onnx/onnx.proto`` (proto2).
"""

from collections.abc import Iterator
from functools import cache
from typing import Any, TypeAlias

import numpy as np
from google.protobuf import descriptor_pb2, descriptor_pool, message, message_factory
from numpy.typing import NDArray

from matte_core.base.errors import ModelError

Proto: TypeAlias = Any  # protobuf makes its classes at run time; a checker cannot know them.

FLOAT, UINT8, INT8, INT32, INT64, BOOL, FLOAT16, DOUBLE = 1, 2, 3, 6, 7, 9, 10, 11
EXTERNAL = 1

_DTYPES: dict[int, np.dtype[Any]] = {
    FLOAT: np.dtype("<f4"),
    UINT8: np.dtype("u1"),
    INT8: np.dtype("i1"),
    INT32: np.dtype("<i4"),
    INT64: np.dtype("<i8"),
    BOOL: np.dtype("?"),
    FLOAT16: np.dtype("<f2"),
    DOUBLE: np.dtype("<f8"),
}
_TYPED_FIELDS = {FLOAT: "float_data", INT64: "int64_data", DOUBLE: "double_data"}

# message: {field: (number, type, repeated)}; a type that is a message's name is that message.
_SCHEMA: dict[str, dict[str, tuple[int, str, bool]]] = {
    "StringStringEntryProto": {"key": (1, "string", False), "value": (2, "string", False)},
    "OperatorSetIdProto": {"domain": (1, "string", False), "version": (2, "int64", False)},
    "Dimension": {"dim_value": (1, "int64", False), "dim_param": (2, "string", False)},
    "TensorShapeProto": {"dim": (1, "Dimension", True)},
    "TensorTypeProto": {
        "elem_type": (1, "int32", False),
        "shape": (2, "TensorShapeProto", False),
    },
    "TypeProto": {"tensor_type": (1, "TensorTypeProto", False)},
    "ValueInfoProto": {"name": (1, "string", False), "type": (2, "TypeProto", False)},
    "TensorProto": {
        "dims": (1, "int64", True),
        "data_type": (2, "int32", False),
        "float_data": (4, "float", True),
        "int32_data": (5, "int32", True),
        "string_data": (6, "bytes", True),
        "int64_data": (7, "int64", True),
        "name": (8, "string", False),
        "raw_data": (9, "bytes", False),
        "double_data": (10, "double", True),
        "external_data": (13, "StringStringEntryProto", True),
        "data_location": (14, "int32", False),
    },
    "SparseTensorProto": {
        "values": (1, "TensorProto", False),
        "indices": (2, "TensorProto", False),
    },
    "AttributeProto": {
        "name": (1, "string", False),
        "f": (2, "float", False),
        "i": (3, "int64", False),
        "s": (4, "bytes", False),
        "t": (5, "TensorProto", False),
        "g": (6, "GraphProto", False),
        "floats": (7, "float", True),
        "ints": (8, "int64", True),
        "strings": (9, "bytes", True),
        "tensors": (10, "TensorProto", True),
        "graphs": (11, "GraphProto", True),
        "type": (20, "int32", False),
        "sparse_tensor": (22, "SparseTensorProto", False),
        "sparse_tensors": (23, "SparseTensorProto", True),
    },
    "NodeProto": {
        "input": (1, "string", True),
        "output": (2, "string", True),
        "name": (3, "string", False),
        "op_type": (4, "string", False),
        "attribute": (5, "AttributeProto", True),
        "domain": (7, "string", False),
    },
    "GraphProto": {
        "node": (1, "NodeProto", True),
        "name": (2, "string", False),
        "initializer": (5, "TensorProto", True),
        "input": (11, "ValueInfoProto", True),
        "output": (12, "ValueInfoProto", True),
        "value_info": (13, "ValueInfoProto", True),
        "sparse_initializer": (15, "SparseTensorProto", True),
    },
    "FunctionProto": {"node": (7, "NodeProto", True)},
    "ModelProto": {
        "ir_version": (1, "int64", False),
        "producer_name": (2, "string", False),
        "producer_version": (3, "string", False),
        "graph": (7, "GraphProto", False),
        "opset_import": (8, "OperatorSetIdProto", True),
        "metadata_props": (14, "StringStringEntryProto", True),
        "functions": (25, "FunctionProto", True),
    },
}
_ATTRIBUTE_FLOAT, _ATTRIBUTE_INT, _ATTRIBUTE_STRING, _ATTRIBUTE_INTS = 1, 2, 3, 7


@cache
def _classes() -> dict[str, Proto]:
    field = descriptor_pb2.FieldDescriptorProto
    package = "matte_onnx"
    described = descriptor_pb2.FileDescriptorProto(name=f"{package}.proto", package=package)
    described.syntax = "proto2"
    for message_name, fields in _SCHEMA.items():
        entry = described.message_type.add(name=message_name)
        for name, (number, kind, repeated) in fields.items():
            added = entry.field.add(name=name, number=number)
            added.label = field.LABEL_REPEATED if repeated else field.LABEL_OPTIONAL
            if kind in _SCHEMA:
                added.type = field.TYPE_MESSAGE
                added.type_name = f".{package}.{kind}"
            else:
                added.type = getattr(field, f"TYPE_{kind.upper()}")
                if repeated and kind in ("float", "double", "int32", "int64"):
                    # onnx.proto packs the numbers of tensors, not those of dims and attributes;
                    # a reader takes both.
                    added.options.packed = name.endswith("_data")
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(described.SerializeToString())
    # Debian 13 has protobuf 3.21, where this function was still a method.
    found = getattr(message_factory, "GetMessageClass", None)
    class_of = found or message_factory.MessageFactory(pool).GetPrototype
    return {name: class_of(pool.FindMessageTypeByName(f"{package}.{name}")) for name in _SCHEMA}


def new(kind: str, **fields: Any) -> Proto:
    """Return a new message, such as ``new("NodeProto", op_type="Conv")``."""
    return _classes()[kind](**fields)


def parse_model(data: bytes) -> Proto:
    """Read the bytes of an ONNX file.

    Raises
    ------
    ModelError
        If they are not an ONNX model with a graph that has nodes and outputs.
    """
    model = new("ModelProto")
    try:
        model.ParseFromString(data)
    except message.DecodeError as error:
        raise ModelError("The file is not an ONNX model: it cannot be decoded.") from error
    if not model.graph.node or not model.graph.output or not model.opset_import:
        raise ModelError("The file is not an ONNX model: it holds no graph.")
    return model


def tensors(of: Proto) -> Iterator[Proto]:
    """Yield every TensorProto in a message, however deep: constants, attributes, inner graphs."""
    waiting = [of]
    while waiting:
        held = waiting.pop()
        if held.DESCRIPTOR.name == "TensorProto":
            yield held
            continue
        for described, value in held.ListFields():
            if described.message_type is not None:
                waiting.extend(value if hasattr(value, "__len__") else [value])


def serialize(model: Proto) -> bytes:
    """Return the bytes of an ONNX file, the same for the same model."""
    return bytes(model.SerializeToString(deterministic=True))


def tensor(name: str, values: NDArray[Any]) -> Proto:
    """Return a TensorProto that holds `values`."""
    for code, dtype in _DTYPES.items():
        if values.dtype == dtype:
            raw = np.ascontiguousarray(values, dtype).tobytes()
            return new(
                "TensorProto", name=name, data_type=code, dims=list(values.shape), raw_data=raw
            )
    raise ModelError(f"Values of type {values.dtype} cannot be written to an ONNX file.")


def tensor_values(held: Proto) -> NDArray[Any]:
    """Return the values of a TensorProto as an array.

    Raises
    ------
    ModelError
        If its type is not one of numbers, or its values do not fill its shape.
    """
    dtype = _DTYPES.get(held.data_type)
    if dtype is None or held.data_location == EXTERNAL:
        raise ModelError(f"The constant {held.name!r} is not held in the file as plain numbers.")
    if held.raw_data:
        if len(held.raw_data) % dtype.itemsize:
            raise ModelError(f"The constant {held.name!r} is cut off.")
        values = np.frombuffer(held.raw_data, dtype)
    elif held.data_type == FLOAT16:
        values = np.array(held.int32_data, np.uint16).view(np.float16)
    else:
        values = np.array(getattr(held, _TYPED_FIELDS.get(held.data_type, "int32_data")), dtype)
    shape = tuple(held.dims)
    if values.size != int(np.prod(shape, dtype=np.int64)):
        raise ModelError(f"The constant {held.name!r} does not fill its shape {shape}.")
    return values.reshape(shape)


def node(op_type: str, inputs: list[str], outputs: list[str], **attributes: Any) -> Proto:
    """Return a NodeProto; attributes may be int, float, str or a list of int."""
    made = new("NodeProto", op_type=op_type, input=inputs, output=outputs, name=outputs[0])
    for name, value in sorted(attributes.items()):
        set_attribute(made, name, value)
    return made


def attribute(of: Proto, name: str) -> Proto | None:
    """Return the AttributeProto called `name`, or None."""
    return next((held for held in of.attribute if held.name == name), None)


def set_attribute(of: Proto, name: str, value: int | float | str | list[int]) -> None:
    """Set an attribute of a node, replacing the one of that name."""
    held = attribute(of, name)
    if held is None:
        held = of.attribute.add(name=name)
    else:
        held.Clear()
        held.name = name
    match value:
        case float():
            held.type, held.f = _ATTRIBUTE_FLOAT, value
        case int():
            held.type, held.i = _ATTRIBUTE_INT, value
        case str():
            held.type, held.s = _ATTRIBUTE_STRING, value.encode()
        case _:
            held.type = _ATTRIBUTE_INTS
            held.ints.extend(value)


def value_info(name: str, elem_type: int, shape: list[int | str]) -> Proto:
    """Return a ValueInfoProto; a str in `shape` is a free dimension's name."""
    dims = [
        new("Dimension", dim_param=length)
        if isinstance(length, str)
        else new("Dimension", dim_value=length)
        for length in shape
    ]
    held = new("TensorTypeProto", elem_type=elem_type, shape=new("TensorShapeProto", dim=dims))
    return new("ValueInfoProto", name=name, type=new("TypeProto", tensor_type=held))


def shape_of(info: Proto) -> list[int | str] | None:
    """Return the shape that a ValueInfoProto declares; None when it declares none."""
    held = info.type.tensor_type
    if not held.HasField("shape"):
        return None
    return [
        int(dim.dim_value) if dim.HasField("dim_value") else str(dim.dim_param)
        for dim in held.shape.dim
    ]
