"""What the worker can be asked for: one dataclass for each request.

The plug-in makes one, `matte_core.link.client` sends it, a method of `matte_core.worker` receives
it and returns its `result_type`. Those of a preview are in `matte_core.link.preview_requests`.

Images are (H, W, 3) uint8, uint16, or float32, in sRGB; the other arrays are (H, W), of the same
size. If sRGB does not cover the colors of an image, it comes a second time as `colors`: float32 of
any range in its own color space. Alpha is estimated from these.
"""

from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Generic, Literal, TypeVar

from matte_core.base.errors import ProtocolError
from matte_core.link.fields import (
    BackgroundArray,
    EdgeControls,
    Edges,
    ImageArray,
    MarkedArray,
    PaintedArray,
    PlaneArray,
    RadiusPx,
    SelectionArray,
    Share,
    SubjectChoice,
)
from matte_core.link.protocol import Array, Frame
from matte_core.link.records import Range, encode, picture_size
from matte_core.link.results import (
    AlphaResult,
    CheckResult,
    DecontaminateResult,
    RelightResult,
    SegmentResult,
    TrimapResult,
)
from matte_core.link.strokes import Stroke

Result = TypeVar("Result")
_Colors = TypeVar("_Colors", bound=RelightResult)


class Request(Generic[Result]):
    """Base of the requests: what the worker calls them, and what they are answered with."""

    method: ClassVar[str]
    result_type: ClassVar[type[Any]]

    def check(self, result: Result) -> None:
        """Compare a result with this request, as far as its type does not do so.

        Raises
        ------
        ProtocolError
            If an array is missing or has another size, which would end up in the wrong place.
        """
        own, other = picture_size(self), picture_size(result)
        if own is not None and other is not None and own != other:
            raise ProtocolError(f"its arrays are of shape {other}, the image of shape {own}")


@dataclass(frozen=True, kw_only=True)
class _MarkedRequest(Request[Result]):
    """A request about an image in which something may be marked."""

    strokes: tuple[Stroke, ...] = ()  # in pixels of the image
    # (H, W): marked as strokes to keep, to remove and for hair are; strokes come on top.
    keep: MarkedArray | None = None
    remove: MarkedArray | None = None
    unknown: MarkedArray | None = None


@dataclass(frozen=True, kw_only=True)
class _CutRequest(_MarkedRequest[AlphaResult]):
    """What `CutOutRequest` and `MatteRequest` share."""

    result_type = AlphaResult

    image: ImageArray  # (H, W, 3)
    colors: ImageArray | None = None  # (H, W, 3)
    mask: PlaneArray | None = None  # (H, W): multiplied with the alpha
    edge: EdgeControls = field(default_factory=EdgeControls)
    # In [0, 1]: how much of the old background's color to take out of the edge.
    decontaminate: Share = 1.0
    with_foreground: bool = False  # whether to return clean colors
    # Whether these hold nothing of the photo where the alpha and the opacity hide it.
    clears_hidden: bool = False
    opacity: PlaneArray | None = None  # (H, W): the layer's own alpha
    with_background: bool = False  # whether to return the image without the subject
    with_shadow: bool = False  # whether to return the subject's shadow

    def check(self, result: AlphaResult) -> None:
        super().check(result)
        if self.with_background:
            _check_colors(result.background, result.filled, self.colors or self.image)
        if self.with_shadow and result.shadow is None:
            raise ProtocolError("it has no shadow")
        if self.with_foreground:
            _check_colors(result.foreground, result.changed, self.colors or self.image)


@dataclass(frozen=True, kw_only=True)
class CutOutRequest(_CutRequest):
    """Find a subject and estimate its alpha; the selection says roughly where it is."""

    method = "cut_out"

    choice: SubjectChoice = field(default_factory=SubjectChoice)
    selection: SelectionArray | None = None
    radius_px: RadiusPx | None = None
    # Whether the layer keeps its own alpha, as it does beside a layer mask: then the alpha of a
    # layer that is cut out already is 1, so that the two together are what it was.
    is_beside_opacity: bool = False


