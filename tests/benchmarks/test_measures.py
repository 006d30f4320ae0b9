"""The error measures on alphas whose errors can be computed by hand."""

import numpy as np
import pytest
from measures import connectivity_error, gradient_error, measure


def everywhere(alpha: np.ndarray) -> np.ndarray:
    return np.ones(alpha.shape, np.bool_)


def test_equal_alphas_have_no_error() -> None:
    alpha = np.random.default_rng(0).random((40, 50))
    errors = measure(alpha, alpha, everywhere(alpha))
    assert (errors.sad, errors.mse, errors.gradient, errors.connectivity) == (0, 0, 0, 0)


def test_sad_and_mse_count_only_the_unknown_region() -> None:
    truth, unknown = np.zeros((20, 20)), np.zeros((20, 20), np.bool_)
    unknown[:5] = True
    alpha = np.full((20, 20), 0.5)
    errors = measure(alpha, truth, unknown)
    assert errors.sad == pytest.approx(0.5 * 100 / 1000)
    assert errors.mse == pytest.approx(0.25)


def test_the_gradient_of_a_ramp_is_its_slope() -> None:
    ramp = np.tile(np.arange(60) * 0.01, (60, 1))
    middle = np.zeros((60, 60), np.bool_)
    middle[20:40, 20:40] = True
    flat = np.zeros_like(ramp)
    assert gradient_error(ramp, flat, middle) == pytest.approx(400 * 0.01**2)
    assert gradient_error(ramp.T, flat, middle) == pytest.approx(400 * 0.01**2)


def test_an_offset_has_no_gradient_error() -> None:
    alpha = np.random.default_rng(1).random((30, 30)) / 2
    assert gradient_error(alpha + 0.3, alpha, everywhere(alpha)) == pytest.approx(0, abs=1e-20)


def test_an_island_costs_connectivity() -> None:
    truth = np.zeros((30, 30))
    truth[5:25, 5:12] = 1
    alpha = truth.copy()
    alpha[10:14, 20:24] = 1  # 16 pixels connected to nothing
    assert connectivity_error(alpha, truth, everywhere(truth)) == pytest.approx(16)


def test_connected_pixels_cost_none() -> None:
    truth = np.zeros((30, 30))
    truth[5:25, 5:20] = 1
    alpha = truth.copy()
    alpha[5:25, 15:20] = 0.95  # within theta of what is connected
    assert connectivity_error(alpha, truth, everywhere(truth)) == 0


def test_a_lost_level_is_the_highest_shared_one() -> None:
    truth = np.full((10, 10), 1.0)
    alpha = truth.copy()
    alpha[:, 5:] = 0.4  # connected up to 0.4, so the truth's distance there is 0.6
    assert connectivity_error(alpha, truth, everywhere(truth)) == pytest.approx(50 * 0.6)
