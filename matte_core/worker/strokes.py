"""Brush strokes to marked pixels."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.link.protocol import Array
from matte_core.link.strokes import Stroke
from matte_core.marks import Marks
from matte_core.worker.arrays import to_numpy

_LABELS = {"erase": 0, "keep": 1, "remove": 2, "hair": 3}
_SHIFT = 4  # OpenCV takes coordinates in 16ths of a pixel
_FARTHEST_PX = 1e6  # which it still takes
_WIDEST_PX = 32767


def draw_strokes(
    strokes: Sequence[Stroke],
    shape: tuple[int, int],
    scale: tuple[float, float] = (1.0, 1.0),
    corner: tuple[float, float] = (0.0, 0.0),
) -> Marks | None:
    """Draw strokes on an image, or on a part of it; return None where nothing is marked.

    Parameters
    ----------
    strokes : sequence of Stroke
    shape : (H, W)
        Of the image.
    scale : (float, float)
        Its pixels per pixel of the layer at full size, down and across.
    corner : (float, float)
        Row and column of its upper left corner in the layer at full size.
    """
    labels = np.zeros(shape, np.uint8)
    for stroke in strokes:
        _draw(labels, stroke, scale, corner)
    return _marks(labels)


def read_marks(
    strokes: Sequence[Stroke],
    shape: tuple[int, ...],
    keep: Array | None,
    remove: Array | None,
    unknown: Array | None,
) -> Marks | None:
    """Return what planes mark, with strokes on top of them.

    Raises
    ------
    InputError
        If planes mark a pixel both to keep and to remove.
    """
    size = (shape[0], shape[1])
    planes = [None if one is None else to_numpy(one) > 127 for one in (keep, remove, unknown)]
    marks = Marks.of(size, *planes)
    if marks is None:
        return draw_strokes(strokes, size)
    labels = np.zeros(size, np.uint8)
    for name, plane in (("hair", marks.unknown), ("remove", marks.remove), ("keep", marks.keep)):
        labels[plane] = _LABELS[name]
    for stroke in strokes:
        _draw(labels, stroke, (1.0, 1.0), (0.0, 0.0))
    return _marks(labels)


def _marks(labels: NDArray[np.uint8]) -> Marks | None:
    if not labels.any():
        return None
    return Marks(*(labels == _LABELS[name] for name in ("keep", "remove", "hair")))


def _draw(
    labels: NDArray[np.uint8],
    stroke: Stroke,
    scale: tuple[float, float],
    corner: tuple[float, float],
) -> None:
    label = _LABELS[stroke.kind]
    points = np.clip(np.asarray(stroke.points, np.float64), -_FARTHEST_PX, _FARTHEST_PX)
    points = (points - corner[::-1]) * scale[::-1] - 0.5  # OpenCV counts from pixel centers
    points = np.clip(points, -_FARTHEST_PX, _FARTHEST_PX)
    places = np.rint(points * (1 << _SHIFT)).astype(np.int32)
    radius = min(stroke.radius_px, _WIDEST_PX / 2) * (scale[0] * scale[1]) ** 0.5
    if len(places) > 1:
        # A line of OpenCV is as wide as a whole number of pixels, and round at its ends.
        width = min(max(1, round(2 * radius)), _WIDEST_PX)
        cv2.polylines(labels, [places.reshape(-1, 1, 2)], False, label, width, cv2.LINE_8, _SHIFT)
    else:
        across, down = places[0].tolist()
        size = max(radius - 0.5, 0.0)  # the pixel at the center has a radius of its own
        cv2.circle(
            labels, (across, down), round(size * (1 << _SHIFT)), label, -1, cv2.LINE_8, _SHIFT
        )
