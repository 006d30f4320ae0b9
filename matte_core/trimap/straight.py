"""Straight edges that are hardly seen: the whole line is, where no pixel of it is.

Where a face of a box hardly differs from the wall, the outline that a model draws is wavy, and
colors do not say how to straighten it: one pixel tells a difference of 10 steps from noise no
better than from nothing. Averaged along a hundred pixels the same difference is ten times as
clear. So each nearly straight side of the outline is compared with all lines near it. Where one of
them is an edge of the picture, as strong along all of it, and the only one there, the unknown
region is narrowed to that line.

Edges that matting sees are left to it, and so is whatever has texture on either side.

References
----------
Canny: A Computational Approach to Edge Detection. PAMI 1986 (the derivative of a Gaussian is the
filter that finds a step in noise best).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.images import BACKGROUND, FOREGROUND, UNKNOWN, Float32, Image, Mask, Trimap

# Differences of color are in steps of 8 bits.
_LEAST_SIDE_PX = 40.0  # length of a side
_LEAST_SIDE = 5.0  # the same in half widths of the unknown region
_REACH = 1.2  # how far from the outline a line is looked for, in such half widths
_SAMPLES = 240  # along a side, at most
_PIECES = 6  # of a side; each must show the edge
_CONTRAST = 4.0, 20.0  # of an edge: below there may be none, above matting finds it
_SURELY = 10.0  # the contrast in standard errors, at least
# Shares of the line's contrast:
_PIECE_SHARE = 0.6  # that each piece must have
_OTHER_SHARE = 0.45  # that no other line beside it may have
_TEXTURE = 0.5  # that another edge beside one of its pieces may have
_ONWARD_SHARE = 0.75  # that a piece beyond the side's ends must have, for the line to go on there
# How far from the line pixels stay unknown, where it is sharp; where its edge is soft, in units of
# that.
_KEEP_PX = 2.0

_DEPTH_SIDE_PX = 1024  # of the picture that the unknown region's width is measured on
_SIGMA = 1.5  # of the edge filter, in samples across
_WINGS = 5  # how far the filter reaches
_LEAST_PIECE_PX = 8.0
_MOST_PIECES = 32
_CLEAR = 3.0  # in each row, of the contrast that matting needs on the average


@dataclass(frozen=True)
class _Side:
    """A nearly straight part of the outline."""

    # (2,) float: x and y.
    start: NDArray[np.float64]
    end: NDArray[np.float64]
    half_px: float  # half the width of the unknown region there

    @property
    def length(self) -> float:
        return float(np.linalg.norm(self.end - self.start))

    @property
    def normal(self) -> NDArray[np.float64]:
        """The unit vector across, (2,)."""
        x, y = (self.end - self.start) / self.length
        return np.array([-y, x])

    def moved(self, at_start: float, at_end: float) -> "_Side":
        """Return the side with its ends moved across it, in pixels."""
        return _Side(
            self.start + at_start * self.normal, self.end + at_end * self.normal, self.half_px
        )


def narrow_at_straight_edges(trimap: Trimap, mask: Mask, image: Image) -> Trimap:
    """Narrow the unknown region to straight edges that are too faint for matting.

    Parameters
    ----------
    trimap : (H, W) uint8, {0, 128, 255}
    mask : (H, W) bool
        What the trimap was made from.
    image : (H, W, 3) uint8 or float in [0, 1], sRGB

    Returns
    -------
    (H, W) uint8, {0, 128, 255}
        Known pixels keep their value.
    """
    narrowed = trimap
    for side in _sides(trimap, mask):
        found = _line_near(side, image)
        if found is None:
            continue
        line, step = found
        if narrowed is trimap:
            narrowed = trimap.copy()
        _narrow(narrowed, line, mask, _KEEP_PX * step)
    return narrowed


def _sides(trimap: Trimap, mask: Mask) -> Iterator[_Side]:
    """Yield the long sides of the outline, drawn as a polygon."""
    unknown = (trimap == UNKNOWN).view(np.uint8)
    if not unknown.any():
        return
    cell = max(1, max(trimap.shape) // _DEPTH_SIDE_PX)
    depth = cell * cv2.distanceTransform(unknown[::cell, ::cell].copy(), cv2.DIST_L2, 3)
    contours, _ = cv2.findContours(mask.view(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    for contour in contours:
        points = contour[:, 0]
        depths = depth[points[:, 1] // cell, points[:, 0] // cell]
        half_px = float(np.median(depths))
        if half_px < 2 or len(points) < _LEAST_SIDE_PX:
            continue
        corners = cv2.approxPolyDP(contour, half_px, closed=True)[:, 0].astype(np.float64)
        for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
            length = float(np.linalg.norm(end - start))
            # Near its ends a side turns into the next one.
            inner = half_px / max(length, 1e-6)
            if length - 2 * half_px < max(_LEAST_SIDE_PX, _LEAST_SIDE * half_px):
                continue
            along = end - start
            yield _Side(start + inner * along, end - inner * along, half_px)


def _line_near(side: _Side, image: Image) -> tuple[_Side, float] | None:
    """Return the only line near a side that is an edge of the picture, and its sharpness in pixels.

    None without one. It is looked for among few samples, and then closer, as far as the edge is
    sharp enough to be seen there.
    """
    reach = _REACH * side.half_px
    step = max(1.0, reach / 16)
    found = _fitted(side, image, reach, step)
    if found is None:
        return None
    while step > 1:
        finer = max(1.0, step / 3)
        closer = _fitted(found[0], image, 3 * step, finer)
        if closer is None:
            break
        found, step = closer, finer
    return _extended(*found, image, step), step


def _fitted(side: _Side, image: Image, reach: float, step: float) -> tuple[_Side, Float32] | None:
    """Return the line within reach of a side, and its step of color, (3,); None without one."""
    strip = _strip(side, image, reach + _WINGS * step, step)
    if strip is None:
        return None
    edges = _edge_filtered(strip)
    if np.median(np.linalg.norm(edges, axis=2).max(axis=1)) > _CLEAR * _CONTRAST[1]:
        return None  # matting sees it
    best = _best_line(edges)
    step_of_color = None if best is None else _evidence(edges, best)
    if best is None or step_of_color is None:
        return None
    middle = (edges.shape[1] - 1) / 2
    line = side.moved((best[0] - middle) * step, (best[1] - middle) * step)
    return line, step_of_color


def _extended(line: _Side, step_of_color: Float32, image: Image, step: float) -> _Side:
    """Return a line as far beyond its ends as the picture shows it there."""
    ends = [line.start, line.end]
    contrast = float(np.linalg.norm(step_of_color))
    for k, (end, other) in enumerate(((line.start, line.end), (line.end, line.start))):
        onward = (end - other) / line.length * max(_LEAST_PIECE_PX, line.half_px / 2)
        for count in range(1, _MOST_PIECES):
            start, stop = end + (count - 1) * onward, end + count * onward
            piece = _Side(start, stop, line.half_px) if k else _Side(stop, start, line.half_px)
            strip = _strip(piece, image, 2 * _WINGS * step, step)
            if strip is None:
                break
            seen = _edge_filtered(strip)[:, _WINGS].mean(axis=0)
            share = float(seen @ step_of_color) / contrast**2
            differs = float(np.linalg.norm(seen - step_of_color)) / contrast
            if share < _ONWARD_SHARE or differs > 2 * (1 - _ONWARD_SHARE):
                break
            ends[k] = stop
    return _Side(ends[0], ends[1], line.half_px)


def _strip(side: _Side, image: Image, reach: float, step: float) -> Float32 | None:
    """Sample the surroundings of a side, (along, across, 3), in steps of 8 bits.

    None where they reach beyond the image.
    """
    count = int(min(_SAMPLES, side.length))
    half = math.ceil(reach / step)
    shares = (np.arange(count) + 0.5) / count
    across = np.arange(-half, half + 1) * step
    places = (
        side.start + shares[:, None, None] * (side.end - side.start) + across[:, None] * side.normal
    ).astype(np.float32)
    low, high = places.reshape(-1, 2).min(axis=0), places.reshape(-1, 2).max(axis=0)
    if low.min() < 0 or high[0] > image.shape[1] - 1 or high[1] > image.shape[0] - 1:
        return None
    left, top = np.floor(low).astype(int)
    right, bottom = np.ceil(high).astype(int) + 1
    part: NDArray[Any] = image[top:bottom, left:right].astype(np.float32)
    if image.dtype != np.uint8:
        part *= 255
    if step > 1:
        part = cv2.blur(part, (round(step), round(step)))
    places -= np.array([left, top], np.float32)
    sampled = cv2.remap(
        part,
        np.ascontiguousarray(places[..., 0]),
        np.ascontiguousarray(places[..., 1]),
        cv2.INTER_LINEAR,
    )
    return np.asarray(sampled, np.float32)


def _edge_filtered(strip: Float32) -> Float32:
    """Return the step of color across, (along, across, 3): a sharp one has its own height."""
    offsets = np.arange(-_WINGS, _WINGS + 1)
    kernel = np.asarray(offsets * np.exp(-(offsets**2) / (2 * _SIGMA**2)), np.float32)
    kernel = kernel / kernel[offsets > 0].sum()
    planes = [cv2.filter2D(np.ascontiguousarray(strip[..., k]), -1, kernel[None]) for k in range(3)]
    return np.asarray(np.stack(planes, axis=-1)[:, _WINGS:-_WINGS], np.float32)


def _along(edges: Float32, at_start: Float32, at_end: Float32) -> Float32:
    """Return what lies along lines, (lines, along, 3); their ends count samples across."""
    count, width = edges.shape[:2]
    shares = (np.arange(count, dtype=np.float32) + 0.5) / count
    places = at_start[:, None] + (at_end - at_start)[:, None] * shares
    low = np.clip(np.floor(places).astype(np.intp), 0, width - 2)
    rest = np.clip(places - low, 0, 1)[..., None]
    rows = np.arange(count)
    return np.asarray(edges[rows, low] * (1 - rest) + edges[rows, low + 1] * rest, np.float32)


def _best_line(edges: Float32) -> tuple[float, float] | None:
    """Return where the strongest line begins and ends, in samples across."""
    width = edges.shape[1]
    if width < 3:
        return None
    # A running sum of the rows would not follow slanted lines, so all of them are added up.
    ends = np.arange(width, dtype=np.float32)
    starts = np.repeat(ends, width)
    stops = np.tile(ends, width)
    thin = edges[:: max(1, len(edges) // 80)]
    strength = np.linalg.norm(_along(thin, starts, stops).mean(axis=1), axis=1)
    best = int(strength.argmax())
    start, stop = starts[best], stops[best]
    fine = np.linspace(-1, 1, 11, dtype=np.float32)
    starts, stops = start + np.repeat(fine, 11), stop + np.tile(fine, 11)
    strength = np.linalg.norm(_along(edges, starts, stops).mean(axis=1), axis=1)
    best = int(strength.argmax())
    return float(starts[best]), float(stops[best])


def _evidence(edges: Float32, fitted: tuple[float, float]) -> Float32 | None:
    """Return the step of color at a line, (3,), if it is there along all of it and nowhere else."""
    start, stop = fitted
    width = edges.shape[1]
    if not (0 < start < width - 1 and 0 < stop < width - 1):
        return None
    along = _along(edges, np.array([start], np.float32), np.array([stop], np.float32))[0]
    mean = along.mean(axis=0)
    contrast = float(np.linalg.norm(mean))
    low, high = _CONTRAST
    if not low * math.sqrt(3) <= contrast <= high * math.sqrt(3):
        return None
    projected = along @ mean / contrast
    if contrast < _SURELY * projected.std() / math.sqrt(len(projected) / 3):
        return None
    pieces = np.array([part.mean() for part in np.array_split(projected, _PIECES)])
    if pieces.min() < _PIECE_SHARE * contrast:
        return None
    if _is_textured(edges, start, stop, contrast):
        return None
    shifts = np.arange(-width, width + 1, dtype=np.float32)
    shifts = shifts[(np.abs(shifts) > 2 * _SIGMA) & (np.abs(shifts) < width)]
    inside = (
        (start + shifts >= 0)
        & (stop + shifts >= 0)
        & (start + shifts <= width - 1)
        & (stop + shifts <= width - 1)
    )
    shifts = shifts[inside]
    if not len(shifts):
        return None
    others = np.linalg.norm(_along(edges, start + shifts, stop + shifts).mean(axis=1), axis=1)
    return mean if others.max() <= _OTHER_SHARE * contrast else None


def _is_textured(edges: Float32, start: float, stop: float, contrast: float) -> bool:
    """Return whether there is more beside a line than noise, in more than one piece of it."""
    count, width = edges.shape[:2]
    across = np.arange(width)
    textured = 0
    for rows in np.array_split(np.arange(count), _PIECES):
        place = start + (stop - start) * (rows.mean() + 0.5) / count
        beside = np.abs(across - place) > 3 * _SIGMA
        strongest = np.linalg.norm(edges[rows].mean(axis=0)[beside], axis=1).max(initial=0)
        textured += strongest > _TEXTURE * contrast
    return textured > 1


def _narrow(trimap: Trimap, line: _Side, mask: Mask, keep_px: float) -> None:
    """Make unknown pixels on either side of a line known, in place."""
    reach = 2 * line.half_px
    corners = np.stack([line.start, line.end])
    low = np.maximum(np.floor(corners.min(axis=0) - reach).astype(int), 0)
    high = np.ceil(corners.max(axis=0) + reach).astype(int) + 1
    part = np.s_[low[1] : high[1], low[0] : high[0]]
    rows, columns = np.mgrid[
        low[1] : min(high[1], mask.shape[0]), low[0] : min(high[0], mask.shape[1])
    ]
    apart_x, apart_y = columns - line.start[0], rows - line.start[1]
    direction = (line.end - line.start) / line.length
    along = apart_x * direction[0] + apart_y * direction[1]
    across = apart_x * line.normal[0] + apart_y * line.normal[1]
    beside = (along >= 0) & (along <= line.length) & (np.abs(across) <= reach)
    left = beside & (across < 0)
    is_left = mask[part][left].mean() > mask[part][beside & (across > 0)].mean()
    unknown = beside & (trimap[part] == UNKNOWN) & (np.abs(across) > keep_px)
    is_subject = (across < 0) == is_left
    trimap[part][unknown & is_subject] = FOREGROUND
    trimap[part][unknown & ~is_subject] = BACKGROUND
