"""The requests for the one preview that a dialog shows; see `matte_core.link.requests`."""

from dataclasses import dataclass

from matte_core.base.errors import ProtocolError
from matte_core.link.fields import (
    EdgeControls,
    Edges,
    ImageArray,
    Length,
    PaintedArray,
    PlaneArray,
    Region,
    SelectionArray,
    ViewSettings,
)
from matte_core.link.protocol import Array
from matte_core.link.requests import Request
from matte_core.link.results import NoResult, ViewResult


@dataclass(frozen=True, kw_only=True)
class PreviewOpenRequest(Request[NoResult]):
    """Hand over the reduced image of a preview, with the selection or a painted trimap."""

    method = "preview_open"
    result_type = NoResult

    image: ImageArray  # (h, w, 3)
    opacity: PlaneArray | None = None  # (h, w): the layer's own alpha
    selection: SelectionArray | None = None  # (h, w)
    trimap: PaintedArray | None = None
    trimap_box: Edges | None = None
    # Height and width of the layer, whose pixels strokes are given in; by default the image's.
    full_size: tuple[Length, Length] | None = None

    def __post_init__(self) -> None:
        _check_trimap(self.trimap, self.trimap_box)


@dataclass(frozen=True, kw_only=True)
class PreviewBackgroundRequest(Request[NoResult]):
    """Hand over the image, or the path of one, that a preview shows the subject on."""

    method = "preview_background"
    result_type = NoResult

    image: ImageArray | None = None
    path: str = ""

    def __post_init__(self) -> None:
        if (self.image is None) == (not self.path):
            raise ProtocolError("it has no image and no path, or both")


@dataclass(frozen=True)
class PreviewRequest(Request[ViewResult]):
    """Show a view of the whole image."""

    method = "preview"
    result_type = ViewResult

    settings: ViewSettings


@dataclass(frozen=True, kw_only=True)
class PreviewDetailRequest(Request[ViewResult]):
    """Show a view of a region at full size."""

    method = "preview_detail"
    result_type = ViewResult

    image: ImageArray  # (H, W, 3): the region
    region: Region
    settings: ViewSettings  # as for the reduced image
    edge: EdgeControls  # in pixels of the full size
    # The painted trimap of the region; by default, that of the reduced image is used.
    trimap: PaintedArray | None = None
    trimap_box: Edges | None = None

    def __post_init__(self) -> None:
        _check_trimap(self.trimap, self.trimap_box)


def _check_trimap(trimap: Array | None, box: Edges | None) -> None:
    if (trimap is None) != (box is None):
        raise ProtocolError("it has a trimap without a box, or a box without a trimap")
