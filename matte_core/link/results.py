"""What the worker can answer: one dataclass for each result."""

from dataclasses import dataclass
from typing import Annotated

from matte_core.base.errors import ProtocolError
from matte_core.link.fields import (
    AlphaArray,
    ChangedArray,
    ClassMapArray,
    Color,
    ColorsArray,
    PartMapArray,
    PictureArray,
    Share,
    TrimapArray,
)
from matte_core.link.parts import FoundPart
from matte_core.link.records import Range, Text


@dataclass(frozen=True)
class LegendEntry:
    """A class on a class map: its name, its color there, and its share of the image."""

    name: str
    color: Color
    share: Share


@dataclass(frozen=True)
class NoResult:
    """Done; there is nothing to return."""


@dataclass(frozen=True, kw_only=True)
class AlphaResult:
    """An alpha, and clean colors where they were asked for.

    Attributes
    ----------
    alpha : (H, W) float32, [0, 1]
    foreground : (H, W, 3)
        The type and color space of the request's `colors`, or else of its `image`.
    changed : (H, W) uint8
        255 where the foreground differs from the image, else 0.
    background : (H, W, 3)
        The image without the subject, whose place is filled; of the same type.
    filled : (H, W) uint8
        255 where the background differs from the image, else 0.
    shadow : (H, W) float32, [0, 1]
        The alpha of a black layer below the subject.
    has_shadow : bool
        Whether there is one; if not, the note says why.
    box : tuple of int, optional
        Left, top, right, and bottom of what is seen; the last two are the first ones outside.
    note : str
        A remark for the user; empty for none.
    unknown_share : float
        How much of the trimap was unknown.
    seconds : float
        How long it took.
    """

    alpha: AlphaArray
    foreground: ColorsArray | None = None
    changed: ChangedArray | None = None
    background: ColorsArray | None = None
    filled: ChangedArray | None = None
    shadow: AlphaArray | None = None
    has_shadow: bool = False
    box: tuple[int, int, int, int] | None = None
    note: Text
    unknown_share: Share = 0.0
    seconds: Annotated[float, Range(0)] = 0.0

    def __post_init__(self) -> None:
        if self.box is not None:
            _check_box(self.box, self.alpha.shape)


@dataclass(frozen=True, kw_only=True)
class TrimapResult:
    """A trimap, (H, W) uint8, {0, 128, 255}, and how much of it is unknown."""

    trimap: TrimapArray
    note: Text
    unknown_share: Share


@dataclass(frozen=True)
class FoundThing:
    """One of the single things that make up a subject."""

    name: str  # what it is
    subject: str  # how to ask for it
    center: tuple[float, float]  # x and y of the middle of its box, in pixels


@dataclass(frozen=True, kw_only=True)
class SegmentResult:
    """A mask as an alpha, or a map of all classes with its legend, the largest class first."""

    alpha: AlphaArray | None = None  # (H, W) float32, [0, 1]
    map: ClassMapArray | None = None  # (H, W, 3) uint8
    legend: tuple[LegendEntry, ...] = ()
    things: tuple[FoundThing, ...] = ()  # what the subject consists of, from left to right
    note: Text


@dataclass(frozen=True, kw_only=True)
class RelightResult:
    """Colors of a subject; `foreground` and `changed` are as in `AlphaResult`."""

    foreground: ColorsArray
    changed: ChangedArray


@dataclass(frozen=True, kw_only=True)
class DecontaminateResult(RelightResult):
    """Clean colors, and the box of the visible part of the subject.

    Attributes
    ----------
    box : tuple of int
        Left, top, right and bottom; the last two are the first ones outside.
    """

    box: tuple[int, int, int, int]

    def __post_init__(self) -> None:
        _check_box(self.box, self.foreground.shape)


@dataclass(frozen=True)
class CheckResult:
    """What is installed: packages with their versions, and models."""

    packages: tuple[tuple[str, str], ...]
    models: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ViewResult:
    """What a preview shows, and the parts that were found in the image."""

    picture: PictureArray  # (h, w, 3) uint8, or (h, w, 4) where a checkerboard belongs behind it
    # (i, j) uint8, any size: which part is where in the whole image: numbers from 1 on, 0 for
    # nothing.
    map: PartMapArray | None = None
    parts: tuple[FoundPart, ...]
    note: Text

    def __post_init__(self) -> None:
        if len({part.name for part in self.parts}) < len(self.parts):
            raise ProtocolError("its list of parts has the same name twice")
        if self.map is not None and max(bytes(self.map.data)) > len(self.parts):
            raise ProtocolError("its map refers to parts that are not in the list")


def _check_box(box: tuple[int, int, int, int], shape: tuple[int, ...]) -> None:
    left, top, right, bottom = box
    if not (0 <= left < right <= shape[1] and 0 <= top < bottom <= shape[0]):
        raise ProtocolError(f"its box {box} is not within {shape[1]} x {shape[0]} pixels")
