"""Affinities between pixels that look alike, wherever they lie: the heart of KNN matting.

Each unknown pixel i is tied to its K nearest neighbours j in feature space with the strength
``1 - |f_i - f_j| / C``. The graph is symmetrised by adding its transpose, which keeps the
Laplacian ``L = D - W`` symmetric and positive semi-definite, as conjugate gradients need.
(Normalising its rows instead would leave it unsymmetric.)

References
----------
Chen, Li, Tang: KNN Matting. CVPR 2012, equations 4 to 7.
"""

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from matte_core.images import UNKNOWN, Float32
from matte_core.matting.features import colour_disc, with_positions
from matte_core.matting.level import RIM, Level
from matte_core.matting.system import System

NEIGHBOURS = 7
WEIGHT = 0.015
# Lengths of the feature axes: colour decides, position breaks ties.
DISC_WEIGHT = 0.8
VALUE_WEIGHT = 0.7
POSITION_WEIGHT = 0.05

# Known pixels look alike in their thousands: one in so many is enough to be found.
_KNOWN_STEP = 16
# A neighbour is accepted when it is at most so much farther (as 1 + this) than the nearest.
_SLACK = 1.0


def nearest(
    queries: Float32, candidates: Float32, count: int, slack: float
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Find the nearest candidates of every query; the result is the same on any machine.

    Parameters
    ----------
    queries : (M, F) float32
    candidates : (N, F) float32
    count : int
        How many to find; fewer are returned where there are fewer candidates.
    slack : float
        The k-th neighbour found is at most ``1 + slack`` times as far as the k-th nearest.

    Returns
    -------
    distances : (M, K) float64
    indices : (M, K) int
        Into `candidates`, nearest first.
    """
    count = min(count, len(candidates))
    tree = cKDTree(candidates, balanced_tree=False, compact_nodes=False)
    distances, indices = tree.query(queries, k=count, eps=slack, workers=-1)
    shape = (len(queries), count)
    return distances.reshape(shape), indices.reshape(shape)


def laplacian(level: Level, extent_px: float) -> System:
    """Set up the energy that ties unknown pixels to what looks like them.

    Parameters
    ----------
    level : Level
    extent_px : float
        Size of the unknown region in pixels of the level, the unit of distance.
    """
    size = len(level.unknown)
    known = _known_sample(level)
    pixels = np.concatenate([level.unknown, known])
    features = with_positions(
        colour_disc(level.colours[pixels], DISC_WEIGHT, VALUE_WEIGHT),
        pixels,
        level.width,
        POSITION_WEIGHT / extent_px,
    )
    distances, found = nearest(features[:size], features, NEIGHBOURS + 1, _SLACK)
    farthest = np.sqrt(2 * DISC_WEIGHT**2 + VALUE_WEIGHT**2)
    strength = np.maximum(1 - distances / (2 * farthest), 0)
    strength *= WEIGHT / NEIGHBOURS
    to_known = found >= size
    tied = (strength * to_known).sum(axis=1)
    right = (strength * level.known_alpha[pixels][found]).sum(axis=1)
    rows = np.repeat(np.arange(size, dtype=np.int32), found.shape[1])
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
