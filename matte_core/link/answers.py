"""What a worker's result must hold before anything of it is written into an image, or shown.

A worker is a process with a hundred megabytes of other people's code in it. Its words are taken
as those of a stranger: an array of another size would be written to the wrong place, and a value
that is no number would stay in a mask of floating point for good.
"""

from typing import Any

from matte_core.base.errors import ProtocolError
from matte_core.base.messages import Message
from matte_core.link.protocol import Array, Frame

#: The methods whose results carry a remark, which may be empty.
NOTED = ("cut_out", "segment", "trimap", "preview", "preview_detail")
PREVIEWS = ("preview", "preview_detail")
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
    if not wanted and method not in PREVIEWS:
        return
    values = answer.values.get("values")
    if not isinstance(values, dict):
        raise _wrong("its values are not what they must be")
    note = values.get("note", None if method in NOTED else "")
    if not isinstance(note, str | dict):
        raise _wrong("it has no note, or one that is no text")
    if method in PREVIEWS:
        _check_view(answer.arrays, arrays.get("image"))
        _check_parts(values.get("parts"), answer.arrays.get("map"))
        return
    source = arrays.get("image") or arrays["mask"]
    for name in wanted:
        like = arrays.get("colors", source) if name == "foreground" else source
        _check_array(name, answer.arrays.get(name), like)
    if method == "decontaminate":
        _check_box(values.get("box"), source)
    if "map" in wanted:
        _check_legend(values.get("legend"))


def _wanted(method: str, params: dict[str, Any]) -> tuple[str, ...]:
    """Name the arrays that a result must have; none where the method is not one of an action."""
    colors = ("foreground", "changed")
    match method:
        case "cut_out" | "matte":
            return ("alpha", *colors) if params.get("with_foreground") else ("alpha",)
        case "segment":
            return ("map",) if params.get("want") == "classes" else ("alpha",)
        case "trimap":
            return ("trimap",)
        case "decontaminate" | "relight":
            return colors
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
            "{} {:02x}{:02x}{:02x} {:.0%}".format(entry["name"], *entry["color"], entry["share"])
    except (TypeError, ValueError, KeyError, IndexError) as error:
        raise _wrong("the legend of its map is not one") from error


def _check_view(arrays: dict[str, Array], source: Array | None) -> None:
    picture = arrays.get("picture")
    if picture is None:
        raise _wrong("it has no picture")
    shape = picture.shape
    is_one = picture.dtype == "uint8" and len(shape) == 3 and shape[2] in (3, 4) and min(shape) > 0
    if not is_one or (source is not None and shape[:2] != source.shape[:2]):
        raise _wrong(f"its picture is {picture.dtype} of shape {shape}")


def _check_parts(parts: Any, found_map: Array | None) -> None:
    """Look at the list of what was found, and that its map speaks of nothing else."""
    try:
        names = {_name_of_part(part) for part in parts}
    except (TypeError, ValueError, KeyError) as error:
        raise _wrong("its list of what was found is not one") from error
    if len(names) != len(parts):
        raise _wrong("its list of what was found holds a name twice")
    if found_map is None:
        return
    if found_map.dtype != "uint8" or len(found_map.shape) != 2 or min(found_map.shape) < 1:
        raise _wrong(f"its map is {found_map.dtype} of shape {found_map.shape}")
    if max(bytes(found_map.data)) > len(parts):
        raise _wrong("its map speaks of what is not in the list")


def _name_of_part(part: dict[str, Any]) -> str:
    """Return the name of a part, all of whose values are what they must be."""
    red, green, blue = part["color"]
    bytes((red, green, blue))
    kinds: dict[str, Any] = {
        "name": str, "subject": str, "class": str, "share": (int, float),
        "is_chosen": bool, "is_one_of_several": bool,
    }  # fmt: skip
    for key, kind in kinds.items():
        if not isinstance(part[key], kind):
            raise TypeError(key)
    return str(part["name"])


def _wrong(what: str) -> ProtocolError:
    return ProtocolError(
        Message("Matte's worker sent a result that cannot be used: {what}.", what=what),
        Message("Choose Filters > Matte > Set Up and Check… to repair it."),
    )
