"""The linear system of the unknown alphas: each term is set up separately, then they are summed.

Each term of the energy is ``1/2 x^T A x - b^T x`` in the unknown alphas x. Known alphas are
substituted: they add to the diagonal of A and to b.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from matte_core.matting.level import Level


@dataclass(frozen=True)
class System:
    """One term, or the sum of several."""

    matrix: scipy.sparse.csr_array  # (N, N) float64, sparse, symmetric
    right: NDArray[np.float64]  # (N,) float64

    def __add__(self, other: "System") -> "System":
        return System(self.matrix + other.matrix, self.right + other.right)


@dataclass(frozen=True)
class Rows:
    """Some rows of a sparse matrix, and the right side there."""

    values: NDArray[np.float64]  # (E,) float64
    columns: NDArray[np.int32]  # (E,) int32
    counts: NDArray[np.intp]  # (N,) int: how many of them belong to each row
    right: NDArray[np.float64]  # (N,) float64


def from_stencil(
    level: Level,
    pixels: NDArray[np.intp],
    stencil: NDArray[np.float64],
    offsets: NDArray[np.intp],
) -> Rows:
    """Make the rows of some unknown pixels from their couplings with their neighbors.

    The diagonal is set so that every row of the full Laplacian, known pixels included, sums to
    zero: equal alphas cost nothing.

    Parameters
    ----------
    level : Level
    pixels : (N,) int
        Indices into the flattened level.
    stencil : (S, N) float64
        Coupling of each of them with the pixel at each offset; negative values attract.
        The row of offset 0 is overwritten.
    offsets : (S,) int
        Of the neighbors in the flattened level, ascending.
    """
    center = int(np.flatnonzero(offsets == 0)[0])
    stencil[center] = 0
    stencil[center] = -stencil.sum(axis=0)
    beside = pixels + offsets[:, None]
    right = -np.einsum("sn,sn->n", stencil, level.known_alpha.take(beside))
    columns = level.nodes.take(beside)
    is_node = columns >= 0
    entries = np.flatnonzero(is_node.T)  # row by row
    return Rows(
        stencil.T.ravel().take(entries),
        columns.T.ravel().take(entries),
        is_node.sum(axis=0),
        right,
    )


def stacked(rows: Sequence[Rows]) -> System:
    """Make a system of all its rows, in order."""
    counts = np.concatenate([part.counts for part in rows])
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    values = np.concatenate([part.values for part in rows])
    columns = np.concatenate([part.columns for part in rows])
    matrix = scipy.sparse.csr_array((values, columns, starts), (len(counts),) * 2)
    return System(matrix, np.concatenate([part.right for part in rows]))


def from_values(values: NDArray[np.float64], weights: NDArray[np.float64]) -> System:
    """Make a system that pulls each alpha toward a value, ``1/2 weight (alpha - value)^2``.

    Parameters
    ----------
    values : (N,) float64, [0, 1]
    weights : (N,) float64
        0 leaves an alpha free.
    """
    return System(scipy.sparse.diags_array(weights).tocsr(), weights * values)
