"""KNN matting: affinities between pixels that look alike, wherever they are in the image.

An unknown pixel i and each of its K nearest neighbors j in feature space have the affinity
``W_ij = 1 - |f_i - f_j| / C``. The graph is made symmetric by adding its transpose, which keeps
the Laplacian ``L = D - W`` symmetric and positive semi-definite, as conjugate gradients require.
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
from matte_core.matting.level import Level, clear_border
from matte_core.matting.system import System

# Chosen as `docs/matting.md` describes.
_NEIGHBORS = 9  # of each pixel that queries the tree
_WEIGHT = 0.03  # of this energy relative to the closed-form one
# Lengths of the feature axes: the radius of the disc of hue and saturation, the step from black to
# white, and two opposite ends of the level. Color decides, position breaks ties.
_DISC_WEIGHT = 0.8
_VALUE_WEIGHT = 0.5
_POSITION_WEIGHT = 0.05
_KNOWN_STEP = 32  # one known pixel in this many is a candidate: thousands look alike
_QUERY_STEP = 3  # one unknown pixel in this many queries; the others are found as neighbors
SLACK = 1.0  # a neighbor may be farther than the true one by this fraction: faster

_BLOCK = 20_000  # queries at once


def nearest(
    queries: Float32,
    candidates: Float32,
    count: int,
    slack: float,
    progress: ProgressCallback = silent,
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Find the nearest candidates of every query, with the same result on any machine.

    Parameters
    ----------
    queries : (M, F) float32
    candidates : (N, F) float32
    count : int
        K, or the number of candidates if that is smaller.
    slack : float
        The k-th neighbor returned is at most ``1 + slack`` times as far as the k-th nearest.
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
        lengths, places = tree.query(queries[block], k=count, eps=slack)
        distances[block] = lengths.reshape(-1, count)
        indices[block] = places.reshape(-1, count)
    return distances, indices


def laplacian(level: Level) -> System:
    """Set up the energy that ties unknown pixels to pixels that look like them."""
    size = len(level.unknown)
    known = np.flatnonzero(clear_border(level.trimap != UNKNOWN))[::_KNOWN_STEP]
    pixels = np.concatenate([level.unknown, known])
    features = with_positions(
        color_disc(level.colors[pixels], _DISC_WEIGHT, _VALUE_WEIGHT),
        pixels,
        level.width,
        _POSITION_WEIGHT / level.extent_px,
    )
    queries = np.arange(0, size, _QUERY_STEP, dtype=np.int32)
    distances, neighbors = nearest(features[queries], features, _NEIGHBORS + 1, SLACK)
    farthest = np.sqrt(2 * _DISC_WEIGHT**2 + _VALUE_WEIGHT**2)
    affinity = np.maximum(1 - distances / (2 * farthest), 0)
    affinity *= _WEIGHT * _QUERY_STEP / _NEIGHBORS
    to_known, right = np.zeros(size), np.zeros(size)
    to_known[queries] = (affinity * (neighbors >= size)).sum(axis=1)
    right[queries] = (affinity * level.known_alpha[pixels][neighbors]).sum(axis=1)
    rows = np.repeat(queries, neighbors.shape[1])
    columns = neighbors.ravel()
    is_between = (columns < size) & (columns != rows)
    half = scipy.sparse.csr_array(
        (affinity.ravel()[is_between], (rows[is_between], columns[is_between].astype(np.int32))),
        (size, size),
    )
    graph = half + half.T
    degree = np.asarray(graph.sum(axis=1)) + to_known
    return System(scipy.sparse.diags_array(degree).tocsr() - graph, right)
