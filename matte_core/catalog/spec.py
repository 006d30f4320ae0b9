"""The description of a model: how to prepare its input and interpret its output.

It is stored as NAME.json next to NAME.onnx.
"""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from matte_core.base.errors import ModelError
from matte_core.base.messages import Message

LAYOUTS = ("NHWC", "NCHW")
COLOR_ORDERS = ("RGB", "BGR")
NORMALIZATIONS = {
    "bytes": Message("0 to 255"),
    "unit": Message("0 to 1"),
    "signed": Message("-1 to 1"),
    "centered": Message("-0.5 to 0.5"),
    "imagenet": Message("ImageNet mean and standard deviation"),
    "imagenet-mean": Message("ImageNet mean alone"),
    "imagenet-peak": Message("ImageNet mean and standard deviation, the brightest value as 1"),
}
OUTPUT_TYPES = {
    "logits": "class scores before the softmax",
    "probabilities": "class probabilities",
    "labels": "one class number per pixel",
    "saliency": "one channel: to what degree a pixel belongs to the subject",
    "saliency-logits": "the same before the sigmoid",
}


#: Keys written by versions before 1.0, and their current names.
_FORMER_KEYS = {
    "normalisation": "normalization",
    "colour_order": "color_order",
    "meaning": "output_type",
    "licence": "license",
}


@dataclass(frozen=True)
class ModelSpec:
    """How one model's input is prepared and its output interpreted."""

    name: str  # the name under which it is installed
    layout: str = "NHWC"  # one of `LAYOUTS`, for the input
    # The size of the input; if it is free, the size that works best.
    height: int = 513
    width: int = 513
    is_free: bool = False  # whether the input's height and width may be chosen
    # Whether pictures are squashed to a square, or to the fixed size, as the model was trained;
    # otherwise they keep their shape.
    is_squashed: bool = False
    step: int = 1  # free sizes are integer multiples of this, plus one if `align_corners`
    normalization: str = "bytes"  # one of `NORMALIZATIONS`: the value range of the input
    color_order: str = "RGB"  # one of `COLOR_ORDERS`
    output_type: str = "logits"  # one of `OUTPUT_TYPES`
    is_stretched: bool = False  # whether a saliency is stretched to its own minimum and maximum
    output_layout: str = "NHWC"  # one of `LAYOUTS`, for the output
    # Whether the first and last cells of the output are at the first and last pixels of the input,
    # so that cells are ``(size - 1) / (cells - 1)`` pixels apart.
    align_corners: bool = False
    # Input pixels per cell of the grid on which the network computes, which may be coarser than the
    # grid of its output.
    stride: int = 1
    # Names in the order of the class numbers; the first is the background.
    classes: tuple[str, ...] = ()
    # The terms of use, and the origin.
    license: str = "unknown"
    source: str = ""
    sha256: str = ""  # the checksum of the ONNX file
    # The fields above that neither the file nor the user specified.
    assumed: tuple[str, ...] = ()

    @property
    def finds_subject(self) -> bool:
        """Whether it tells the main subject from the rest, rather than classes by name."""
        return self.output_type in ("saliency", "saliency-logits")

    def __post_init__(self) -> None:
        _check_choice("layout", self.layout, LAYOUTS)
        _check_choice("output layout", self.output_layout, LAYOUTS)
        _check_choice("normalization", self.normalization, tuple(NORMALIZATIONS))
        _check_choice("color order", self.color_order, COLOR_ORDERS)
        _check_choice("output type", self.output_type, tuple(OUTPUT_TYPES))
        if min(self.height, self.width, self.step, self.stride) < 1:
            raise ModelError(
                f"The description of the model {self.name!r} has a size of "
                f"{self.width} x {self.height}, step {self.step}, stride {self.stride}."
            )


def assumption(spec: ModelSpec) -> str:
    """Say which value range was assumed for a model, and how to specify another.

    Empty if nothing was assumed: the value range cannot be the problem then.
    """
    if "normalization" not in spec.assumed:
        return ""
    others = [name for name in NORMALIZATIONS if name != spec.normalization]
    return (
        f"The file of this model does not say which values it expects; "
        f"{NORMALIZATIONS[spec.normalization]} was assumed. If that is wrong, add it with "
        f"`models add FILE --normalization` and {', '.join(others[:-1])}, or {others[-1]}."
    )


def encode_spec(spec: ModelSpec) -> bytes:
    """Return the description as JSON."""
    return (json.dumps(asdict(spec), indent=2, ensure_ascii=False) + "\n").encode()


def read_spec(path: Path) -> ModelSpec:
    """Read a description; unknown keys are ignored.

    Raises
    ------
    ModelError
        If the file cannot be read or is not a description.
    """
    try:
        values = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"The model's description {path} cannot be read: {error}.",
            "Remove the model and add it again.",
        ) from error
    return spec_from_values(values, path)


def spec_from_values(values: Any, origin: Path) -> ModelSpec:
    """Build a description from parsed JSON, checking the type of each value."""
    if not isinstance(values, dict) or not isinstance(values.get("name"), str):
        raise ModelError(f"{origin} is not a description of a model.")
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
