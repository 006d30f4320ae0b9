import numpy as np
import pytest

from matte_core.cli.placement import center, cover, fit


@pytest.mark.parametrize("shape", [(10, 10), (30, 7), (7, 30), (101, 99), (1, 1)])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_cover_has_the_size_asked_for(shape, dtype):
    background = np.full((20, 33, 3), 1, dtype)
    covered = cover(background, shape)
    assert covered.shape == (*shape, 3)
    assert covered.dtype == dtype
    np.testing.assert_allclose(covered, 1, atol=1e-6)
    assert covered.max() <= 1


def test_cover_crops_evenly():
    ramp = np.repeat(np.arange(40, dtype=np.uint8)[None, :, None], 10, axis=0)
    covered = cover(np.repeat(ramp, 3, axis=2), (10, 10))
    np.testing.assert_allclose(covered[0, :, 0], np.arange(15, 25))


def test_fit_keeps_proportions_and_lets_no_color_bleed():
    alpha = np.zeros((40, 20), np.float32)
    alpha[10:30, 5:15] = 1
    foreground = np.where(alpha[..., None] > 0, (1.0, 0.0, 0.0), (0.0, 0.0, 1.0))
    scaled, scaled_alpha = fit(foreground.astype(np.float32), alpha, (25, 100))
    assert scaled.shape == (25, 12, 3)
    assert scaled_alpha.shape == (25, 12)
    inside = scaled_alpha > 0.05
    assert 0 < inside.sum() < inside.size
    np.testing.assert_allclose(scaled[inside], (1, 0, 0) * np.ones_like(scaled[inside]), atol=0.01)
    assert scaled_alpha.sum() == pytest.approx(alpha.sum() * (25 / 40) * (12 / 20), rel=0.02)


def test_fit_of_the_same_size_changes_nothing():
    image, alpha = np.zeros((4, 6, 3), np.uint8), np.ones((4, 6), np.float32)
    assert fit(image, alpha, (4, 9))[0] is image


def test_center_may_lie_outside():
    assert center((10, 10), (20, 31)) == (5, 10)
    assert center((20, 20), (10, 10)) == (-5, -5)
