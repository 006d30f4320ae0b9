import numpy as np
import pytest

from matte_core.compositing.fill import fill_behind


def scene(size=(200, 300)):
    rows, columns = np.mgrid[0 : size[0], 0 : size[1]]
    wall = np.dstack([80 + rows / 4, 100 + columns / 6, 0 * rows + 150]).astype(np.float32)
    alpha = np.clip(40 - np.hypot(rows - 100, columns - 150) + 0.5, 0, 1).astype(np.float32)
    return wall, wall * (1 - alpha[..., None]) + alpha[..., None] * (200, 20, 30), alpha


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("repeat", [1, 4])
def test_the_wall_goes_on_behind_the_subject(dtype, repeat):
    """Also where it is brighter than white, and where the image is filled at reduced size."""
    wall, seen, alpha = (one.repeat(repeat, 0).repeat(repeat, 1) for one in scene())
    scale = 1 if dtype == np.uint8 else 1 / 100
    filled, hole = fill_behind((seen * scale).astype(dtype), alpha)
    assert filled.dtype == dtype
    np.testing.assert_array_equal(filled[~hole], (seen * scale).astype(dtype)[~hole])
    assert hole[alpha > 0].all()
    assert hole.mean() < 0.2
    assert np.abs(filled / scale - wall)[hole].mean() < 6


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_nothing_is_filled_where_there_is_no_hole_or_nothing_else(level):
    _wall, seen, alpha = scene()
    filled, hole = fill_behind(seen.astype(np.uint8), np.full_like(alpha, level))
    assert not hole.any()
    np.testing.assert_array_equal(filled, seen.astype(np.uint8))


def test_a_pixel_that_is_not_a_number_spoils_nothing():
    _wall, seen, alpha = scene()
    colors = (seen / 255).astype(np.float32)
    colors[3, 4] = np.nan
    filled, hole = fill_behind(colors, alpha)
    assert np.isfinite(filled[hole]).all()
