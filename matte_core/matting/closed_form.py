"""The closed-form matting Laplacian: alpha is locally linear in colour.

In every 3 x 3 window k with mean colour mu and covariance S, alpha is taken to be an affine
function of colour. Eliminating its coefficients leaves, for pixels i and j of the window::

    L_ij += delta_ij - 1/9 (1 + (I_i - mu)^T (S + eps/9 Id)^-1 (I_j - mu))

References
----------
Levin, Lischinski, Weiss: A Closed-Form Solution to Natural Image Matting. PAMI 2008, eq. 12.
"""

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from matte_core.images import Float32

EPSILON = 1e-7
_WINDOW = 9
_CHUNK = 20_000


def laplacian(
    image: Float32, unknown: NDArray[np.bool_], nodes: NDArray[np.intp], epsilon: float = EPSILON
) -> scipy.sparse.csr_array:
    """Assemble the Laplacian of all 3 x 3 windows that hold an unknown pixel.

    Parameters
    ----------
    image : (H, W, 3) float32, sRGB, [0, 1]; H and W at least 3
    unknown : (H, W) bool
    nodes : (H, W) int
        The index of each pixel in the matrix; -1 where it has none. Every pixel within 2 pixels
        of an unknown one must have one.
    epsilon : float
        Regularisation of the windows' covariances; small values trust the colours more.

    Returns
    -------
    L : (N, N) float64, sparse, symmetric, positive semi-definite
        N is the number of nodes.
    """
    height, width = unknown.shape
    touched = np.lib.stride_tricks.sliding_window_view(unknown, (3, 3)).any(axis=(2, 3))
    corner_rows, corner_columns = np.nonzero(touched)
    size = int(nodes.max()) + 1
    corners = corner_rows * width + corner_columns
    offsets = (np.arange(3)[:, None] * width + np.arange(3)).ravel()
    colours = image.reshape(height * width, 3)
    flat_nodes = nodes.ravel()
    total = scipy.sparse.csr_array((size, size), dtype=np.float64)
    for start in range(0, len(corners), _CHUNK):
        pixels = corners[start : start + _CHUNK, None] + offsets
        values = _window_blocks(colours[pixels].astype(np.float64), epsilon)
        ids = flat_nodes[pixels]
        rows = np.repeat(ids, _WINDOW, axis=1).ravel()
        columns = np.tile(ids, (1, _WINDOW)).ravel()
        total = total + scipy.sparse.coo_array((values.ravel(), (rows, columns)), total.shape)
    return total.tocsr()


def _window_blocks(colours: NDArray[np.float64], epsilon: float) -> NDArray[np.float64]:
    """Return the 9 x 9 block of each window from its (K, 9, 3) colours."""
    centred = colours - colours.mean(axis=1, keepdims=True)
    covariance = np.einsum("kic,kid->kcd", centred, centred) / _WINDOW
    covariance += np.eye(3) * (epsilon / _WINDOW)
    solved = np.linalg.solve(covariance, centred.transpose(0, 2, 1))
    blocks: NDArray[np.float64] = (1 + np.matmul(centred, solved)) / -_WINDOW
    blocks[:, np.arange(_WINDOW), np.arange(_WINDOW)] += 1
    return blocks
