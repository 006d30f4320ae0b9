"""Requests and results survive the pipe; whatever else comes is refused by name."""

import io
import json
import math
import struct
from dataclasses import replace

import pytest

from matte_core.base.errors import ProtocolError
from matte_core.base.messages import Message
from matte_core.link.fields import EdgeControls, Region, SubjectChoice, ViewSettings
from matte_core.link.parts import FoundPart
from matte_core.link.preview_requests import (
    PreviewBackgroundRequest,
    PreviewDetailRequest,
    PreviewOpenRequest,
    PreviewRequest,
)
from matte_core.link.protocol import Array, Frame, read_frame, write_frame
from matte_core.link.records import decode, encode
from matte_core.link.requests import (
    CheckRequest,
    CutOutRequest,
    DecontaminateRequest,
    MatteRequest,
    RelightRequest,
    SegmentRequest,
    TrimapRequest,
    request_frame,
)
from matte_core.link.results import (
    AlphaResult,
    CheckResult,
    DecontaminateResult,
    LegendEntry,
    NoResult,
    RelightResult,
    SegmentResult,
    TrimapResult,
    ViewResult,
)
from matte_core.link.strokes import Stroke
from matte_core.worker.server import read_request

SIZE = (2, 3)
BYTES = Array("uint8", (*SIZE, 3), bytes(18))
FLOATS = Array("float32", (*SIZE, 3), bytes(72))
PLANE = Array("uint8", SIZE, bytes(6))
GRAYS = Array("float32", SIZE, bytes(24))
ROW = Array("uint8", (1, 3, 3), bytes(9))
PAINTED = Array("uint8", (*SIZE, 2), bytes(12))
TRIMAP = Array("uint8", SIZE, b"\x00\x80\xff" * 2)
BACKGROUND = Array("uint8", (5, 7, 4), bytes(140))
MAP = Array("uint8", (1, 2), b"\0\1")
CAT = FoundPart("cat", "cat at 0.5 0.5", "cat", 0.5, (64, 0, 0), True)
LEGEND = (LegendEntry("cat", (1, 2, 3), 0.5),)
NOTE = Message("There are {count} cats.", count=2)
EDGE = EdgeControls(-1.5, 2, 0.25, 1)
STROKES = (
    Stroke("keep", 12.5, ((0.5, 0.5), (-3.0, 1e4))),
    Stroke("erase", 0.0, ((1.5, 2.25),)),
)
SETTINGS = ViewSettings(
    choice=SubjectChoice("cat", "m"), radius_px=3, view="color", edge=EDGE, strokes=STROKES
)


def alpha(*values):
    return Array("float32", SIZE, struct.pack("<6f", *(values or (0, -0.0, 1, 0.5, 1e-30, 1.0))))


CUT_OUT = CutOutRequest(image=BYTES, with_foreground=True)
MATTE = MatteRequest(image=FLOATS, trimap=PAINTED, trimap_box=(0, 2, -1, 3))
CLEAN = DecontaminateRequest(image=BYTES)
COLORS = {"foreground": BYTES, "changed": PLANE}
CLASSES = SegmentRequest(image=BYTES, output="classes")
VIEW = ViewResult(picture=BYTES, map=MAP, parts=(CAT,), note=NOTE)
DETAIL = PreviewDetailRequest(
    image=BYTES, region=Region(0, 0.5, 1, 1), settings=SETTINGS, edge=EDGE
)
# Each request with a result that suits it.
PAIRS = [
    (CUT_OUT, AlphaResult(alpha=alpha(), **COLORS, note=NOTE, seconds=0.5)),
    (
        CutOutRequest(
            image=BYTES, colors=FLOATS, selection=PLANE, mask=GRAYS, edge=EDGE,
            strokes=STROKES, keep=PLANE, remove=PLANE, unknown=PLANE,
        ),
        AlphaResult(alpha=alpha(), note=""),
    ),
    (replace(MATTE, with_foreground=True), AlphaResult(alpha=alpha(), foreground=FLOATS,
                                                       changed=PLANE, note="", unknown_share=1.0)),
    (TrimapRequest(mask=PLANE, radius_px=0), TrimapResult(trimap=TRIMAP, note="", unknown_share=0)),
    (
        TrimapRequest(image=BYTES, strokes=STROKES, keep=PLANE),
        TrimapResult(trimap=TRIMAP, note="", unknown_share=0),
    ),
    (SegmentRequest(image=BYTES), SegmentResult(alpha=alpha(), note=NOTE)),
    (CLASSES, SegmentResult(map=BYTES, legend=LEGEND, note="")),
    (CLEAN, DecontaminateResult(**COLORS, box=(0, 0, 3, 2))),
    (
        RelightRequest(image=BYTES, foreground=BYTES, background=BACKGROUND, place=(0, 1, 2, 3.5)),
        RelightResult(**COLORS),
    ),
    (CheckRequest(), CheckResult((("numpy", "2.0"),), ("deeplab-513",))),
    (
        PreviewOpenRequest(
            image=BYTES, trimap=PAINTED, trimap_box=(0, 0, 2, 3), full_size=(3000, 4000)
        ),
        NoResult(),
    ),
    (PreviewBackgroundRequest(path="photo.jpg"), NoResult()),
    (PreviewRequest(SETTINGS), VIEW),
    (PreviewRequest(SETTINGS), ViewResult(picture=BACKGROUND, parts=(), note="")),
    (DETAIL, VIEW),
]  # fmt: skip
KINDS = {type(request).method: type(request) for request, _ in PAIRS}


