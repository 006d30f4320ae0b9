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

from matte_core.images import Float32


def nearest(
    queries: Float32, candidates: Float32, count: int, workers: int = -1
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Find the nearest candidates of every query.

    Parameters
    ----------
    queries : (M, F) float32
    candidates : (N, F) float32
    count : int
        How many to find; fewer are returned where there are fewer candidates.
    workers : int
        Threads of the search; the result is the same for any number.

    Returns
    -------
    distances : (M, K) float64
    indices : (M, K) int
        Into `candidates`, nearest first.
    """
    count = min(count, len(candidates))
    tree = cKDTree(candidates, balanced_tree=False, compact_nodes=False)
    distances, indices = tree.query(queries, k=count, workers=workers)
    shape = (len(queries), count)
    return distances.reshape(shape), indices.reshape(shape)


def affinities(
    queries: Float32, candidates: Float32, own: NDArray[np.intp], count: int, size: int
) -> scipy.sparse.csr_array:
    """Return the symmetric affinities between pixels that are alike.

    Parameters
    ----------
    queries : (M, F) float32
        Features of the unknown pixels.
    candidates : (N, F) float32
        Features of every pixel that may be a neighbour; the queries are among them.
    own : (N,) int
        The index of each candidate in the whole graph; a query m is the node m.
    count : int
        Neighbours of each pixel, itself not counted.
    size : int
        Number of nodes of the graph.

    Returns
    -------
    W : (size, size) float64, sparse, symmetric, no diagonal
    """
    distances, indices = nearest(queries, candidates, count + 1)
    neighbours = own[indices]
    rows = np.repeat(np.arange(len(queries)), neighbours.shape[1])
    columns = neighbours.ravel()
    farthest = np.sqrt(queries.shape[1])
    strength = np.maximum(1 - distances.ravel() / farthest, 0)
    others = columns != rows
    graph = scipy.sparse.coo_array(
        (strength[others], (rows[others], columns[others])), (size, size)
    ).tocsr()
    return (graph + graph.T).tocsr()


def laplacian(graph: scipy.sparse.csr_array) -> scipy.sparse.csr_array:
    """Return ``L = D - W`` of symmetric affinities, D holding the sums of the rows."""
    return (scipy.sparse.diags_array(np.asarray(graph.sum(axis=1))) - graph).tocsr()
