"""Animations: their frames one by one, how long each is shown, and how often all of them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import ImageFile

from matte_core.files.metadata import orientation
from matte_core.files.opening import decoding, open_file
from matte_core.files.pixels import as_image, split, upright
from matte_core.images import Float32, Image

FOREVER = 0


@dataclass(frozen=True)
class Still:
    """One frame, as it is shown: with what earlier frames have left behind."""

    image: Image  # (H, W, 3) uint8, sRGB
    alpha: Float32 | None  # (H, W) float32, [0, 1]; None if all of it is opaque
    milliseconds: float  # how long it is shown; of 0, viewers make something of their own


@dataclass(frozen=True)
class Animation:
    """The frames of a GIF, PNG, WebP, or AVIF file."""

    count: int  # the number of frames, at least 2
    plays: int  # how often all are shown, or `FOREVER`
    note: str  # what to tell the user where only one picture of the file is used
    _data: bytes
    _name: str
    _first: int
    _max_megapixels: float

    def frames(self) -> Iterator[Still]:
        """Read the frames one at a time; none is kept.

        Raises
        ------
        FileError
            If a frame is damaged.
        """
        kind, opened = open_file(self._data, self._name, self._max_megapixels)
        size = opened.size
        for number in range(self._first, self._first + self.count):
            with decoding(self._name, kind):
                opened.seek(number)
                # A frame of a GIF may reach beyond the picture; viewers do not show that.
                shown = opened.convert("RGBA").crop((0, 0, *size))
                # Some formats say it only once a frame is decoded.
                milliseconds = max(float(opened.info.get("duration") or 0), 0.0)
                colors, alpha = split(upright(np.asarray(shown), orientation(opened)))
            yield Still(as_image(colors), alpha, milliseconds)


def animation_of(
    opened: ImageFile.ImageFile, kind: str, data: bytes, name: str, max_megapixels: float
) -> Animation | None:
    """Return the animation in an opened file; None if there is none."""
    is_apart = bool(getattr(opened, "default_image", False))
    count = int(getattr(opened, "n_frames", 1)) - is_apart
    if kind not in ("PNG", "WebP", "AVIF", "GIF") or count + is_apart < 2:
        return None
    which = "the picture that is shown without animation" if is_apart else "the first one"
    note = f"It has {count} frames; only {which} is used."
    plays = _plays(opened, kind)
    return Animation(count, plays, note, data, name, int(is_apart), max_megapixels)


def _plays(opened: ImageFile.ImageFile, kind: str) -> int:
    loop = opened.info.get("loop")
    if kind == "GIF":
        # It counts how often the frames are shown again; without it, they are shown once.
        return 1 if loop is None else FOREVER if loop == 0 else int(loop) + 1
    return int(loop or FOREVER)