def piped(frame):
    """Return a frame as it comes out of a pipe."""
    stream = io.BytesIO()
    write_frame(stream, frame)
    stream.seek(0)
    return read_frame(stream)


@pytest.mark.parametrize(("request_", "result"), PAIRS, ids=lambda pair: type(pair).__name__)
def test_a_request_and_its_result_survive_the_pipe(request_, result):
    assert read_request(piped(request_frame(1, request_)), KINDS) == request_
    values, arrays = encode(result)
    answer = piped(Frame("result", {"values": values}, arrays))
    rebuilt = decode(request_.result_type, answer.values["values"], answer.arrays)
    assert rebuilt == result
    assert request_.check(rebuilt) is None


def test_a_note_keeps_its_template():
    values, arrays = encode(VIEW)
    note = decode(ViewResult, json.loads(json.dumps(values)), arrays).note
    assert note.template == NOTE.template
    assert note.values == NOTE.values


def refusal(request, changes=None, arrays=None):
    """Return why a request is refused after its parameters or arrays were changed."""
    frame = request_frame(1, request)
    params = frame.values["params"]
    for path, value in (changes or {}).items():
        *outer, name = path.split(".")
        target = params
        for step in outer:
            target = target[step]
        target[name] = value
    values = {**frame.values, "params": params}
    with pytest.raises(ProtocolError) as caught:
        read_request(Frame("request", values, {**frame.arrays, **(arrays or {})}), KINDS)
    return caught.value.message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("radius_px", -1),
        ("radius_px", 1.5),
        ("radius_px", 1 << 31),
        ("radius_px", 10**400),
        ("radius_px", True),
        ("radius_px", "wide"),
        ("decontaminate", 2),
        ("decontaminate", False),
        ("decontaminate", float("nan")),
        ("with_foreground", 1),
        ("choice", "auto"),
        ("choice.subject", 3),
        ("choice.model", ["m"]),
        ("edge", [1]),
        ("edge.shift_px", "far"),
        ("edge.shift_px", 10**400),
        ("edge.feather_px", float("inf")),
    ],
)
def test_a_value_of_another_kind_is_refused(name, value):
    message = refusal(CUT_OUT, {name: value})
    assert message.startswith(f"The cut_out request cannot be used: its {name} is ")


def stroke(**changes):
    return {"strokes": [{"kind": "keep", "radius_px": 3.0, "points": [[1.0, 2.0]], **changes}]}


