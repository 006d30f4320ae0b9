"""Frames: what comes through the pipe is a frame, or is refused; every request is answered."""

import io
import json
from dataclasses import fields
from typing import Any

from hypothesis import strategies as st
from mutations import change, changes
from properties import Property, refused

from matte_core.base.errors import MatteError, from_wire
from matte_core.link.preview_requests import PreviewOpenRequest
from matte_core.link.protocol import MAGIC, Array, Frame, read_frame, write_frame
from matte_core.link.records import decode
from matte_core.worker.methods import METHODS
from matte_core.worker.preview_methods import PreviewMethods
from matte_core.worker.server import Server

_TEXT = st.text(max_size=8)
_PLAIN = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), _TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_TEXT, inner, max_size=3)),
    max_leaves=6,
)
_SHAPES = st.lists(st.integers(0, 5), max_size=4)
_ENTRIES = st.one_of(
    _PLAIN,
    st.fixed_dictionaries(
        {
            "name": st.one_of(_TEXT, _PLAIN),
            "dtype": st.one_of(st.sampled_from(("uint8", "float32", "bool", "object")), _PLAIN),
            "shape": st.one_of(_SHAPES, st.lists(_PLAIN, max_size=3), _PLAIN),
        }
    ),
)
_HEADERS = st.one_of(
    _PLAIN,
    st.fixed_dictionaries(
        {
            "type": st.one_of(_TEXT, _PLAIN),
            "arrays": st.one_of(st.lists(_ENTRIES, max_size=4), _PLAIN),
        },
        optional={"id": _PLAIN, "method": _PLAIN, "params": _PLAIN},
    ),
)


def _sound_frames() -> list[bytes]:
    frames = [
        Frame("request", {"id": 1, "method": "cut_out", "params": {"subject": "auto"}},
              {"image": Array("uint8", (2, 3, 3), bytes(18))}),
        Frame("cancel", {"id": 1}),
        Frame("result", {"id": 1, "values": {}}, {"alpha": Array("float32", (2, 2), bytes(16))}),
    ]  # fmt: skip
    encoded = []
    for frame in frames:
        stream = io.BytesIO()
        write_frame(stream, frame)
        encoded.append(stream.getvalue())
    return encoded


_SOUND = _sound_frames()
_STREAMS = st.one_of(
    st.tuples(st.just("bytes"), st.binary(max_size=64)),
    st.tuples(st.just("changed"), st.tuples(st.sampled_from(_SOUND), changes)),
    st.tuples(st.just("header"), st.tuples(_HEADERS, st.binary(max_size=64))),
    st.tuples(st.just("raw header"), st.tuples(st.binary(max_size=64), st.integers(0, 1 << 32))),
)


def _stream(case: tuple[str, Any]) -> bytes:
    kind, parts = case
    match kind:
        case "bytes":
            return bytes(parts)
        case "changed":
            return change(*parts)
        case "header":
            header = json.dumps(parts[0]).encode()
            return MAGIC + len(header).to_bytes(4, "little") + header + parts[1]
        case _:
            return MAGIC + (parts[1] % (1 << 32)).to_bytes(4, "little") + parts[0]


def a_stream_is_read(case: tuple[str, Any]) -> None:
    """It holds frames, each of which survives being written again, until it ends or is refused."""
    stream, frames = io.BytesIO(_stream(case)), []
    with refused():
        while (frame := read_frame(stream)) is not None:
            frames.append(frame)
    for frame in frames:
        again = io.BytesIO()
        write_frame(again, frame)
        again.seek(0)
        assert read_frame(again) == frame


