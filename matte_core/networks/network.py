"""Run a model: from a part of a picture to class scores on the model's grid."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from matte_core.base.errors import ModelError
from matte_core.boxes import Box
from matte_core.catalog.spec import ModelSpec
from matte_core.images import Float32, Image, resized
from matte_core.networks.grid import Grid, ScoreField
from matte_core.networks.session import Session

_IMAGENET_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_IMAGENET_DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)
_TINY = 1e-6


class Network:
    """A loaded model: its description and its session.

    Parameters
    ----------
    spec : ModelSpec
        How it is fed and read.
    session : Session
    """

    def __init__(self, spec: ModelSpec, session: Session) -> None:
        self.spec = spec
        self.session = session
        self._dtype = session.dtype

    def score(self, image: Image, box: Box) -> ScoreField:
        """Score the part of the picture within `box`.

        Parameters
        ----------
        image : (H, W, 3) uint8 or float in [0, 1], sRGB
        box : Box
            In picture pixels, within the picture.

        Returns
        -------
        ScoreField
            Log scores, up to a constant per cell.
        """
        return self.score_part(image[box.slices], box)

    def score_part(self, part: Image, box: Box, long_side_px: int | None = None) -> ScoreField:
        """Score a part of a picture, at whatever size, that shows what is in `box`; see `score`.

        `long_side_px` is how many pixels the model sees along the box's longer side, where its size
        is free; by default the size it works best at.
        """
        (height, width), (seen_height, seen_width) = self._sizes(box, long_side_px)
        canvas = self._normalize(resized(part, seen_height, seen_width), height, width)
        tensor = canvas[None] if self.spec.layout == "NHWC" else canvas.transpose(2, 0, 1)[None]
        answer = self.session.run(np.ascontiguousarray(tensor))
        values = self._log_scores(answer)
        grid = Grid.of_pass(
            box,
            seen=(seen_height, seen_width),
            fed=(height, width),
            cells=(values.shape[1], values.shape[2]),
            align_corners=self.spec.align_corners,
        )
        stride = max(self.spec.stride, height / values.shape[1])
        scale = max(box.height / seen_height, box.width / seen_width)
        return ScoreField(values, grid, stride * scale)

    def _sizes(self, box: Box, long_side_px: int | None) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return how many rows and columns are fed, and how many of them the box takes.

        A free size is chosen to fit the box, so that nothing is wasted on a border; a fixed
        one is filled up with gray, since squashing costs more where a model was not trained so.
        """
        spec = self.spec
        if spec.is_squashed:
            size = (spec.height, spec.width)
            if spec.is_free:
                side = max(1, round((long_side_px or spec.height) / spec.step)) * spec.step
                size = (side, side)
            return size, size
        if not spec.is_free:
            scale = min(spec.height / box.height, spec.width / box.width)
            seen = (max(1, round(box.height * scale)), max(1, round(box.width * scale)))
            return (spec.height, spec.width), seen
        scale = (long_side_px or max(spec.height, spec.width)) / max(box.height, box.width)
        extra = 1 if spec.align_corners and spec.step > 1 else 0

        def fed(length: int) -> int:
            steps = max(1, round((length * scale - extra) / spec.step))
            return steps * spec.step + extra

        size = (fed(box.height), fed(box.width))
        return size, size

    def _normalize(self, part: Image, height: int, width: int) -> NDArray[Any]:
        """Return the picture as the model expects it, on a canvas of the size it is fed."""
        to_bytes = np.float32(1 if part.dtype == np.uint8 else 255)
        values = part.astype(np.float32) * to_bytes
        match self.spec.normalization:
            case "bytes":
                values, neutral = values, np.float32(127.5)
            case "unit":
                values, neutral = values / 255, np.float32(0.5)
            case "signed":
                values, neutral = values / 127.5 - 1, np.float32(0)
            case "centered":
                values, neutral = values / 255 - np.float32(0.5), np.float32(0)
            case "imagenet-mean":
                values, neutral = values / 255 - _IMAGENET_MEAN, np.float32(0)
            case kind:
                peak = 255 if kind == "imagenet" else max(float(values.max()), _TINY)
                values = (values / np.float32(peak) - _IMAGENET_MEAN) / _IMAGENET_DEVIATION
                neutral = np.float32(0)
        if self.spec.color_order == "BGR":
            values = values[..., ::-1]
        if self._dtype == np.uint8:
            values = np.rint(values)
        if part.shape[:2] == (height, width):
            return values.astype(self._dtype)
        canvas = np.full((height, width, 3), neutral, self._dtype)
        canvas[: part.shape[0], : part.shape[1]] = values
        return canvas

    def _log_scores(self, answer: NDArray[Any]) -> Float32:
        """Return the answer as (C, h, w) log scores, background first."""
        spec = self.spec
        planes = answer
        while planes.ndim > 2 and planes.shape[0] == 1:
            planes = planes[0]
        if planes.ndim == 3 and spec.output_layout == "NHWC":
            planes = planes.transpose(2, 0, 1)
        if planes.ndim not in (2, 3):
            raise ModelError(f"The model answers with an array of shape {answer.shape}.")
        match spec.output_type:
            case "labels":
                labels = planes if planes.ndim == 2 else planes[0]
                held = np.arange(len(spec.classes))[:, None, None] == labels
                return np.log(
                    np.where(held, 0.98, 0.02 / max(len(spec.classes), 2)), dtype=np.float32
                )
            case "saliency" | "saliency-logits":
                plane = (planes if planes.ndim == 2 else planes[0]).astype(np.float32)
                if spec.output_type == "saliency-logits":
                    plane = 1 / (1 + np.exp(-np.clip(plane, -30, 30)))
                if spec.is_stretched:
                    least, most = float(plane.min()), float(plane.max())
                    plane = (plane - least) / max(most - least, _TINY)
                subject = np.clip(plane, _TINY, 1 - _TINY)
                return np.stack([np.log(1 - subject), np.log(subject)])
            case "probabilities":
                return np.log(np.clip(planes.astype(np.float32), _TINY, 1))
            case _:
                return np.ascontiguousarray(planes, np.float32)
