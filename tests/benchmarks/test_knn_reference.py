"""The published KNN recipe on images small enough for the result to be known."""

import numpy as np
from knn_reference import estimate_alpha_knn_reference


def two_colors(height: int, width: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return an image of two noisy colors, its true alpha, and a trimap with a band between."""
    truth = (np.arange(width) >= width // 2).astype(float) * np.ones((height, 1))
    colors = np.where(truth[..., None] > 0, [200, 60, 40], [30, 90, 180])
    noise = np.random.default_rng(3).integers(-8, 9, colors.shape)
    trimap = np.where(truth > 0, 255, 0).astype(np.uint8)
    trimap[:, width // 2 - 4 : width // 2 + 4] = 128
    return (colors + noise).astype(np.uint8), truth, trimap


def test_two_colors_are_separated() -> None:
    image, truth, trimap = two_colors(24, 30)
    alpha = estimate_alpha_knn_reference(image, trimap)
    assert alpha.shape == truth.shape
    assert alpha.dtype == np.float64
    assert np.abs(alpha - truth).max() < 0.02


def test_alpha_stays_within_its_range() -> None:
    image = np.random.default_rng(4).integers(0, 256, (16, 16, 3)).astype(np.uint8)
    trimap = np.full((16, 16), 128, np.uint8)
    trimap[:4], trimap[-4:] = 0, 255
    alpha = estimate_alpha_knn_reference(image, trimap)
    assert alpha.min() >= 0
    assert alpha.max() <= 1
    assert alpha[:4].max() < 0.2
    assert alpha[-4:].min() > 0.8
