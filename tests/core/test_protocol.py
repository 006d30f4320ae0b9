"""Frames survive the pipe; anything else is refused in words."""

import io
import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matte_core.base.errors import ProtocolError
from matte_core.link.protocol import (
    ITEM_BYTES,
    MAGIC,
    Array,
    Frame,
    byte_count,
    read_frame,
    write_frame,
)


def sent(frame: Frame) -> bytes:
    stream = io.BytesIO()
    write_frame(stream, frame)
    return stream.getvalue()


def raw(header: object, payload: bytes = b"") -> io.BytesIO:
    data = header if isinstance(header, bytes) else json.dumps(header).encode()
    return io.BytesIO(MAGIC + struct.pack("<I", len(data)) + data + payload)


arrays = st.builds(
    lambda dtype, shape: Array(dtype, tuple(shape), bytes(byte_count(dtype, tuple(shape)))),
    st.sampled_from(sorted(ITEM_BYTES)),
    st.lists(st.integers(0, 5), max_size=4),
)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
keys = st.text().filter(lambda name: name not in ("type", "arrays"))


@given(st.text(), st.dictionaries(keys, plain), st.dictionaries(st.text(), arrays, max_size=4))
def test_a_frame_comes_back_as_it_was(kind, values, pixels):
    stream = io.BytesIO(sent(Frame(kind, values, pixels)) * 2)
    for _ in range(2):
        frame = read_frame(stream)
        assert (frame.type, frame.values) == (kind, values)
        assert {name: (a.dtype, a.shape, bytes(a.data)) for name, a in frame.arrays.items()} == {
            name: (a.dtype, a.shape, a.data) for name, a in pixels.items()
        }
    assert read_frame(stream) is None


@given(st.binary(max_size=200).filter(lambda data: not data.startswith(MAGIC)))
def test_garbage_is_refused_or_ends(data):
    if not data:
        assert read_frame(io.BytesIO(data)) is None
        return
    with pytest.raises(ProtocolError):
        read_frame(io.BytesIO(data))


@given(st.integers(0, 10_000), st.integers(0, 255))
def test_a_damaged_frame_never_does_worse_than_a_protocol_error(position, value):
    data = bytearray(
        sent(Frame("request", {"id": 1}, {"image": Array("uint8", (2, 3), b"abcdef")}))
    )
    data[position % len(data)] = value
    try:
        frame = read_frame(io.BytesIO(data))
    except ProtocolError:
        return
    assert isinstance(frame, Frame)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (b"{", "not JSON"),
        (b"[" * 5000, "not JSON"),
        ([], "no type"),
        ({"type": "x"}, "no list of arrays"),
        ({"type": "x", "arrays": [{}] * 99}, "99 arrays"),
        ({"type": "x", "arrays": [{"name": "a"}]}, "without a name, type and shape"),
        ({"type": "x", "arrays": [{"name": "a", "dtype": "O", "shape": [1]}]}, "'O'"),
        ({"type": "x", "arrays": [{"name": "a", "dtype": "uint8", "shape": [-1]}]}, "shape"),
        ({"type": "x", "arrays": [{"name": "a", "dtype": "uint8", "shape": [True]}]}, "shape"),
        ({"type": "x", "arrays": [{"name": "a", "dtype": "uint8", "shape": [1 << 40]}]}, "bytes"),
        ({"type": "x", "arrays": [{"name": "a", "dtype": "uint8", "shape": [9]}]}, "0 of 9"),
    ],
)
def test_a_bad_header_is_refused_in_words(header, words):
    with pytest.raises(ProtocolError, match=words):
        read_frame(raw(header))


def test_a_header_that_is_too_long_is_not_read():
    with pytest.raises(ProtocolError, match="4294967295"):
        read_frame(io.BytesIO(MAGIC + b"\xff\xff\xff\xff"))


def test_arrays_and_values_are_checked_before_they_are_sent():
    with pytest.raises(ProtocolError, match="needs 6 bytes, but has 5"):
        Array("uint8", (2, 3), b"abcde")
    with pytest.raises(ProtocolError, match="plain values"):
        sent(Frame("x", {"bad": object()}))
    with pytest.raises(ProtocolError, match="plain values"):
        sent(Frame("x", {"bad": float("nan")}))
