"""Frozen dataclasses to the plain values and arrays of a frame, and back.

A record's fields say everything that a type can say: numbers, texts, tuples and other records
travel in the frame's header, `Array` fields beside it. The other end of a pipe counts as a
stranger: `decode` refuses by name whatever is missing, unknown, or not of its field's type.
"""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import MISSING, dataclass
from functools import cache
from reprlib import repr as short
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from matte_core.base import messages
from matte_core.base.errors import ProtocolError
from matte_core.link.protocol import Array

_Record = TypeVar("_Record")

#: A text for people, which keeps its template on the way; see `matte_core.base.messages`.
Text = Annotated[str, messages.Message]

# The highest byte of a float32 holds its sign and most of its exponent. Up to 0x3F lie the values
# in [0, 2), at 0x80 the negative zero; 0x7F and 0xFF are infinity, NaN, and numbers around 1e38.
FRACTIONS = bytes((*range(0x40), 0x80))
FINITE = bytes(byte for byte in range(256) if byte not in (0x7F, 0xFF))
_LARGEST_INT = (1 << 31) - 1


@dataclass(frozen=True)
class Range:
    """The numbers that a field may hold, both limits included."""

    low: float
    high: float = math.inf


@dataclass(frozen=True)
class Pixels:
    """The arrays that a field may hold: (H, W), or (H, W, bands), with at least one pixel."""

    dtypes: tuple[str, ...]
    bands: tuple[int, ...] = ()  # the possible sizes of the last axis; empty for (H, W)
    floats: bytes = b""  # the highest bytes that values of float32 may have; empty for all
    levels: bytes = b""  # the values of uint8 that may occur; empty for all
    has_own_size: bool = False  # whether H and W may differ from those of the record's other arrays

    def check(self, name: str, array: Array) -> None:
        """Refuse an array that is not as described.

        Raises
        ------
        ProtocolError
        """
        height_and_width, bands = array.shape[:2], array.shape[2:]
        if (
            array.dtype not in self.dtypes
            or len(height_and_width) != 2
            or 0 in height_and_width
            or list(bands) not in ([[count] for count in self.bands] or [[]])
        ):
            raise ProtocolError(f"its {name} is {array.dtype} of shape {array.shape}")
        allowed = {"float32": self.floats, "uint8": self.levels}.get(array.dtype)
        if allowed:
            data = bytes(array.data)
            bytes_to_check = data[3::4] if array.dtype == "float32" else data
            strange = len(bytes_to_check.translate(None, allowed))
            if strange:
                raise ProtocolError(f"its {name} has {strange} values that are out of range")