@pytest.mark.parametrize(
    ("request_", "changes", "words"),
    [
        (CUT_OUT, {"radius": 3}, "it has an unknown radius"),
        (CUT_OUT, {"image": 3}, "it has an unknown image"),
        (CUT_OUT, {"edge.far": 3}, "it has an unknown edge.far"),
        (MATTE, {"trimap_box": None}, "it has no trimap_box"),
        (MATTE, {"trimap_box": [1, 2, 3]}, "its trimap_box is [1, 2, 3]"),
        (MATTE, {"trimap_box": [1, 2, 3, 1e9]}, "its trimap_box[3] is 1000000000.0"),
        (CLASSES, {"output": "all"}, "its output is 'all'"),
        (PreviewRequest(SETTINGS), {"settings": None}, "it has no settings"),
        (PreviewRequest(SETTINGS), {"settings.view": "x-ray"}, "its settings.view is 'x-ray'"),
        (PreviewRequest(SETTINGS), {"settings.color": [1, 2]}, "its settings.color is [1, 2]"),
        (PreviewRequest(SETTINGS), {"settings.color": "red"}, "its settings.color is 'red'"),
        (PreviewRequest(SETTINGS), {"settings.color": [1, 2, 300]}, "its settings.color[2] is 300"),
        (DETAIL, {"region.bottom": 2}, "its region.bottom is 2"),
        (DETAIL, {"region.bottom": "a"}, "its region.bottom is 'a'"),
        (DETAIL, {"region.bottom": 0}, "it has an empty part of the image"),
        (DETAIL, {"trimap_box": [0, 1, 0, 1]}, "it has a trimap without a box, or a box without"),
        (CUT_OUT, {"strokes": [3]}, "its strokes[0] is 3"),
        (CUT_OUT, stroke(kind="paint"), "its strokes[0].kind is 'paint'"),
        (CUT_OUT, stroke(radius_px=-1.0), "its strokes[0].radius_px is -1.0"),
        (CUT_OUT, stroke(points=[]), "it has a stroke without points"),
        (CUT_OUT, stroke(points=[[1.0, 2.0, 3.0]]), "its strokes[0].points[0] is [1.0, 2.0, 3.0]"),
        (CUT_OUT, stroke(points=[[1.0, math.nan]]), "its strokes[0].points[0][1] is nan"),
        (PreviewOpenRequest(image=BYTES), {"full_size": [0, 4]}, "its full_size[0] is 0"),
        (PreviewBackgroundRequest(path="a"), {"path": ""}, "it has no image and no path"),
    ],
)
def test_what_is_wrong_with_a_request_is_named(request_, changes, words):
    assert f"request cannot be used: {words}" in refusal(request_, changes)


@pytest.mark.parametrize(
    ("name", "dtype", "shape"),
    [
        ("mask", "float32", (2, 3, 3)),
        ("mask", "float32", (1, 3)),
        ("mask", "bool", SIZE),
        ("trimap", "uint8", SIZE),
        ("mask", "uint16", SIZE),
        ("image", "uint8", (0, 3, 3)),
    ],
)
def test_an_array_that_does_not_fit_is_refused(name, dtype, shape):
    count = {"float32": 4, "uint16": 2}.get(dtype, 1)
    for length in shape:
        count *= length
    message = refusal(MATTE, arrays={name: Array(dtype, shape, bytes(count))})
    assert f"its {name} is {dtype} of shape {shape}" in message


def test_an_unknown_or_missing_array_and_method_are_refused():
    assert "an unknown selection" in refusal(MATTE, arrays={"selection": PLANE})
    for params in (None, [], "auto", {}):
        frame = Frame("request", {"method": "cut_out", "params": params})
        with pytest.raises(ProtocolError, match=r"its values is|it has no image"):
            read_request(frame, KINDS)
    for method in ("sing", None, ["cut_out"], 7):
        with pytest.raises(ProtocolError, match="There is no method"):
            read_request(Frame("request", {"method": method, "params": {}}), KINDS)


def check(request, values=None, **arrays):
    result = decode(request.result_type, {"note": "", **(values or {})}, arrays)
    return request.check(result)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), -0.1, 2.0, 1e38])
def test_an_alpha_holds_fractions(value):
    with pytest.raises(ProtocolError, match="alpha has 2 values"):
        check(CUT_OUT, alpha=alpha(0, value, 1, value, 0.5, 0.1))


def changed_part(**changes):
    values = encode(VIEW)[0]["parts"][0]
    return {"parts": [{**values, **changes}]}


