"""The fields that requests and results share: kinds of arrays and numbers, and the controls."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from matte_core.base.errors import ProtocolError
from matte_core.link.protocol import Array
from matte_core.link.records import FINITE, FRACTIONS, Pixels, Range
from matte_core.link.strokes import Stroke

Byte = Annotated[int, Range(0, 255)]
Color = tuple[Byte, Byte, Byte]
Share = Annotated[float, Range(0, 1)]
RadiusPx = Annotated[int, Range(0)]
Length = Annotated[int, Range(1)]
#: Top, bottom, left and right; bottom and right are the first ones outside.
Edges = tuple[int, int, int, int]
View = Literal[
    "cut-out", "overlay", "black", "white", "color", "background", "matte", "trimap", "original"
]

# Of requests: values that are out of range or not finite are put right by the worker.
ImageArray = Annotated[Array, Pixels(("uint8", "uint16", "float32"), bands=(3,))]
PlaneArray = Annotated[Array, Pixels(("uint8", "float32"))]
SelectionArray = Annotated[Array, Pixels(("uint8",))]
#: What was marked with a brush, or is white in a channel: from 128 on.
MarkedArray = Annotated[Array, Pixels(("uint8",))]
#: A trimap as it is painted on a layer: gray level and opacity.
PaintedArray = Annotated[Array, Pixels(("uint8",), bands=(2,))]
#: What comes behind a subject, with its opacity; it may be reduced.
BackgroundArray = Annotated[Array, Pixels(("uint8",), bands=(4,), has_own_size=True)]

# Of results: what is written into an image must be right.
AlphaArray = Annotated[Array, Pixels(("float32",), floats=FRACTIONS)]
TrimapArray = Annotated[Array, Pixels(("uint8",), levels=bytes((0, 128, 255)))]
ColorsArray = Annotated[Array, Pixels(("uint8", "uint16", "float32"), bands=(3,), floats=FINITE)]
ChangedArray = Annotated[Array, Pixels(("uint8",))]
ClassMapArray = Annotated[Array, Pixels(("uint8",), bands=(3,))]
#: (h, w, 4) where a checkerboard belongs behind the picture.
PictureArray = Annotated[Array, Pixels(("uint8",), bands=(3, 4))]
PartMapArray = Annotated[Array, Pixels(("uint8",), has_own_size=True)]


@dataclass(frozen=True)
class SubjectChoice:
    """What to cut out, and with which model; see `matte_core.segmentation.segment`."""

    subject: str = "auto"
    model: str = ""


@dataclass(frozen=True)
class EdgeControls:
    """How to adjust the edge of an alpha; see `matte_core.matting.edge.adjust_edge`."""

    shift_px: float = 0.0
    smooth_px: float = 0.0
    feather_px: float = 0.0
    contrast: float = 0.0
    threshold: float = 0.0

    def scaled(self, scale: float) -> "EdgeControls":
        """Return the same controls for an image that was resized."""
        lengths = (self.shift_px * scale, self.smooth_px * scale, self.feather_px * scale)
        return EdgeControls(*lengths, self.contrast, self.threshold)


@dataclass(frozen=True)
class Region:
    """A part of an image: its edges as fractions of the image's height and width."""

    top: Share = 0.0
    left: Share = 0.0
    bottom: Share = 1.0
    right: Share = 1.0

    def __post_init__(self) -> None:
        if not (self.top < self.bottom and self.left < self.right):
            raise ProtocolError(f"it has an empty part of the image, {self}")


@dataclass(frozen=True, kw_only=True)
class ViewSettings:
    """The state of a preview: its controls, with lengths in reduced pixels, and its view."""

    choice: SubjectChoice = field(default_factory=SubjectChoice)
    with_selection: bool = False  # look for the subject in the selection only
    radius_px: RadiusPx | None = None  # see `matte_core.trimap.make_trimap`
    edge: EdgeControls = field(default_factory=EdgeControls)
    decontaminate: Share = 1.0
    view: View = "cut-out"
    color: Color = (255, 255, 255)  # what the view "color" shows behind the subject
    is_draft: bool = False  # be quick, with a coarse mask
    # In pixels of the layer at full size, unlike the other lengths.
    strokes: tuple[Stroke, ...] = ()
