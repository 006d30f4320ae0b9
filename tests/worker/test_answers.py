"""What a result must hold: each method's own, and each way not to hold it."""

import struct
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "plug-ins" / "matte"))

from matte_core.base.errors import ProtocolError
from matte_core.link.answers import check
from matte_core.link.protocol import Array, Frame

SIZE = (2, 3)
BYTES = Array("uint8", (*SIZE, 3), bytes(18))
FLOATS = Array("float32", (*SIZE, 3), bytes(72))
PLANE = Array("uint8", SIZE, bytes(6))
ROW = Array("uint8", (1, 3, 3), bytes(9))
COLORS = {"foreground": BYTES, "changed": PLANE}
BOX = {"box": [0, 0, 3, 2]}
CAT = {
    "name": "cat",
    "subject": "cat at 0.5 0.5",
    "class": "cat",
    "share": 0.5,
    "color": [64, 0, 0],
    "is_chosen": True,
    "is_one_of_several": False,
}
MAP = Array("uint8", SIZE, b"\0\1" * 3)
LEGEND = {"legend": [{"name": "cat", "color": [1, 2, 3], "share": 0.5}]}


def alpha(*values):
    return Array("float32", SIZE, struct.pack("<6f", *(values or (0, -0.0, 1, 0.5, 1e-30, 1.0))))


def ask(method, params=None, arrays=None, values=None, **answer):
    return check(
        method,
        params or {},
        arrays or {"image": BYTES},
        Frame("result", {"values": {"note": "", **(values or {})}}, answer),
    )


def test_what_is_right_passes():
    trimap = Array("uint8", SIZE, b"\x00\x80\xff" * 2)
    floats = {"alpha": alpha(), "foreground": FLOATS, "changed": PLANE}
    passed = [
        ask("cut_out", alpha=alpha()),
        ask("cut_out", {"with_foreground": True}, alpha=alpha(), **COLORS),
        ask("matte", {"with_foreground": True}, {"image": FLOATS}, **floats),
        ask("segment", alpha=alpha()),
        ask("segment", {"want": "classes"}, values=LEGEND, map=BYTES),
        ask("trimap", {}, {"mask": PLANE}, trimap=trimap),
        ask("decontaminate", values=BOX, **COLORS),
        ask("relight", **COLORS),
        ask("preview", values={"parts": [CAT]}, picture=BYTES, map=MAP),
        ask("preview", values={"parts": []}, picture=Array("uint8", (*SIZE, 4), bytes(24))),
        ask("preview_detail", values={"parts": [CAT]}, picture=BYTES),
        ask("preview_open", anything=PLANE),
    ]
    assert passed == [None] * 12


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), -0.1, 2.0, 1e38])
def test_an_alpha_holds_fractions(value):
    with pytest.raises(ProtocolError, match="alpha holds 2 values"):
        ask("cut_out", alpha=alpha(0, value, 1, value, 0.5, 0.1))


@pytest.mark.parametrize(
    ("method", "params", "values", "arrays", "words"),
    [
        ("cut_out", {}, {}, {}, "no alpha"),
        ("cut_out", {"with_foreground": True}, {}, {"alpha": alpha()}, "no foreground"),
        ("matte", {}, {}, {"alpha": PLANE}, "alpha is uint8"),
        ("segment", {"want": "classes"}, LEGEND, {"map": PLANE}, "its map"),
        ("segment", {"want": "classes"}, {"legend": [{}]}, {"map": BYTES}, "legend"),
        ("segment", {"want": "classes"}, {}, {"map": BYTES}, "legend"),
        ("trimap", {}, {}, {"trimap": Array("uint8", SIZE, b"\x00\x80\x07" * 2)}, "2 values"),
        ("decontaminate", {}, BOX, {"foreground": BYTES}, "no changed"),
        ("decontaminate", {}, BOX, {"foreground": FLOATS, "changed": PLANE}, "is float32"),
        ("relight", {}, {}, {"foreground": BYTES}, "no changed"),
        ("decontaminate", {}, {}, COLORS, "four whole numbers"),
        ("decontaminate", {}, {"box": [0, 0, 4, 2]}, COLORS, "not within 3 x 2"),
        ("decontaminate", {}, {"box": [2, 0, 2, 2]}, COLORS, "not within 3 x 2"),
        ("decontaminate", {}, {"box": [0, 0, 3.0, 2]}, COLORS, "four whole numbers"),
        ("preview", {}, {"parts": []}, {}, "no picture"),
        ("preview", {}, {"parts": []}, {"picture": PLANE}, "its picture is uint8"),
        ("preview", {}, {"parts": []}, {"picture": FLOATS}, "its picture is float32"),
        ("preview", {}, {"parts": []}, {"picture": Array("uint8", (0, 3, 3), b"")}, "its picture"),
        ("preview_detail", {}, {"parts": []}, {"picture": ROW}, "its picture is uint8 of shape"),
        ("preview", {}, {"parts": [], "note": 5}, {"picture": BYTES}, "no note"),
        ("preview", {}, {}, {"picture": BYTES}, "list of what was found is not one"),
        ("preview", {}, {"parts": 7}, {"picture": BYTES}, "list of what was found is not one"),
        ("preview", {}, {"parts": ["cat"]}, {"picture": BYTES}, "is not one"),
        ("preview", {}, {"parts": [{**CAT, "color": [1, 2]}]}, {"picture": BYTES}, "is not one"),
        ("preview", {}, {"parts": [{**CAT, "share": "?"}]}, {"picture": BYTES}, "is not one"),
        ("preview", {}, {"parts": [CAT, CAT]}, {"picture": BYTES}, "a name twice"),
        ("preview", {}, {"parts": [CAT]}, {"picture": BYTES, "map": BYTES}, "its map is uint8"),
        ("preview", {}, {"parts": []}, {"picture": BYTES, "map": MAP}, "speaks of what is not"),
    ],
)
def test_what_is_wrong_is_named(method, params, values, arrays, words):
    with pytest.raises(ProtocolError, match=words) as caught:
        ask(method, params, values=values, **arrays)
    assert "Set Up and Check" in caught.value.hint


def test_colors_of_floating_point_are_numbers():
    strange = Array("float32", (*SIZE, 3), struct.pack("<18f", *[float("nan")] * 18))
    with pytest.raises(ProtocolError, match="foreground holds 18 values"):
        ask("decontaminate", {}, {"image": FLOATS}, BOX, foreground=strange, changed=PLANE)
