"""Read and write ONNX files with nothing but the protobuf runtime that onnxruntime brings.

The messages are the subset of ``onnx.proto`` that a model's graph is made of, declared here
in its own language, so that the `onnx` package (and its pinned protobuf) is not needed. Fields not
declared are kept when a file is read and written again. Nothing is ever unpickled: protobuf
holds values, not code.

References
----------
ONNX intermediate representation, https://onnx.ai/onnx/repo-docs/IR.html; the field numbers are
those of ``onnx/onnx.proto`` (proto2).
"""

import re
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

_PROTO = """
message StringStringEntryProto { string key = 1; string value = 2; }
message OperatorSetIdProto { string domain = 1; int64 version = 2; }
message Dimension { int64 dim_value = 1; string dim_param = 2; }
message TensorShapeProto { repeated Dimension dim = 1; }
message TensorTypeProto { int32 elem_type = 1; TensorShapeProto shape = 2; }
message TypeProto { TensorTypeProto tensor_type = 1; }
message ValueInfoProto { string name = 1; TypeProto type = 2; }
message TensorProto {
    repeated int64 dims = 1; int32 data_type = 2; repeated float float_data = 4;
    repeated int32 int32_data = 5; repeated bytes string_data = 6; repeated int64 int64_data = 7;
    string name = 8; bytes raw_data = 9; repeated double double_data = 10;
    repeated StringStringEntryProto external_data = 13; int32 data_location = 14;
}
message SparseTensorProto { TensorProto values = 1; TensorProto indices = 2; }
message AttributeProto {
    string name = 1; float f = 2; int64 i = 3; bytes s = 4; TensorProto t = 5; GraphProto g = 6;
    repeated float floats = 7; repeated int64 ints = 8; repeated bytes strings = 9;
    repeated TensorProto tensors = 10; repeated GraphProto graphs = 11; int32 type = 20;
    SparseTensorProto sparse_tensor = 22; repeated SparseTensorProto sparse_tensors = 23;
}
message NodeProto {
    repeated string input = 1; repeated string output = 2; string name = 3; string op_type = 4;
    repeated AttributeProto attribute = 5; string domain = 7;
}
message GraphProto {
    repeated NodeProto node = 1; string name = 2; repeated TensorProto initializer = 5;
    repeated ValueInfoProto input = 11; repeated ValueInfoProto output = 12;
    repeated ValueInfoProto value_info = 13; repeated SparseTensorProto sparse_initializer = 15;
}
message FunctionProto { repeated NodeProto node = 7; }
message ModelProto {
    int64 ir_version = 1; string producer_name = 2; string producer_version = 3;
    GraphProto graph = 7; repeated OperatorSetIdProto opset_import = 8;
    repeated StringStringEntryProto metadata_props = 14; repeated FunctionProto functions = 25;
}
"""
_MESSAGE = re.compile(r"message (\w+) \{(.*?)\}", re.DOTALL)
_FIELD = re.compile(r"(repeated )?(\w+) (\w+) = (\d+);")
_ATTRIBUTE_FLOAT, _ATTRIBUTE_INT, _ATTRIBUTE_STRING, _ATTRIBUTE_INTS = 1, 2, 3, 7


@cache
def _classes() -> dict[str, Proto]:
    field = descriptor_pb2.FieldDescriptorProto
    package = "matte_onnx"
    described = descriptor_pb2.FileDescriptorProto(name=f"{package}.proto", package=package)
    described.syntax = "proto2"
    messages = dict(_MESSAGE.findall(_PROTO))
    for message_name, fields in messages.items():
        entry = described.message_type.add(name=message_name)
        for repeated, kind, name, number in _FIELD.findall(fields):
            added = entry.field.add(name=name, number=int(number))
            added.label = field.LABEL_REPEATED if repeated else field.LABEL_OPTIONAL
            if kind in messages:
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
    return {name: class_of(pool.FindMessageTypeByName(f"{package}.{name}")) for name in messages}


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
