"""Brush strokes on a photo: what a person says belongs to the subject, and what does not."""

from dataclasses import dataclass
from typing import Annotated, Literal

from matte_core.base.errors import ProtocolError
from matte_core.link.records import Range

StrokeKind = Literal["keep", "remove", "hair", "erase"]


@dataclass(frozen=True)
class Stroke:
    """One stroke of a round brush.

    Strokes apply in order: each replaces what earlier ones marked below it, and "erase" leaves
    nothing marked.

    Attributes
    ----------
    kind : str
        "keep": this belongs to the subject. "remove": this does not. "hair": look for soft edges
        here. "erase": forget the strokes here.
    radius_px : float
        Of the brush, in pixels of the layer at full size.
    points : tuple of (float, float)
        x and y of a line that the center of the brush follows, at least one point, in pixels of
        the layer at full size: the center of the pixel at its upper left is (0.5, 0.5). Points
        may lie outside the layer. A header carries some 50,000 of them.
    """

    kind: StrokeKind
    radius_px: Annotated[float, Range(0)]
    points: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        if not self.points:
            raise ProtocolError("it has a stroke without points")
