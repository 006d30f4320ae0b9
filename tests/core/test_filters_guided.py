"""The guided filter follows the edges of its guide, at any size and in any precision."""

import cv2
import numpy as np
import pytest

from matte_core.filters import guided
from matte_core.filters.guided import GuidedFilter, apply_guided


@pytest.fixture
def step():
    """A noisy image of two colors, and which of them each pixel has."""
    rng = np.random.default_rng(6)
    truth = np.zeros((60, 90), np.float32)
    truth[:, 41:] = 1
    colors = np.where(truth[..., None] > 0, np.float32([0.7, 0.3, 0.2]), np.float32(0.4))
    return np.clip(colors + rng.normal(0, 0.01, colors.shape), 0, 1).astype(np.float32), truth


def test_an_affine_function_of_the_colors_is_kept():
    guide = np.random.default_rng(1).random((30, 40, 3), np.float32)
    values = guide @ np.float32([0.5, 0.2, 0.1]) + np.float32(0.1)
    windows = GuidedFilter(guide, 3, epsilon=1e-8, dtype=np.float64)
    coefficients = windows.coefficients(values.astype(np.float64))
    np.testing.assert_allclose(coefficients[15, 20], [0.5, 0.2, 0.1, 0.1], atol=1e-3)
    np.testing.assert_allclose(apply_guided(guide, coefficients), values, atol=1e-3)


def test_a_blurred_and_shifted_edge_becomes_that_of_the_guide(step):
    guide, truth = step
    blurred = cv2.GaussianBlur(np.roll(truth, 3, axis=1), (0, 0), 4)
    filtered = apply_guided(guide, GuidedFilter(guide, 8).coefficients(blurred))
    assert filtered.dtype == np.float32
    # The left edge is at the border, where the shift brings in the other side.
    assert ((blurred > 0.5) == (truth > 0))[:, 20:].mean() < 0.97
    assert ((filtered > 0.5) == (truth > 0))[:, 20:].mean() > 0.99


def test_flat_regions_are_averaged():
    guide = np.full((40, 40, 3), 0.5, np.float32)
    noise = np.random.default_rng(2).random((40, 40), np.float32)
    filtered = apply_guided(guide, GuidedFilter(guide, 6).coefficients(noise))
    assert np.abs(filtered - 0.5).max() < 0.1


def test_both_precisions_agree(step):
    guide, truth = step
    single, double = (
        GuidedFilter(guide, 4, dtype=dtype).coefficients(cv2.blur(truth, (9, 9)).astype(dtype))
        for dtype in (np.float32, np.float64)
    )
    assert single.dtype == double.dtype == np.float32
    np.testing.assert_allclose(single, double, atol=1e-3)


def test_coefficients_of_a_reduced_image_serve_the_full_one(step, monkeypatch):
    guide, truth = step
    small, values = (cv2.resize(x, (30, 20), interpolation=cv2.INTER_AREA) for x in step)
    coefficients = GuidedFilter(small, 4).coefficients(values)
    filtered = apply_guided(guide, coefficients)
    assert ((filtered > 0.5) == (truth > 0)).mean() > 0.99
    strips = [slice(0, 7), slice(7, 60)]
    monkeypatch.setattr(guided, "row_slices", lambda *_: strips)
    np.testing.assert_allclose(apply_guided(guide, coefficients), filtered, atol=1e-6)
