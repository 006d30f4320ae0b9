"""Whether a request says what its method can take, looked at before anything is computed.

The plug-in that asks is of the same version and sends only such requests; whatever else comes is
refused by name, and is neither an accident deep in the numerics nor a wrong result.
"""

import math
from collections.abc import Callable
from typing import Any

from matte_core.base.errors import ProtocolError
from matte_core.link.protocol import Frame

_PLANES = ("selection", "mask", "opacity")
_BANDS = {
    "image": (3,),
    "colors": (3,),
    "foreground": (3,),
    "trimap": (2,),
    **dict.fromkeys(_PLANES, ()),
}
_TYPES = {
    "image": ("uint8", "float32"),
    "colors": ("uint8", "float32"),
    "foreground": ("uint8", "float32"),
    "trimap": ("uint8",),
    "selection": ("uint8",),
    "mask": ("uint8", "float32"),
    "opacity": ("uint8", "float32"),
}


def check_arrays(request: Frame) -> None:
    """Check that the arrays that are known here are of their type, and all of one size.

    Raises
    ------
    ProtocolError
        If one is not; says which, and what it is.
    """
    size: tuple[int, ...] | None = None
    for name, bands in _BANDS.items():
        array = request.arrays.get(name)
        if array is None:
            continue
        size = size or array.shape[:2]
        is_plane = len(size) == 2 and 0 not in size
        if not is_plane or array.shape != (*size, *bands) or array.dtype not in _TYPES[name]:
            raise ProtocolError(
                f"A request came with {name} of shape {array.shape} and type {array.dtype}."
            )


def check_params(params: dict[str, Any]) -> None:
    """Check the parameters that are known here; None stands for one that is not given.

    Raises
    ------
    ProtocolError
        If one is not of its kind; says which, and what it is.
    """
    for name, value in params.items():
        is_sound = _KINDS.get(name)
        if value is not None and is_sound is not None and not is_sound(value):
            raise ProtocolError(f"A request came with {name} {value!r}.")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _is_whole(value: Any) -> bool:
    return type(value) is int and abs(value) < 1 << 31


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_subject(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(map(_is_text, value)))


def _are_controls(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_is_number, value.values()))


def _is_box(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 4 and all(map(_is_whole, value))


def _is_share(value: Any) -> bool:
    return _is_number(value) and 0 <= value <= 1


def _is_place(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 4 and all(map(_is_number, value))


_KINDS: dict[str, Callable[[Any], bool]] = {
    "subject": _is_subject,
    "model": _is_text,
    "radius_px": lambda value: _is_whole(value) and value >= 0,
    "decontaminate": _is_share,
    "match": _is_share,
    "wrap": _is_share,
    "wrap_px": lambda value: _is_number(value) and value >= 0,
    "place": _is_place,
    "edge": _are_controls,
    "detail_edge": _are_controls,
    "box": _is_box,
    "shape": _is_text,
    "want": _is_text,
    "name": _is_text,
    "view": _is_text,
}
