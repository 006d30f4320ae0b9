"""The linear system of the unknown alphas: each term is set up separately, then they are summed.

Each term of the energy is ``1/2 x^T A x - b^T x`` in the unknown alphas x. Known alphas are
substituted: they add to the diagonal of A and to b.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from matte_core.matting.level import Level


@dataclass(frozen=True)
class System:
    """One term, or the sum of several.

    Attributes
    ----------
    matrix : (N, N) float64, sparse, symmetric
    right : (N,) float64
    """

    matrix: scipy.sparse.csr_array
    right: NDArray[np.float64]

    def __add__(self, other: "System") -> "System":
        return System(self.matrix + other.matrix, self.right + other.right)


def from_stencil(level: Level, stencil: NDArray[np.float64], offsets: NDArray[np.intp]) -> System:
    """Make a system from the couplings of pixels with their neighbors.

    The diagonal is set so that every row of the full Laplacian, known pixels included, sums to
    zero: equal alphas cost nothing.

    Parameters
    ----------
    level : Level
    stencil : (S, N) float64
        Coupling of each unknown pixel with the pixel at each offset; negative values attract.
        The row of offset 0 is overwritten.
    offsets : (S,) int
        Of the neighbors in the flattened level, ascending.
    """
    center = int(np.flatnonzero(offsets == 0)[0])
    stencil[center] = 0
    stencil[center] = -stencil.sum(axis=0)
    right = np.zeros(len(level.unknown))
    neighbors = np.empty((len(level.unknown), len(offsets)), np.int32)
    for row, offset in enumerate(offsets):
        pixels = level.unknown + offset
        neighbors[:, row] = level.nodes[pixels]
        right -= stencil[row] * level.known_alpha[pixels]
    is_node = neighbors >= 0
    starts = np.concatenate([[0], np.cumsum(is_node.sum(axis=1))]).astype(np.int32)
    matrix = scipy.sparse.csr_array(
        (stencil.T[is_node], neighbors[is_node], starts), (len(level.unknown),) * 2
    )
    return System(matrix, right)


def from_values(values: NDArray[np.float64], weights: NDArray[np.float64]) -> System:
    """Make a system that pulls each alpha toward a value, ``1/2 weight (alpha - value)^2``.

    Parameters
    ----------
    values : (N,) float64, [0, 1]
    weights : (N,) float64
        0 leaves an alpha free.
    """
    return System(scipy.sparse.diags_array(weights).tocsr(), weights * values)
