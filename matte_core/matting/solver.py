"""Solver for the sparse, symmetric, positive definite systems of matting.

Conjugate gradients with a diagonal preconditioner does nearly all of the work. If it has not
converged after the allowed iterations, it is restarted once from where it stopped, which cures
lost conjugacy; after that a sparse factorization is used, if the system is small enough for one.
A solution whose residual is still too large is an error, never a result.

References
----------
Saad: Iterative Methods for Sparse Linear Systems, 2nd ed., 2003, algorithm 9.1.
"""

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from time import monotonic
from typing import TypeVar

import numpy as np
import scipy.sparse
import scipy.sparse.linalg
from numpy.typing import NDArray

from matte_core.base.errors import ConvergenceError
from matte_core.base.messages import Message
from matte_core.base.progress import ProgressCallback, silent
from matte_core.base.threads import most_threads

Vector = NDArray[np.float64]
Floats = TypeVar("Floats", NDArray[np.float32], NDArray[np.float64])

_REPORT_SECONDS = 0.1
# Unknowns; fill-in grows faster than the system, so beyond this it could exhaust the memory.
_LARGEST_FACTORIZED = 50_000
_LEAST_SHARED = 400_000  # entries of a matrix; for fewer, two threads would wait for each other
_HINT = "Mark more known foreground and background in the trimap, or scale the image down."


@dataclass(frozen=True)
class Solution:
    """A solution and its accuracy."""

    x: Vector  # (N,) float64
    residual: float  # ``|b - A x| / |b|``, computed from x
    iterations: int  # of conjugate gradients; -1 if a factorization gave the solution


def solve(
    matrix: scipy.sparse.csr_array,
    right: Vector,
    start: Vector | None = None,
    *,
    tolerance: float = 1e-6,
    max_iterations: int = 2000,
    progress: ProgressCallback = silent,
) -> Solution:
    """Solve ``A x = b`` to a given residual.

    Parameters
    ----------
    matrix : (N, N) float64, sparse, symmetric, positive definite
    right : (N,) float64
    start : (N,) float64, optional
        Initial guess; 0 by default.
    tolerance : float
        Largest residual accepted, relative to the right side.
    max_iterations : int
        Of conjugate gradients: before the restart, and again after it.
    progress : callable
        Called several times a second; may raise `Cancelled`.

    Raises
    ------
    ConvergenceError
        If no method reaches the tolerance.
    """
    scale = _norm(right)
    if scale == 0:
        return Solution(np.zeros_like(right), 0.0, 0)
    x, residual, total = start, np.inf, 0
    for _ in range(2):
        with ExitStack() as stack:
            multiply = _multiplication(matrix, stack)
            x, iterations = conjugate_gradients(
                multiply, matrix.diagonal(), right, x, tolerance * scale, max_iterations, progress
            )
        total += iterations
        residual = _norm(right - matrix @ x) / scale
        # Rounding makes the recurrence of CG drift from the true residual; allow for no more.
        if residual <= 2 * tolerance:
            return Solution(x, residual, total)
    if len(right) <= _LARGEST_FACTORIZED:
        progress(1.0, Message("Factorizing"))
        x = _factorize(matrix, right)
        residual = _norm(right - matrix @ x) / scale
        if residual <= 2 * tolerance:
            return Solution(x, residual, -1)
    raise ConvergenceError(
        f"The alpha solver stopped at a residual of {residual:.2g} (required: {tolerance:.2g}) "
        f"after {total} iterations.",
        _HINT,
    )


def _factorize(matrix: scipy.sparse.csr_array, right: Vector) -> Vector:
    try:
        factors = scipy.sparse.linalg.splu(matrix.tocsc(), permc_spec="MMD_AT_PLUS_A")
    except RuntimeError as error:
        raise ConvergenceError(f"The alpha system has no solution: {error}.", _HINT) from error
    return np.asarray(factors.solve(right), np.float64)


def _multiplication(matrix: scipy.sparse.csr_array, stack: ExitStack) -> Callable[[Vector], Vector]:
    """Return the product with a vector; if the matrix is large, by two threads.

    scipy lets go of Python's lock meanwhile, and each row is summed as before.
    """
    if matrix.nnz < _LEAST_SHARED or most_threads() == 1:
        return lambda vector: np.asarray(matrix @ vector)
    half = int(np.searchsorted(matrix.indptr, matrix.nnz // 2))
    upper, lower = matrix[:half], matrix[half:]
    thread = stack.enter_context(ThreadPoolExecutor(1))

    def multiply(vector: Vector) -> Vector:
        first = thread.submit(lambda: upper @ vector)
        second = lower @ vector
        return np.concatenate([first.result(), second])

    return multiply


def conjugate_gradients(
    multiply: Callable[[Floats], Floats],
    diagonal: Floats,
    right: Floats,
    start: Floats | None,
    absolute_tolerance: float,
    max_iterations: int,
    progress: ProgressCallback = silent,
) -> tuple[Floats, int]:
    """Run conjugate gradients with the diagonal as preconditioner; return x and iterations.

    The matrix is given by its product with a vector. The caller checks the residual: when the
    iterations are used up or the recurrence breaks down, the current x is returned.
    """
    inverse_diagonal = 1 / diagonal
    x = np.zeros_like(right) if start is None else start.copy()
    r = right - multiply(x)
    z = inverse_diagonal * r
    p = z.copy()
    rz = _dot(r, z)
    first = norm = _norm(r)
    reported = monotonic()
    iteration = 0
    while norm > absolute_tolerance and iteration < max_iterations:
        ap = multiply(p)
        curvature = _dot(p, ap)
        if not curvature > 0:
            break
        step = rz / curvature
        x += step * p
        r -= step * ap
        np.multiply(inverse_diagonal, r, out=z)
        rz, previous = _dot(r, z), rz
        p *= rz / previous
        p += z
        norm = _norm(r)
        iteration += 1
        if monotonic() - reported > _REPORT_SECONDS:
            reported = monotonic()
            done = iteration / max_iterations
            if absolute_tolerance > 0 and norm > 0:
                done = max(done, np.log(first / norm) / np.log(first / absolute_tolerance))
            progress(float(np.clip(done, 0, 1)), Message("Solving for alpha"))
    return x, iteration


def _norm(a: Floats) -> float:
    return math.sqrt(_dot(a, a))


def _dot(a: Floats, b: Floats) -> float:
    """Return the dot product, summed in an order that does not depend on the threads.

    BLAS would also keep its threads busy for a while after each product, waiting for the next.
    """
    return float(np.einsum("i,i->", a, b))