@dataclass(frozen=True, kw_only=True)
class MatteRequest(_CutRequest):
    """Estimate alpha from a painted trimap; outside its box is background."""

    method = "matte"

    trimap: PaintedArray
    trimap_box: Edges


@dataclass(frozen=True, kw_only=True)
class TrimapRequest(_MarkedRequest[TrimapResult]):
    """Make a trimap of what is found in an image, or of a mask, whose name is shown in errors.

    What is marked counts in an image only.
    """

    method = "trimap"
    result_type = TrimapResult

    image: ImageArray | None = None
    selection: SelectionArray | None = None
    choice: SubjectChoice = field(default_factory=SubjectChoice)
    mask: PlaneArray | None = None
    name: str = "the mask"
    radius_px: RadiusPx | None = None
    shape: str = "ellipse"

    def __post_init__(self) -> None:
        if (self.image is None) == (self.mask is None):
            raise ProtocolError("it has no image and no mask, or both")


@dataclass(frozen=True, kw_only=True)
class SegmentRequest(Request[SegmentResult]):
    """Find a subject without following its edge, or map all classes."""

    method = "segment"
    result_type = SegmentResult

    image: ImageArray
    selection: SelectionArray | None = None
    mask: PlaneArray | None = None
    choice: SubjectChoice = field(default_factory=SubjectChoice)
    # "hard" and "soft" return an alpha, "classes" a map.
    output: Literal["hard", "soft", "classes"] = "hard"

    def check(self, result: SegmentResult) -> None:
        super().check(result)
        if self.output != "classes" and result.alpha is None:
            raise ProtocolError("it has no alpha")
        if self.output == "classes" and (result.map is None or not result.legend):
            raise ProtocolError("it has no map, or no legend")


@dataclass(frozen=True, kw_only=True)
class _ColorsRequest(Request[_Colors]):
    """A request about the colors of a layer that its mask or its opacity cuts out already."""

    image: ImageArray
    colors: ImageArray | None = None
    mask: PlaneArray | None = None
    opacity: PlaneArray | None = None

    def check(self, result: _Colors) -> None:
        super().check(result)
        _check_colors(result.foreground, result.changed, self.colors or self.image)


@dataclass(frozen=True, kw_only=True)
class DecontaminateRequest(_ColorsRequest[DecontaminateResult]):
    """Remove an amount of the old background's color from the edge of a layer."""

    method = "decontaminate"
    result_type = DecontaminateResult

    decontaminate: Share = 1.0  # in [0, 1]
    name: str = "the layer"  # the layer's, for errors


@dataclass(frozen=True, kw_only=True)
class RelightRequest(_ColorsRequest[RelightResult]):
    """Bring the light of a new background onto a subject."""

    method = "relight"
    result_type = RelightResult

    foreground: ImageArray  # (H, W, 3): the clean colors
    background: BackgroundArray  # (h, w, 4) uint8: colors and opacity; it may be reduced
    # Top, left, bottom and right of the image, in pixels of the background.
    place: tuple[float, float, float, float]
    # In [0, 1]: how far to match its colors, and how much of its light to wrap around the edge.
    match: Share = 0.0
    wrap: Share = 0.0
    wrap_px: Annotated[float, Range(0)] = 0.0  # how far that light reaches; 0: automatic


@dataclass(frozen=True)
class CheckRequest(Request[CheckResult]):
    """Ask which packages and models are installed."""

    method = "check"
    result_type = CheckResult


def request_frame(number: int, request: Request[Any]) -> Frame:
    """Return the frame that carries a request."""
    params, arrays = encode(request)
    return Frame("request", {"id": number, "method": request.method, "params": params}, arrays)


def _check_colors(foreground: Array | None, changed: Array | None, source: Array) -> None:
    """Check that clean colors are there, and of the type of those they replace."""
    for name, array in (("foreground", foreground), ("changed", changed)):
        if array is None:
            raise ProtocolError(f"it has no {name}")
    if foreground is not None and foreground.dtype != source.dtype:
        raise ProtocolError(f"its foreground is {foreground.dtype}, not {source.dtype}")
