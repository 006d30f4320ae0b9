"""The linear system behind the foreground colours, on one level of the pyramid.

Foreground F and background B minimise the cost of Germer et al. (2020, eq. 4)::

    sum_i |alpha_i F_i + (1 - alpha_i) B_i - I_i|^2
        + sum_(i,j) (eps + |alpha_i - alpha_j|) (|F_i - F_j|^2 + |B_i - B_j|^2)

over neighbouring pixels i, j. For one pixel, its neighbours held, that is a 2 x 2 system with
one matrix for all channels. The paper visits the pixels one after the other; here they are
coloured like a chessboard, and all red ones are solved at once from the black ones and the other
way round. Over-relaxed, a sweep then gains as much as three of the paper's.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from matte_core.images import Alpha, Float32, Image, as_float

REGULARIZATION = 1e-5  # eps: the paper's value
# Of each sweep. The last goes to the solution and not beyond, which takes the ripple away that
# over-relaxation leaves where alpha is nearly 0 or 1.
RELAXATION = (1.6,) * 7 + (1.0,)
HALO_PX = 2 * len(RELAXATION) + 1  # a colour travels one pixel in each half of a sweep
STRIP_NODES = 1 << 20  # about 150 MB while a strip is solved

Strip = tuple[slice, NDArray[np.bool_], Float32]


@dataclass(frozen=True)
class Level:
    """One level of the pyramid.

    Attributes
    ----------
    image : (h, w, 3) uint8, or float in [0, 1]
    alpha : (h, w) float32, [0, 1]
    is_wanted : (h, w) bool
        Where colours are to be found.
    """

    image: Image
    alpha: Alpha
    is_wanted: NDArray[np.bool_]


@dataclass(frozen=True)
class Colours:
    """The colours found on one level.

    Attributes
    ----------
    nodes : (h, w) int32
        The row of `values` that belongs to a pixel; 0 where none does.
    values : (n, 6) float32, [0, 1]
        Foreground and background colour.
    """

    nodes: NDArray[np.int32]
    values: Float32


@dataclass(frozen=True)
class _Half:
    """The wanted pixels of one colour of the chessboard, `span` of all nodes.

    `coupling` @ values is the weighted mean over the neighbours; `pixels` are the image's; the
    gains say how much of a pixel's residual goes into its foreground and its background.
    """

    span: slice
    coupling: scipy.sparse.csr_matrix
    a: Float32
    pixels: Float32
    foreground_gain: Float32
    background_gain: Float32


def with_ring(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Add the four neighbours of every pixel of the mask."""
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    return cv2.dilate(mask.view(np.uint8), cross).view(np.bool_)


def solve_level(level: Level, coarse: Colours) -> Colours:
    """Find the colours of the wanted pixels of a level, starting from the next coarser one's."""
    nodes = np.zeros(level.alpha.shape, np.int32)
    count, found = 0, []
    for rows, where, values in solve_strips(level, coarse):
        nodes[rows][where] = np.arange(count, count + len(values), dtype=np.int32)
        count += len(values)
        found.append(values)
    return Colours(nodes, np.concatenate(found))


def solve_strips(level: Level, coarse: Colours) -> Iterator[Strip]:
    """Find the colours of the wanted pixels, strip by strip.

    Yields
    ------
    rows : slice
        The rows of the strip.
    where : (rows, w) bool
        The wanted pixels among them.
    values : (n, 6) float32, [0, 1]
        Their foreground and background colours, row by row.
    """
    before = np.concatenate([[0], np.cumsum(level.is_wanted.sum(axis=1))])
    start, height = 0, len(level.alpha)
    while start < height:
        stop = int(np.searchsorted(before, before[start] + STRIP_NODES, side="right")) - 1
        rows = slice(start, min(max(stop, start + 1), height))
        if before[rows.stop] > before[rows.start]:
            yield _solve_strip(level, coarse, rows)
        start = rows.stop