def encode(record: Any) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return the plain values and the arrays of a record; fields that are None are left out."""
    values, arrays = {}, {}
    for field in dataclasses.fields(record):
        value = getattr(record, field.name)
        if isinstance(value, Array):
            arrays[field.name] = value
        elif value is not None:
            values[field.name] = _plain(value)
    return values, arrays


def decode(kind: type[_Record], values: Any, arrays: Mapping[str, Array]) -> _Record:
    """Rebuild the record that `encode` took apart.

    Raises
    ------
    ProtocolError
        With a clause such as "its radius_px is -3" that names the field and the value.
    """
    record: _Record = _decode(kind, values, arrays, "")
    first = ""
    for name, pixels in _described_arrays(kind).items():
        array = arrays.get(name)
        if array is None or pixels.has_own_size:
            continue
        first = first or name
        if array.shape[:2] != arrays[first].shape[:2]:
            raise ProtocolError(
                f"its {name} is {array.dtype} of shape {array.shape}, "
                f"its {first} of shape {arrays[first].shape}"
            )
    return record


def picture_size(record: Any) -> tuple[int, ...] | None:
    """Return (H, W), which the arrays of a record share; None without such arrays."""
    for name, pixels in _described_arrays(type(record)).items():
        array = getattr(record, name)
        if array is not None and not pixels.has_own_size:
            size: tuple[int, ...] = array.shape[:2]
            return size
    return None


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return encode(value)[0]
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return messages.to_wire(value) if isinstance(value, str) else value


def _decode(kind: Any, values: Any, arrays: Mapping[str, Array], prefix: str) -> Any:
    if not isinstance(values, dict):
        raise ProtocolError(f"its {prefix.rstrip('.') or 'values'} is {short(values)}")
    types, described = _types(kind), _described_arrays(kind)
    read = {}
    for field in dataclasses.fields(kind):
        value = (arrays if field.name in described else values).get(field.name)
        if value is not None:
            read[field.name] = _read(types[field.name], value, prefix + field.name)
        elif field.default is MISSING and field.default_factory is MISSING:
            raise ProtocolError(f"it has no {prefix}{field.name}")
    unknown = [*(values.keys() - (types.keys() - described.keys())), *(arrays.keys() - described)]
    if unknown:
        raise ProtocolError(f"it has an unknown {prefix}{min(unknown)}")
    return kind(**read)


def _read(kind: Any, value: Any, name: str) -> Any:
    """Read the value of a field of that type."""
    kind, limits = _unwrapped(kind)
    origin = get_origin(kind)
    if dataclasses.is_dataclass(kind) and kind is not Array:
        return _decode(kind, value, {}, f"{name}.")
    if origin is tuple:
        return _read_tuple(get_args(kind), value, name)
    if messages.Message in limits and isinstance(value, str | dict):
        return messages.from_wire(value)
    if kind is float and type(value) is int and abs(value) <= _LARGEST_INT:
        value = float(value)
    is_sound = value in get_args(kind) if origin is Literal else type(value) is kind
    if isinstance(value, int | float):
        low, high = (-_LARGEST_INT, _LARGEST_INT) if kind is int else (-math.inf, math.inf)
        is_sound = is_sound and low <= value <= high and math.isfinite(value)
    for limit in limits:
        if isinstance(limit, Range):
            is_sound = is_sound and limit.low <= value <= limit.high
        elif isinstance(limit, Pixels):
            limit.check(name, value)
    if not is_sound:
        raise ProtocolError(f"its {name} is {short(value)}")
    return value


def _read_tuple(kinds: tuple[Any, ...], values: Any, name: str) -> tuple[Any, ...]:
    has_any_length = kinds[-1] is Ellipsis
    if not isinstance(values, list) or (not has_any_length and len(values) != len(kinds)):
        raise ProtocolError(f"its {name} is {short(values)}")
    if has_any_length:
        kinds = kinds[:1] * len(values)
    return tuple(
        _read(kind, value, f"{name}[{number}]")
        for number, (kind, value) in enumerate(zip(kinds, values, strict=True))
    )


def _unwrapped(kind: Any) -> tuple[Any, tuple[Any, ...]]:
    """Split a field's type into the plain type, without None, and what narrows it."""
    if get_origin(kind) in (Union, UnionType):
        (kind,) = (member for member in get_args(kind) if member is not type(None))
    if get_origin(kind) is Annotated:
        kind, *limits = get_args(kind)
        return kind, tuple(limits)
    return kind, ()


def _types(kind: Any) -> dict[str, Any]:
    """Return the types of the fields, with what narrows them."""
    return _inspected(kind)[0]


def _described_arrays(kind: Any) -> dict[str, Pixels]:
    """Return what is said of each array field."""
    return _inspected(kind)[1]


@cache
def _inspected(kind: Any) -> tuple[dict[str, Any], dict[str, Pixels]]:
    hints = get_type_hints(kind, include_extras=True)
    types = {field.name: hints[field.name] for field in dataclasses.fields(kind)}
    arrays = {}
    for name, hint in types.items():
        plain, limits = _unwrapped(hint)
        if plain is Array:
            (arrays[name],) = limits
    return types, arrays
