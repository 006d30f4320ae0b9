"""What a worker's result must hold before anything of it may be written into an image.

A worker is a process with a hundred megabytes of other people's code in it. Its words are taken
as those of a stranger: an array of another size would be written to the wrong place, and a value
that is no number would stay in a mask of floating point for good.
"""

from typing import Any

from matte_core.errors import ProtocolError
from matte_core.protocol import Array, Frame
from matte_core.words import say

#: The methods whose results carry a remark, which may be empty.
NOTED = ("cut_out", "segment", "trimap")
_LEVELS = bytes((0, 128, 255))
# The highest byte of a float32 holds its sign and most of its exponent. Up to 0x3F lie the values
# in [0, 2), at 0x80 the negative zero; 0x7F and 0xFF are the infinite, what is no number, and 1e38.
_FRACTIONS = bytes((*range(0x40), 0x80))
_FINITE = bytes(byte for byte in range(256) if byte not in (0x7F, 0xFF))


def check(method: str, params: dict[str, Any], arrays: dict[str, Array], answer: Frame) -> None:
    """Compare a result with what was asked.

    Parameters
    ----------
    method, params, arrays
        The request, as `matte_core.worker.methods` describes it.
    answer : Frame
        Its result.

    Raises
    ------
    ProtocolError
        If something is missing or is not what it must be.
    """
    wanted = _wanted(method, params)
    if not wanted:
        return
    values = answer.values.get("values")
    if not isinstance(values, dict):
        raise _wrong("its values are not what they must be")
    note = values.get("note", None if method in NOTED else "")
    if not isinstance(note, str | dict):
        raise _wrong("it has no note, or one that is no text")
    source = arrays.get("image") or arrays["mask"]
    for name in wanted:
        like = arrays.get("colours", source) if name == "foreground" else source
        _check_array(name, answer.arrays.get(name), like)
    if method == "decontaminate":
        _check_box(values.get("box"), source)
    if "map" in wanted:
        _check_legend(values.get("legend"))


def _wanted(method: str, params: dict[str, Any]) -> tuple[str, ...]:
    """Name the arrays that a result must have; none where the method is not one of an action."""
    colours = ("foreground", "changed")
    match method:
        case "cut_out" | "matte":
            return ("alpha", *colours) if params.get("with_foreground") else ("alpha",)
        case "segment":
            return ("map",) if params.get("want") == "classes" else ("alpha",)
        case "trimap":
            return ("trimap",)
        case "decontaminate" | "relight":
            return colours
    return ()


def _check_array(name: str, array: Array | None, source: Array) -> None:
    if array is None:
        raise _wrong(f"it has no {name}")
    size = source.shape[:2]
    expected = {
        "alpha": ("float32", size),
        "trimap": ("uint8", size),
        "map": ("uint8", (*size, 3)),
        "foreground": (source.dtype, source.shape),
        "changed": ("uint8", size),
    }[name]
    if (array.dtype, array.shape) != expected:
        raise _wrong(
            f"its {name} is {array.dtype} of shape {array.shape}, "
            f"not {expected[0]} of shape {expected[1]}"
        )
    data = bytes(array.data)
    if array.dtype == "float32":
        allowed = _FRACTIONS if name == "alpha" else _FINITE
        strange = data[3::4].translate(None, allowed)
    else:
        strange = data.translate(None, _LEVELS) if name == "trimap" else b""
    if strange:
        raise _wrong(f"its {name} holds {len(strange)} values that cannot be")


def _check_box(box: Any, source: Array) -> None:
    height, width = source.shape[:2]
    if not isinstance(box, list) or len(box) != 4 or any(type(edge) is not int for edge in box):
        raise _wrong("the subject's box is not four whole numbers")
    left, top, right, bottom = box
    if not (0 <= left < right <= width and 0 <= top < bottom <= height):
        raise _wrong(f"the subject's box {box} is not within {width} x {height} pixels")


def _check_legend(legend: Any) -> None:
    try:
        for entry in legend:
            "{} {:02x}{:02x}{:02x} {:.0%}".format(entry["name"], *entry["colour"], entry["share"])
    except (TypeError, ValueError, KeyError, IndexError) as error:
        raise _wrong("the legend of its map is not one") from error


def _wrong(what: str) -> ProtocolError:
    return ProtocolError(
        say("Matte's worker sent a result that cannot be used: {what}.", what=what),
        say("Choose Filters > Matte > Set Up and Check… to repair it."),
    )