def _solve_strip(level: Level, coarse: Colours, rows: slice) -> Strip:
    window = slice(max(rows.start - HALO_PX, 0), rows.stop + HALO_PX)
    wanted, alpha = level.is_wanted[window], level.alpha[window]
    height, width = alpha.shape
    # The nodes: first the wanted pixels of either colour, then the fixed ring around them.
    is_red = np.zeros(alpha.shape, np.bool_)
    is_red[0::2, window.start % 2 :: 2] = True
    is_red[1::2, (window.start + 1) % 2 :: 2] = True
    groups = [
        np.flatnonzero(wanted & is_red),
        np.flatnonzero(wanted & ~is_red),
        np.flatnonzero(with_ring(wanted) & ~wanted),
    ]
    ends = np.cumsum([0] + [len(group) for group in groups]).tolist()
    y, x = np.divmod(np.concatenate(groups).astype(np.int32), np.int32(width))
    place = (y + 1) * (width + 2) + (x + 1)  # in the window with a margin of 1 px
    nodes = np.full((height + 2) * (width + 2), -1, np.int32)
    nodes[place] = np.arange(len(place), dtype=np.int32)

    a = alpha[y, x]
    pixels = np.ascontiguousarray(as_float(level.image[window][y, x]).T)
    values = _begin(coarse, (y + window.start) // 2, x // 2, a, pixels)
    halves = [
        _prepare(slice(start, stop), nodes, place, width + 2, a, pixels)
        for start, stop in itertools.pairwise(ends[:3])
    ]
    for relaxation in RELAXATION:
        for half in halves:
            _relax(half, values, relaxation)
    core = slice(rows.start - window.start, rows.stop - window.start)
    where = wanted[core]
    nodes = nodes.reshape(height + 2, width + 2)[1:-1, 1:-1][core][where]
    return rows, where, values.T[nodes]


def _begin(
    coarse: Colours, y: NDArray[np.int32], x: NDArray[np.int32], a: Float32, pixels: Float32
) -> Float32:
    """Give every node its coarser pixel's colours, or the image's where those are the truth."""
    values = np.ascontiguousarray(coarse.values[coarse.nodes[y, x]].T)
    np.copyto(values[:3], pixels, where=a == 1)
    np.copyto(values[3:], pixels, where=a == 0)
    return values


def _prepare(
    span: slice,
    nodes: NDArray[np.int32],
    place: NDArray[np.int32],
    stride: int,
    a: Float32,
    pixels: Float32,
) -> _Half:
    count = span.stop - span.start
    itself = np.arange(span.start, span.stop, dtype=np.int32)
    neighbours = np.empty((count, 4), np.int32)
    for k, step in enumerate((-stride, -1, 1, stride)):
        found = nodes.take(place[span] + np.int32(step))
        # Beyond the picture's edge lies the pixel itself again, so that none is without ties.
        neighbours[:, k] = np.where(found < 0, itself, found)
    own = a[span]
    weights = a.take(neighbours)
    weights -= own[:, None]
    np.abs(weights, out=weights)
    weights += np.float32(REGULARIZATION)
    total = weights.sum(axis=1)
    weights /= total[:, None]
    bounds = np.arange(0, 4 * count + 1, 4, dtype=np.int32)
    coupling = scipy.sparse.csr_matrix(
        (weights.ravel(), neighbours.ravel(), bounds), shape=(count, len(a))
    )
    scale = 1 / (own * own + (1 - own) ** 2 + total)
    return _Half(span, coupling, own, pixels[:, span], scale * own, scale * (1 - own))


def _relax(half: _Half, values: Float32, relaxation: float) -> None:
    """Solve every pixel of one colour from its neighbours, and go that far towards the solution.

    With the means of the neighbours F', B' and the sum w of their weights, the solution is
    F = F' - a r / (w + a^2 + (1 - a)^2) and B = B' - (1 - a) r / (...), where
    r = a F' + (1 - a) B' - I.
    """
    means = np.stack([half.coupling @ channel for channel in values])
    residual = half.a * means[:3]
    residual += (1 - half.a) * means[3:]
    residual -= half.pixels
    means[:3] -= half.foreground_gain * residual
    means[3:] -= half.background_gain * residual
    mine = values[:, half.span]
    means -= mine
    means *= np.float32(relaxation)
    mine += means
    np.clip(mine, 0, 1, out=mine)
