"""Affinities between pixels that look alike, wherever they lie: the heart of KNN matting.

Each unknown pixel i is tied to its K nearest neighbors j in feature space with the strength
``1 - |f_i - f_j| / C``. The graph is symmetrised by adding its transpose, which keeps the
Laplacian ``L = D - W`` symmetric and positive semi-definite, as conjugate gradients need.
(Normalizing its rows instead would leave it unsymmetric.)

References
----------
Chen, Li, Tang: KNN Matting. CVPR 2012, equations 4 to 7.
"""

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from matte_core.base.messages import Message
from matte_core.base.progress import ProgressCallback, silent
from matte_core.images import UNKNOWN, Float32
from matte_core.matting.features import color_disc, with_positions
from matte_core.matting.level import RIM, Level
from matte_core.matting.system import System

NEIGHBORS = 14
WEIGHT = 0.03
# Lengths of the feature axes: color decides, position breaks ties.
DISC_WEIGHT = 0.8
VALUE_WEIGHT = 0.5
POSITION_WEIGHT = 0.05

# Known pixels look alike in their thousands: one in so many is enough to be found.
_KNOWN_STEP = 32
# Only one unknown pixel in so many asks for its neighbors; the others are found by them.
_QUERY_STEP = 2
# A neighbor is accepted when it is at most so much farther (as 1 + this) than the nearest.
_SLACK = 1.0
_BLOCK = 20_000


def nearest(
    queries: Float32,
    candidates: Float32,
    count: int,
    slack: float,
    progress: ProgressCallback = silent,
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Find the nearest candidates of every query; the result is the same on any machine.

    Parameters
    ----------
    queries : (M, F) float32
    candidates : (N, F) float32
    count : int
        How many to find; fewer are returned where there are fewer candidates.
    slack : float
        The k-th neighbor found is at most ``1 + slack`` times as far as the k-th nearest.
    progress : callable
        Called between blocks of queries; may raise `Cancelled`.

    Returns
    -------
    distances : (M, K) float64
    indices : (M, K) int
        Into `candidates`, nearest first.
    """
    count = min(count, len(candidates))
    tree = cKDTree(candidates, balanced_tree=False, compact_nodes=False)
    distances = np.empty((len(queries), count))
    indices = np.empty((len(queries), count), np.intp)
    for start in range(0, len(queries), _BLOCK):
        progress(start / len(queries), Message("Comparing pixels"))
        block = slice(start, start + _BLOCK)
        found = tree.query(queries[block], k=count, eps=slack, workers=-1)
        distances[block] = found[0].reshape(-1, count)
        indices[block] = found[1].reshape(-1, count)
    return distances, indices


def laplacian(level: Level, extent_px: float, *, progress: ProgressCallback = silent) -> System:
    """Set up the energy that ties unknown pixels to what looks like them.

    Parameters
    ----------
    level : Level
    extent_px : float
        Size of the unknown region in pixels of the level, the unit of distance.
    progress : callable
        May raise `Cancelled`.
    """
    size = len(level.unknown)
    known = _known_sample(level)
    pixels = np.concatenate([level.unknown, known])
    features = with_positions(
        color_disc(level.colors[pixels], DISC_WEIGHT, VALUE_WEIGHT),
        pixels,
        level.width,
        POSITION_WEIGHT / extent_px,
    )
    asked = np.arange(0, size, _QUERY_STEP, dtype=np.int32)
    distances, found = nearest(features[asked], features, NEIGHBORS + 1, _SLACK, progress)
    farthest = np.sqrt(2 * DISC_WEIGHT**2 + VALUE_WEIGHT**2)
    strength = np.maximum(1 - distances / (2 * farthest), 0)
    strength *= WEIGHT * _QUERY_STEP / NEIGHBORS
    tied, right = np.zeros(size), np.zeros(size)
    tied[asked] = (strength * (found >= size)).sum(axis=1)
    right[asked] = (strength * level.known_alpha[pixels][found]).sum(axis=1)
    rows = np.repeat(asked, found.shape[1])
    columns = found.ravel()
    between = (columns < size) & (columns != rows)
    half = scipy.sparse.csr_array(
        (strength.ravel()[between], (rows[between], columns[between].astype(np.int32))),
        (size, size),
    )
    graph = half + half.T
    degree = np.asarray(graph.sum(axis=1)) + tied
    return System(scipy.sparse.diags_array(degree).tocsr() - graph, right)


def _known_sample(level: Level) -> NDArray[np.intp]:
    """Return one in `_KNOWN_STEP` known pixels, those of the rim left out."""
    is_known = level.trimap != UNKNOWN
    is_known[:RIM] = is_known[-RIM:] = False
    is_known[:, :RIM] = is_known[:, -RIM:] = False
    return np.flatnonzero(is_known)[::_KNOWN_STEP]