_KINDS = tuple(METHODS | PreviewMethods().by_request)
_VALUES = st.one_of(
    _PLAIN,
    st.sampled_from(("auto", "cat", "ellipse", "classes", "color", "overlay", 0.5, 3, 0, True)),
    st.just([1, 2, 3]),
    st.lists(st.floats(-0.5, 1.5), min_size=4, max_size=4),
    st.lists(st.integers(-1, 8), min_size=4, max_size=4),
)
_RECORDS = {
    "choice": ("subject", "model"),
    "edge": ("shift_px", "smooth_px", "feather_px", "contrast", "threshold"),
    "region": ("top", "left", "bottom", "right"),
}
_SETTINGS = ("view", "color", "radius_px", "with_selection", "is_draft", "decontaminate")
_ANY_FLOAT = st.floats(allow_nan=False, allow_infinity=False)
_STROKES = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(("keep", "remove", "hair", "erase", "paint")),
            "radius_px": st.one_of(st.floats(0, 8), _ANY_FLOAT),
            "points": st.lists(
                st.one_of(
                    st.lists(st.floats(-2, 9), min_size=2, max_size=2),
                    st.lists(_ANY_FLOAT, min_size=1, max_size=3),
                ),
                max_size=3,
            ),
        }
    ),
    max_size=4,
)
_FIELDS = sorted({field.name for kind in _KINDS for field in fields(kind)})
_REQUESTS = st.fixed_dictionaries(
    {
        "method": st.sampled_from((*(kind.method for kind in _KINDS), "nothing")),
        "params": st.one_of(
            _PLAIN,
            st.dictionaries(st.sampled_from(_FIELDS), _VALUES, max_size=4),
            st.fixed_dictionaries(
                {},
                optional={
                    "trimap_box": _VALUES,
                    "place": _VALUES,
                    "strokes": _STROKES,
                    **{
                        name: st.dictionaries(st.sampled_from(names), _VALUES, max_size=3)
                        for name, names in _RECORDS.items()
                    },
                    "settings": st.one_of(
                        st.dictionaries(st.sampled_from(_SETTINGS), _VALUES, max_size=3),
                        st.fixed_dictionaries(
                            {"strokes": _STROKES}, optional={"is_draft": st.booleans()}
                        ),
                    ),
                },
            ),
        ),
        "arrays": st.dictionaries(
            st.sampled_from(
                ("image", "trimap", "mask", "selection", "opacity", "foreground", "background",
                 "keep", "remove", "unknown")
            ),
            st.tuples(
                st.sampled_from(("uint8", "float32", "bool", "uint16")),
                st.one_of(
                    st.just((6, 7, 3)), st.just((6, 7)), st.just((6, 7, 2)), st.just((3, 2, 4)),
                    _SHAPES.map(tuple),
                ),
                st.integers(0, 255),
            ),
            max_size=4,
        ),
    }
)  # fmt: skip
_BYTES = {"uint8": 1, "float32": 4, "bool": 1, "uint16": 2}


def a_request_is_answered(case: dict[str, Any]) -> None:
    """With a result, or with an error that names what was wrong: nothing is unexpected."""
    preview = PreviewMethods()
    image = Array("uint8", (6, 7, 3), bytes(range(126)))
    preview.open(PreviewOpenRequest(image=image), lambda fraction, step: None)
    arrays = {}
    for name, (dtype, shape, value) in case["arrays"].items():
        size = _BYTES[dtype]
        for length in shape:
            size *= length
        pattern = bytes((value * step) % (2 if dtype == "bool" else 256) for step in range(size))
        arrays[name] = Array(dtype, shape, pattern)
    values = {"id": 7, "method": case["method"], "params": case["params"]}
    server = Server(io.BytesIO(), io.BytesIO())
    answer = server._answer(Frame("request", values, arrays), METHODS | preview.by_request)
    assert answer.values["id"] == 7
    if answer.type == "error":
        assert "unexpectedly" not in str(answer.values["error"]["message"]), answer.values
    else:
        kind = next(kind for kind in _KINDS if kind.method == case["method"])
        decode(kind.result_type, answer.values["values"], answer.arrays)
    write_frame(io.BytesIO(), answer)


def an_error_is_rebuilt(described: Any) -> None:
    """Whatever the other side calls an error is one that can be shown."""
    error = from_wire(described)
    assert isinstance(error, MatteError)
    assert isinstance(str(error), str)


PROPERTIES = (
    Property("a stream is read", _STREAMS, a_stream_is_read, 300, 20_000),
    Property("a request is answered", _REQUESTS, a_request_is_answered, 100, 10_000),
    Property("an error is rebuilt", _PLAIN, an_error_is_rebuilt, 50, 5_000),
)
