"""The frames that the plug-in and its worker send each other over a pipe.

A frame is::

    magic     4 bytes   b"MTT1"
    length    4 bytes   of the header, unsigned, little-endian
    header    JSON      {"type": ..., "arrays": [{"name", "dtype", "shape"}, ...], ...}
    payload   bytes     the values of the arrays, one after the other, C order, little-endian

The conversation, worker to the right::

                  <-  hello     {"protocol": 1, "version": "..."}
    request   ->      {"id": 1, "method": "cut_out", "params": {...}} + arrays
                  <-  alive     {"id": 1}                           while it works, each second
                  <-  progress  {"id": 1, "fraction": 0.4, "step": "Matting"}
    cancel    ->      {"id": 1}
                  <-  result    {"id": 1, "values": {...}} + arrays
                  or  error     {"id": 1, "error": {"kind", "message", "hint"}}

The worker ends when its standard input does. Nothing is ever unpickled or evaluated.
"""

import json
import math
import struct
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from matte_core.base.errors import ProtocolError

PROTOCOL = 1
MAGIC = b"MTT1"
MAX_HEADER_BYTES = 1 << 20
MAX_PAYLOAD_BYTES = 1 << 34
MAX_ARRAYS = 16

ITEM_BYTES = {"bool": 1, "uint8": 1, "uint16": 2, "float32": 4}

Bytes = bytes | bytearray | memoryview


@dataclass(frozen=True)
class Array:
    """The raw values of an array, as of numpy's ``tobytes()``."""

    dtype: str  # one of `ITEM_BYTES`
    shape: tuple[int, ...]  # rows first
    data: Bytes  # the values in C order, little-endian

    def __post_init__(self) -> None:
        expected = byte_count(self.dtype, self.shape)
        found = memoryview(self.data).nbytes
        if found != expected:
            raise ProtocolError(
                f"An array of type {self.dtype} and shape {self.shape} "
                f"needs {expected} bytes, but has {found}."
            )


@dataclass(frozen=True)
class Frame:
    """One message: its type, its plain values and its arrays."""

    type: str
    values: dict[str, Any] = field(default_factory=dict)
    arrays: dict[str, Array] = field(default_factory=dict)


def byte_count(dtype: str, shape: tuple[int, ...]) -> int:
    """Return how many bytes an array takes on the wire.

    Raises
    ------
    ProtocolError
        If the type is not one of `ITEM_BYTES` or the shape is not made of whole numbers >= 0.
    """
    if dtype not in ITEM_BYTES:
        raise ProtocolError(f"Arrays of type {dtype!r} cannot be sent.")
    if any(type(length) is not int or length < 0 for length in shape):
        raise ProtocolError(f"{shape!r} is not the shape of an array.")
    return ITEM_BYTES[dtype] * math.prod(shape)


def write_frame(stream: BinaryIO, frame: Frame) -> None:
    """Write one frame and flush.

    Raises
    ------
    ProtocolError
        If a value is not plain JSON.
    OSError
        If the other side is gone.
    """
    described = [
        {"name": name, "dtype": array.dtype, "shape": list(array.shape)}
        for name, array in frame.arrays.items()
    ]
    try:
        header = json.dumps(
            {**frame.values, "type": frame.type, "arrays": described}, allow_nan=False
        ).encode()
    except (TypeError, ValueError) as error:
        raise ProtocolError(
            f"A {frame.type} frame holds more than plain values: {error}."
        ) from error
    if len(header) > MAX_HEADER_BYTES:
        raise ProtocolError(f"The header of a {frame.type} frame has {len(header)} bytes.")
    stream.write(MAGIC + struct.pack("<I", len(header)) + header)
    for array in frame.arrays.values():
        stream.write(array.data)
    stream.flush()


def read_frame(stream: BinaryIO) -> Frame | None:
    """Read one frame; None when the stream ended before its first byte.

    Raises
    ------
    ProtocolError
        If the input is not a frame, exceeds the limits above, or ends half-way.
    """
    start = stream.read(len(MAGIC))
    if not start:
        return None
    if start != MAGIC:
        raise ProtocolError(f"Expected the start of a frame, found {start!r}.")
    (header_bytes,) = struct.unpack("<I", _read_exactly(stream, 4))
    if header_bytes > MAX_HEADER_BYTES:
        raise ProtocolError(f"A frame announces a header of {header_bytes} bytes.")
    values = _parse_header(bytes(_read_exactly(stream, header_bytes)))
    kind, described = values.pop("type"), values.pop("arrays")
    wanted = 0
    layout: list[tuple[str, str, tuple[int, ...], int]] = []
    for entry in described:
        name, dtype, shape = _parse_entry(entry)
        size = byte_count(dtype, shape)
        wanted += size
        layout.append((name, dtype, shape, size))
    if wanted > MAX_PAYLOAD_BYTES:
        raise ProtocolError(f"A frame announces {wanted} bytes of pixels.")
    arrays = {
        name: Array(dtype, shape, _read_exactly(stream, size))
        for name, dtype, shape, size in layout
    }
    return Frame(kind, values, arrays)


def _parse_header(header: bytes) -> dict[str, Any]:
    try:
        values = json.loads(header, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("The header of a frame is not JSON.") from error
    if (
        not isinstance(values, dict)
        or not isinstance(values.get("type"), str)
        or not isinstance(values.get("arrays"), list)
    ):
        raise ProtocolError("The header of a frame has no type or no list of arrays.")
    if len(values["arrays"]) > MAX_ARRAYS:
        raise ProtocolError(f"A frame announces {len(values['arrays'])} arrays.")
    return values


def _finite(text: str) -> float:
    """Read a number of a header; NaN and infinity are refused."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is no number")
    return value


def _parse_entry(entry: Any) -> tuple[str, str, tuple[int, ...]]:
    if (
        not isinstance(entry, dict)
        or not isinstance(entry.get("name"), str)
        or not isinstance(entry.get("dtype"), str)
        or not isinstance(entry.get("shape"), list)
    ):
        raise ProtocolError("A frame describes an array without a name, type and shape.")
    return entry["name"], entry["dtype"], tuple(entry["shape"])


def _read_exactly(stream: BinaryIO, count: int) -> bytearray:
    """Read `count` bytes; memory grows with the input, so a false size costs nothing."""
    data = bytearray()
    while len(data) < count:
        chunk = stream.read(min(count - len(data), 1 << 24))
        if not chunk:
            raise ProtocolError(f"The stream ended after {len(data)} of {count} bytes.")
        data += chunk
    return data
