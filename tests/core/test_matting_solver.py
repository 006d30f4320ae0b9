"""The solver converges, falls back, or raises an error."""

import numpy as np
import pytest
import scipy.sparse

from matte_core.base.errors import Cancelled, ConvergenceError
from matte_core.matting import solver


def chain(size, anchor=1e-3):
    """The Laplacian of a chain of nodes, barely anchored: slow for plain CG."""
    second = scipy.sparse.diags_array(
        [-np.ones(size - 1), 2 * np.ones(size) + anchor, -np.ones(size - 1)], offsets=[-1, 0, 1]
    )
    return second.tocsr()


def test_solution_matches_a_dense_solve():
    matrix = chain(50)
    right = np.random.default_rng(0).normal(size=50)
    solution = solver.solve(matrix, right)
    np.testing.assert_allclose(solution.x, np.linalg.solve(matrix.toarray(), right), atol=1e-4)
    assert 0 < solution.iterations <= 60
    assert solution.residual <= 2e-6


def test_residual_is_that_of_the_solution():
    matrix = chain(50)
    right = np.random.default_rng(1).normal(size=50)
    solution = solver.solve(matrix, right, tolerance=1e-3)
    true = np.linalg.norm(right - matrix @ solution.x) / np.linalg.norm(right)
    assert solution.residual == pytest.approx(true)


def test_factorization_takes_over_when_iterations_run_out():
    matrix = chain(400)
    right = np.random.default_rng(2).normal(size=400)
    solution = solver.solve(matrix, right, max_iterations=3)
    assert solution.iterations == -1
    assert solution.residual < 1e-9


def test_zero_right_side_needs_no_work():
    solution = solver.solve(chain(5), np.zeros(5))
    assert (solution.x == 0).all()
    assert solution.iterations == 0


def test_start_at_the_solution_needs_no_iterations():
    matrix = chain(20)
    x = np.arange(20.0)
    solution = solver.solve(matrix, matrix @ x, x)
    assert solution.iterations == 0


def test_what_cannot_be_solved_is_an_error():
    contradiction = scipy.sparse.csr_array(np.array([[1.0, -1.0], [-1.0, 1.0]]))
    with pytest.raises(ConvergenceError):
        solver.solve(contradiction, np.array([1.0, 1.0]))


def test_progress_can_cancel(monkeypatch):
    monkeypatch.setattr(solver, "_REPORT_SECONDS", 0)

    def stop(fraction, step):
        assert 0 <= fraction <= 1
        assert step
        raise Cancelled

    with pytest.raises(Cancelled):
        solver.solve(chain(500), np.ones(500), progress=stop)


def test_a_large_system_that_does_not_converge_is_an_error(monkeypatch):
    monkeypatch.setattr(solver, "_LARGEST_FACTORIZED", 0)
    with pytest.raises(ConvergenceError, match="after 6 iterations") as caught:
        solver.solve(chain(400), np.ones(400), max_iterations=3)
    assert "trimap" in caught.value.hint


def test_a_restart_continues_where_it_stopped(monkeypatch):
    monkeypatch.setattr(solver, "_LARGEST_FACTORIZED", 0)
    matrix, right = chain(100, anchor=0.1), np.ones(100)
    needed = solver.solve(matrix, right).iterations
    solution = solver.solve(matrix, right, max_iterations=needed - 10)
    assert solution.iterations > needed - 10
    assert solution.residual <= 2e-6
