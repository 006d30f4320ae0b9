"""The linear system behind the foreground colors, on one level of the pyramid.

Foreground F and background B minimize the cost of Germer et al. (2020, eq. 4)::

    sum_i |alpha_i F_i + (1 - alpha_i) B_i - I_i|^2
        + sum_(i,j) (eps + |alpha_i - alpha_j|) (|F_i - F_j|^2 + |B_i - B_j|^2)

over neighboring pixels i, j. For one pixel, with its neighbors fixed, that is a 2 x 2 system with
one matrix for all channels. The paper visits the pixels one after another; here they are colored
like a checkerboard, and all red ones are solved at once from the black ones, then the other way
around. With over-relaxation, a sweep gains as much as three of the paper's.

References
----------
T. Germer, T. Uelwer, S. Conrad, S. Harmeling: Fast Multi-Level Foreground Estimation. ICPR 2020.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from matte_core.images import Alpha, Float32, Image, Mask, as_float

REGULARIZATION = 1e-5  # eps: the paper's value
# Of each sweep. The last one does not overshoot the solution, which removes the ripple that
# over-relaxation leaves where alpha is nearly 0 or 1.
RELAXATION = (1.7,) * 4 + (1.0,)
HALO_PX = 2 * len(RELAXATION) + 1  # a color travels one pixel in each half of a sweep
STRIP_NODES = 1 << 20  # about 150 MB while a strip is solved

Strip = tuple[slice, Mask, Float32]


@dataclass(frozen=True)
class PyramidLevel:
    """One level of the pyramid."""

    image: Image  # (h, w, 3) uint8, or float in [0, 1]
    alpha: Alpha  # (h, w) float32, [0, 1]
    is_wanted: Mask  # (h, w) bool: where colors are to be estimated


@dataclass(frozen=True)
class Colors:
    """The colors of one level.

    Attributes
    ----------
    nodes : (h, w) int32
        The row of `values` for each pixel; 0 where there is none.
    values : (n, 6) float32, [0, 1]
        Foreground and background colors.
    """

    nodes: NDArray[np.int32]
    values: Float32


@dataclass(frozen=True)
class _Half:
    """The wanted pixels of one color of the checkerboard, `span` of all nodes.

    ``coupling @ values`` is the weighted mean over the neighbors. The rest has one row per channel,
    for speed: the image's `pixels`, the `current` colors, and the gains, which are the fractions of
    a pixel's residual that go into its foreground and its background.
    """

    span: slice
    coupling: scipy.sparse.csr_matrix
    a: Float32
    pixels: Float32
    current: Float32
    foreground_gain: Float32
    background_gain: Float32


def with_neighbors(mask: Mask) -> Mask:
    """Add the four neighbors of every pixel of the mask."""
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    return cv2.dilate(mask.view(np.uint8), cross).view(np.bool_)


def solve_level(level: PyramidLevel, coarse: Colors) -> Colors:
    """Estimate the colors of the wanted pixels, starting from the next coarser level."""
    nodes = np.zeros(level.alpha.shape, np.int32)
    count, solved = 0, []
    for rows, where, values in solve_strips(level, coarse):
        nodes[rows][where] = np.arange(count, count + len(values), dtype=np.int32)
        count += len(values)
        solved.append(values)
    return Colors(nodes, np.concatenate(solved))


def solve_strips(level: PyramidLevel, coarse: Colors) -> Iterator[Strip]:
    """Estimate the colors of the wanted pixels, strip by strip.

    Yields
    ------
    rows : slice
        The rows of the strip.
    where : (rows, w) bool
        The wanted pixels among them.
    values : (n, 6) float32, [0, 1]
        Their foreground and background colors, row by row.
    """
    before = np.concatenate([[0], np.cumsum(level.is_wanted.sum(axis=1))])
    start, height = 0, len(level.alpha)
    while start < height:
        stop = int(np.searchsorted(before, before[start] + STRIP_NODES, side="right")) - 1
        rows = slice(start, min(max(stop, start + 1), height))
        if before[rows.stop] > before[rows.start]:
            yield _solve_strip(level, coarse, rows)
        start = rows.stop


def _solve_strip(level: PyramidLevel, coarse: Colors, rows: slice) -> Strip:
    window = slice(max(rows.start - HALO_PX, 0), rows.stop + HALO_PX)
    wanted = level.is_wanted[window]
    # The nodes: first the wanted pixels of each color, then the fixed pixels next to them, as
    # flat indices into the window with a margin of one pixel.
    is_red = np.zeros_like(wanted)
    is_red[0::2, window.start % 2 :: 2] = True
    is_red[1::2, (window.start + 1) % 2 :: 2] = True
    groups = [
        np.flatnonzero(np.pad(group, 1))
        for group in (wanted & is_red, wanted & ~is_red, with_neighbors(wanted) & ~wanted)
    ]
    ends = np.cumsum([0] + [len(group) for group in groups]).tolist()
    place = np.concatenate(groups)
    nodes = np.empty((wanted.shape[0] + 2, wanted.shape[1] + 2), np.int32)
    nodes.ravel()[place] = np.arange(len(place), dtype=np.int32)
    # Beyond the image its outermost pixels are repeated, so that every pixel has four neighbors.
    nodes = _with_margin(nodes[1:-1, 1:-1])
    alpha = _with_margin(level.alpha[window])
    image = _with_margin(level.image[window]).reshape(-1, 3)
    pixels = as_float(image.take(place, axis=0))

    values = _initial_colors(coarse, window, nodes.shape, place)
    a = alpha.take(place)[:, None]
    np.copyto(values[:, :3], pixels, where=a == 1)
    np.copyto(values[:, 3:], pixels, where=a == 0)
    halves = [
        _prepare(slice(start, stop), place[start:stop], nodes, alpha, pixels, values)
        for start, stop in itertools.pairwise(ends[:3])
    ]
    for relaxation in RELAXATION:
        for half in halves:
            _relax(half, values, relaxation)
    core = slice(rows.start - window.start, rows.stop - window.start)
    where = wanted[core]
    return rows, where, values.take(nodes[1:-1, 1:-1][core][where], axis=0)


def _with_margin(values: NDArray[Any]) -> NDArray[Any]:
    return cv2.copyMakeBorder(values, 1, 1, 1, 1, cv2.BORDER_REPLICATE)


def _initial_colors(
    coarse: Colors, window: slice, shape: tuple[int, ...], place: NDArray[np.intp]
) -> Float32:
    """Give every node the colors of the coarse pixel that contains it."""
    start, width = window.start, shape[1] - 2
    above = coarse.nodes[start // 2 : (start + shape[0] - 1) // 2]
    enlarged = above.repeat(2, axis=0)[start % 2 :].repeat(2, axis=1)
    parents = _with_margin(enlarged[: shape[0] - 2, :width])
    return coarse.values.take(parents.take(place), axis=0)


def _prepare(
    span: slice,
    place: NDArray[np.intp],
    nodes: NDArray[np.int32],
    alpha: Alpha,
    pixels: Float32,
    values: Float32,
) -> _Half:
    own = alpha.take(place)
    stride = nodes.shape[1]
    neighbors = np.empty((len(place), 4), np.int32)
    weights = np.empty((len(place), 4), np.float32)
    for k, step in enumerate((-stride, -1, 1, stride)):
        beside = place + step
        neighbors[:, k] = nodes.take(beside)
        weights[:, k] = np.abs(alpha.take(beside) - own)
    weights += np.float32(REGULARIZATION)
    total = weights.sum(axis=1)
    weights /= total[:, None]
    bounds = np.arange(0, 4 * len(place) + 1, 4, dtype=np.int32)
    coupling = scipy.sparse.csr_matrix(
        (weights.ravel(), neighbors.ravel(), bounds), shape=(len(place), len(values))
    )
    scale = 1 / (own * own + (1 - own) ** 2 + total)
    return _Half(
        span,
        coupling,
        own,
        np.ascontiguousarray(pixels[span].T),
        np.ascontiguousarray(values[span].T),
        scale * own,
        scale * (1 - own),
    )


def _relax(half: _Half, values: Float32, relaxation: float) -> None:
    """Move every pixel of one color toward its solution, given its neighbors.

    With the means of the neighbors F', B' and the sum w of their weights, the solution is
    F = F' - a r / (w + a^2 + (1 - a)^2) and B = B' - (1 - a) r / (...), where
    r = a F' + (1 - a) B' - I.
    """
    means = np.ascontiguousarray((half.coupling @ values).T)
    residual = half.a * means[:3]
    residual += (1 - half.a) * means[3:]
    residual -= half.pixels
    means[:3] -= half.foreground_gain * residual
    means[3:] -= half.background_gain * residual
    means -= half.current
    means *= np.float32(relaxation)
    means += half.current
    np.clip(means, 0, 1, out=half.current)
    values[half.span] = half.current.T