@pytest.mark.parametrize(
    ("request_", "values", "arrays", "words"),
    [
        (CUT_OUT, {}, {}, "no alpha"),
        (CUT_OUT, {}, {"alpha": alpha()}, "no foreground"),
        (CUT_OUT, {"note": None}, {"alpha": alpha()}, "no note"),
        (CUT_OUT, {"note": 5}, {"alpha": alpha()}, "its note is 5"),
        (CUT_OUT, {}, {"alpha": alpha(), "foreground": ROW}, "its foreground is uint8 of shape"),
        (CUT_OUT, {}, {"alpha": alpha(), **COLORS, "foreground": FLOATS}, "is float32, not uint8"),
        (MATTE, {}, {"alpha": PLANE}, "alpha is uint8"),
        (MATTE, {}, {"alpha": Array("float32", (3, 2), bytes(24))}, r"shape \(3, 2\), the image"),
        (SegmentRequest(image=BYTES), {}, {}, "no alpha"),
        (CLASSES, {"legend": []}, {"map": PLANE}, "its map is uint8"),
        (CLASSES, {"legend": [{}]}, {"map": BYTES}, r"no legend\[0\]\.name"),
        (CLASSES, {}, {"map": BYTES}, "no legend"),
    ],
)
def test_what_is_wrong_with_a_result_is_named(request_, values, arrays, words):
    with pytest.raises(ProtocolError, match=words):
        check(request_, values, **arrays)


STRANGE = Array("float32", (*SIZE, 3), struct.pack("<18f", *[float("nan")] * 18))


@pytest.mark.parametrize(
    ("kind", "values", "arrays", "words"),
    [
        (TrimapResult, {"note": "", "unknown_share": 0},
         {"trimap": Array("uint8", SIZE, b"\x00\x80\x07" * 2)}, "trimap has 2 values"),
        (DecontaminateResult, {"box": [0, 0, 3, 2]}, {"foreground": BYTES}, "no changed"),
        (DecontaminateResult, {"box": [0, 0, 3, 2]}, {"foreground": STRANGE, "changed": PLANE},
         "foreground has 18 values"),
        (DecontaminateResult, {}, COLORS, "no box"),
        (DecontaminateResult, {"box": [0, 0, 4, 2]}, COLORS, "not within 3 x 2"),
        (DecontaminateResult, {"box": [2, 0, 2, 2]}, COLORS, "not within 3 x 2"),
        (DecontaminateResult, {"box": [0, 0, 3.0, 2]}, COLORS, r"its box\[2\] is 3\.0"),
        (RelightResult, {}, {"foreground": BYTES}, "no changed"),
        (ViewResult, {"parts": [], "note": ""}, {}, "no picture"),
        (ViewResult, {"parts": [], "note": ""}, {"picture": PLANE}, "its picture is uint8"),
        (ViewResult, {"parts": [], "note": ""}, {"picture": FLOATS}, "its picture is float32"),
        (ViewResult, {"parts": [], "note": ""}, {"picture": Array("uint8", (0, 3, 3), b"")},
         "its picture"),
        (ViewResult, {"note": ""}, {"picture": BYTES}, "no parts"),
        (ViewResult, {"parts": 7, "note": ""}, {"picture": BYTES}, "its parts is 7"),
        (ViewResult, {"parts": ["cat"], "note": ""}, {"picture": BYTES}, r"parts\[0\] is 'cat'"),
        (ViewResult, {**changed_part(color=[1, 2]), "note": ""}, {"picture": BYTES}, "color is"),
        (ViewResult, {**changed_part(share="?"), "note": ""}, {"picture": BYTES}, "share is '"),
        (ViewResult, {"parts": changed_part()["parts"] * 2, "note": ""}, {"picture": BYTES},
         "the same name twice"),
        (ViewResult, {**changed_part(), "note": ""}, {"picture": BYTES, "map": BYTES},
         "its map is uint8"),
        (ViewResult, {"parts": [], "note": ""}, {"picture": BYTES, "map": MAP},
         "refers to parts that are not in the list"),
        (NoResult, {"note": ""}, {}, "an unknown note"),
    ],
)  # fmt: skip
def test_what_a_result_cannot_hold_is_named(kind, values, arrays, words):
    with pytest.raises(ProtocolError, match=words):
        decode(kind, values, arrays)


def test_a_view_of_a_region_has_its_size():
    with pytest.raises(ProtocolError, match=r"shape \(1, 3\), the image of shape \(2, 3\)"):
        DETAIL.check(ViewResult(picture=ROW, parts=(), note=""))
