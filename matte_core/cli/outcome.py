"""What a picture and its alpha become: files, cropped and with their metadata."""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matte_core.batch.framing import SEEN, Frame, Framing
from matte_core.batch.plan import Job
from matte_core.boxes import Box
from matte_core.cli import placement
from matte_core.compositing import over_shadow
from matte_core.cutting import CutOut
from matte_core.files import Metadata, Picture, encode
from matte_core.files.color import is_srgb
from matte_core.files.writing import TRANSPARENT, quantize, stack_alpha
from matte_core.images import Alpha, Image
from matte_core.matting import clear_hidden

_PNG = "PNG"


def kind_of(path: Path) -> str:
    """Return the format of a result, by the extension of its name."""
    return TRANSPARENT.get(path.suffix.lower(), _PNG)


def with_shadow(found: CutOut, picture: Picture) -> tuple[Image, Alpha]:
    """Return the colors and the alpha of a cut-out, over its shadow if that was kept."""
    if found.shadow is None or not found.alpha.any():
        return found.foreground, found.alpha
    cast = found.shadow.alpha
    cast = cast if picture.alpha is None else cast * picture.alpha
    return over_shadow(found.foreground, found.alpha, cast)


class Outcome:
    """The results for one picture.

    Parameters
    ----------
    picture : Picture
    alpha : (H, W) float32, [0, 1]
        Not above the picture's own.
    args : Namespace
        With the options of `options.add_files`.
    framing : Framing, optional
        How to crop; by default not at all.
    box : (left, top, right, bottom), optional
        What to crop to; by default, what is seen.
    """

    def __init__(
        self,
        picture: Picture,
        alpha: Alpha,
        args: argparse.Namespace,
        framing: Framing | None = None,
        box: tuple[int, int, int, int] | None = None,
    ) -> None:
        self.picture = picture
        self.alpha = alpha
        self._metadata = picture.metadata.kept(args.metadata)
        seen = Box.around(alpha > SEEN)
        if box is None and seen is not None:
            box = seen.left, seen.top, seen.right, seen.bottom
        self.box = box
        self.frame = framing.around(self.box) if framing and self.box else None

    def cut_out(self, foreground: Image, path: Path) -> bytes:
        """Return the file of the cut-out; nothing of the photo is under its transparent pixels."""
        return self._encoded(self.pixels(foreground), path, self._metadata)

    def pixels(self, foreground: Image) -> NDArray[Any]:
        """Return the cut-out, cropped, as (H, W, 2) or (H, W, 4) integers."""
        colors, alpha, frame = foreground, self.alpha, self.frame
        if frame is not None:
            colors, alpha = placement.scale_to(colors, alpha, self._scaled_size(frame))
            colors, alpha = placement.framed(colors, frame), placement.framed(alpha, frame)
        picture = self.picture
        colors = clear_hidden(quantize(colors, is_deep=picture.is_deep), alpha)[0]
        return stack_alpha(colors, alpha, is_gray=picture.is_gray and picture.has_gray_profile)

    def plane(self, values: NDArray[Any], path: Path, *, is_hard: bool = False) -> bytes:
        """Return the file of an alpha, mask, or trimap; `is_hard` keeps its levels as they are."""
        frame = self.frame
        if frame is not None:
            values = placement.plane_to(values, self._scaled_size(frame), is_hard=is_hard)
            values = placement.framed(values, frame)
        if values.dtype != np.uint8:
            values = quantize(values, is_deep=self.picture.is_deep and not is_hard)
        return self._encoded(values, path, Metadata(self._metadata.dpi))

    def describe(self) -> dict[str, Any]:
        """Return what is seen of the subject, as plain values for --json."""
        height, width = self.alpha.shape
        left, top, right, bottom = self.box or (0, 0, 0, 0)
        edges = {
            "top": top == 0,
            "left": left == 0,
            "bottom": bottom == height,
            "right": right == width,
        }
        values: dict[str, Any] = {
            "box": [left, top, right, bottom],
            "share": round(float(self.alpha.mean()), 4),
            "touches": [edge for edge, is_touched in edges.items() if self.box and is_touched],
        }
        if self._offset_px:
            values["offset"] = {"x": self._offset_px[1], "y": self._offset_px[0]}
        return values

    def notes(self, job: Job) -> list[str]:
        """Return what was left out of the files, or changed, without being asked for."""
        kinds = {kind_of(path) for path in job.results.values()}
        notes = list(self.picture.notes)
        if "WebP" in kinds:
            if self.picture.is_deep:
                notes.append("WebP has 8 bits per channel; the other 8 are left out.")
            if self._metadata.iptc:
                notes.append("WebP has no place for IPTC data, which is left out.")
        if "GIF" in kinds:
            notes += self._notes_on_gif()
        return notes

    def _notes_on_gif(self) -> list[str]:
        notes = ["GIF has no soft edges: alpha is cut at one half. PNG and WebP keep it."]
        if self.picture.is_deep:
            notes.append("GIF has 8 bits per channel; the other 8 are left out.")
        if self._metadata.exif or self._metadata.iptc or self._metadata.xmp:
            notes.append("GIF has no place for metadata, which is left out.")
        if not is_srgb(self.picture.icc_profile):
            notes.append("GIF has no place for a color profile, so the colors may look different.")
        return notes

    @property
    def _offset_px(self) -> tuple[int, int] | None:
        """Where the result was cropped from; None if it was not, or if it was scaled."""
        frame = self.frame
        return (frame.top, frame.left) if frame is not None and frame.scale == 1 else None

    def _scaled_size(self, frame: Frame) -> tuple[int, int]:
        height, width = self.alpha.shape
        return max(round(height * frame.scale), 1), max(round(width * frame.scale), 1)

    def _encoded(self, pixels: NDArray[Any], path: Path, metadata: Metadata) -> bytes:
        return encode(
            kind_of(path),
            pixels,
            icc_profile=self.picture.icc_profile,
            metadata=metadata,
            offset_px=self._offset_px,
        )
