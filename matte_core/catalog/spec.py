"""What must be known of a network to feed it a picture and to read its answer.

It is kept as NAME.json beside NAME.onnx. Standard library only.
"""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from matte_core.base.errors import ModelError

LAYOUTS = ("NHWC", "NCHW")
COLOR_ORDERS = ("RGB", "BGR")
NORMALIZATIONS = {
    "bytes": "0 to 255",
    "unit": "0 to 1",
    "signed": "-1 to 1",
    "imagenet": "mean and deviation of ImageNet",
}
OUTPUT_TYPES = {
    "logits": "class scores before the softmax",
    "probabilities": "class probabilities",
    "labels": "one class number per pixel",
    "saliency": "one channel: how much a pixel belongs to the subject",
}


#: Keys that versions before 1.0 wrote, and what they are called now.
_FORMER_KEYS = {
    "normalisation": "normalization",
    "colour_order": "color_order",
    "meaning": "output_type",
    "licence": "license",
}


@dataclass(frozen=True)
class ModelSpec:
    """How one network is fed and read.

    Attributes
    ----------
    name : str
        The name it is asked for by.
    layout : str
        One of `LAYOUTS`, of the input.
    height, width : int
        The input's size; the size it works best at when that is free.
    is_free : bool
        Whether the input's height and width may be chosen.
    is_squashed : bool
        Whether pictures are squashed to a square, or to the fixed size, as the model was
        trained; otherwise they keep their shape.
    step : int
        Free sizes are whole multiples of this, plus one where `align_corners`.
    normalization : str
        One of `NORMALIZATIONS`: what the network expects as values.
    color_order : str
        One of `COLOR_ORDERS`.
    output_type : str
        One of `OUTPUT_TYPES`: what the network answers.
    output_layout : str
        One of `LAYOUTS`.
    align_corners : bool
        Whether the first and last cells of the answer lie on the first and last pixels of
        the input, so that cells lie ``(size - 1) / (cells - 1)`` pixels apart.
    stride : int
        Input pixels per cell of the grid that the network decides on, which may be coarser
        than the grid it answers on.
    classes : tuple of str
        Names in the order of the class numbers; the first is the background.
    license, source : str
        Under what terms, and from where.
    sha256 : str
        Of the ONNX file.
    assumed : tuple of str
        The attributes above that the file does not tell and nobody gave.
    """

    name: str
    layout: str = "NHWC"
    height: int = 513
    width: int = 513
    is_free: bool = False
    is_squashed: bool = False
    step: int = 1
    normalization: str = "bytes"
    color_order: str = "RGB"
    output_type: str = "logits"
    output_layout: str = "NHWC"
    align_corners: bool = False
    stride: int = 1
    classes: tuple[str, ...] = ()
    license: str = "unknown"
    source: str = ""
    sha256: str = ""
    assumed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_choice("layout", self.layout, LAYOUTS)
        _check_choice("output layout", self.output_layout, LAYOUTS)
        _check_choice("normalization", self.normalization, tuple(NORMALIZATIONS))
        _check_choice("color order", self.color_order, COLOR_ORDERS)
        _check_choice("output type", self.output_type, tuple(OUTPUT_TYPES))
        if min(self.height, self.width, self.step, self.stride) < 1:
            raise ModelError(
                f"The network {self.name!r} is described with a size of "
                f"{self.width} x {self.height}, step {self.step}, stride {self.stride}."
            )


def assumption(spec: ModelSpec) -> str:
    """Say what was assumed of the values that a network takes, and how to say otherwise.

    Empty where nothing was: then no other values could be what is wrong.
    """
    if "normalization" not in spec.assumed:
        return ""
    others = [name for name in NORMALIZATIONS if name != spec.normalization]
    return (
        f"The file of this network does not tell what values it takes; "
        f"{NORMALIZATIONS[spec.normalization]} was assumed. If that is wrong, add it by "
        f"`models add FILE --normalization` with {', '.join(others[:-1])} or {others[-1]}."
    )


def encode_spec(spec: ModelSpec) -> bytes:
    """Return the description as JSON."""
    return (json.dumps(asdict(spec), indent=2, ensure_ascii=False) + "\n").encode()


def read_spec(path: Path) -> ModelSpec:
    """Read a description; keys that are not known are passed over.

    Raises
    ------
    ModelError
        If the file cannot be read or is not such a description.
    """
    try:
        values = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"The network's description {path} cannot be read: {error}.",
            "Remove the network and add it again.",
        ) from error
    return spec_from_values(values, path)


def spec_from_values(values: Any, origin: Path) -> ModelSpec:
    """Build a description from parsed JSON, checking each value's type."""
    if not isinstance(values, dict) or not isinstance(values.get("name"), str):
        raise ModelError(f"{origin} is not a description of a network.")
    values = {_FORMER_KEYS.get(key, key): value for key, value in values.items()}
    if isinstance(values.get("assumed"), list):
        values["assumed"] = [_FORMER_KEYS.get(name, name) for name in values["assumed"]]
    template = ModelSpec("")
    known: dict[str, Any] = {}
    for held in fields(ModelSpec):
        if held.name not in values:
            continue
        value, example = values[held.name], getattr(template, held.name)
        if isinstance(example, tuple):
            if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
                raise ModelError(f"{held.name!r} in {origin} is not a list of names.")
            value = tuple(value)
        elif type(value) is not type(example):
            raise ModelError(
                f"{held.name!r} in {origin} is {value!r}, not a {type(example).__name__}."
            )
        known[held.name] = value
    return ModelSpec(**known)


def _check_choice(what: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ModelError(f"The {what} {value!r} is not one of {', '.join(choices)}.")
