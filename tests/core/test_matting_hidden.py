import cv2
import numpy as np
import pytest

from matte_core.matting import clear_hidden
from matte_core.matting.hidden import CONTINUED_PX

GREEN, RED = (0, 177, 64), (200, 30, 40)


def scene(dtype=np.uint8):
    """A red disc with a soft edge, in clean colors, and the green that was around it."""
    rows, columns = np.mgrid[0:90, 0:120]
    distance = np.hypot(rows - 45, columns - 60)
    alpha = np.clip((30 - distance) / 3, 0, 1).astype(np.float32)
    colors = np.where((alpha > 0)[..., None], RED, GREEN).astype(np.uint8)
    return (colors if dtype == np.uint8 else (colors / dtype(255)).astype(dtype)), alpha


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_nothing_of_the_background_is_left(dtype):
    colors, alpha = scene(dtype)
    cleared, hidden = clear_hidden(colors, alpha)
    assert cleared.dtype == dtype
    np.testing.assert_array_equal(hidden, alpha < 0.5 / 255)
    np.testing.assert_array_equal(cleared[~hidden], colors[~hidden])
    one = np.asarray(RED) / (1 if dtype == np.uint8 else 255)
    around = cv2.dilate((~hidden).astype(np.uint8), np.ones((5, 5))) > 0
    np.testing.assert_allclose(cleared[around], np.broadcast_to(one, (around.sum(), 3)), atol=1e-6)
    reach = 2 * CONTINUED_PX + 3
    far = cv2.dilate((~hidden).astype(np.uint8), np.ones((reach, reach))) == 0
    assert far.any()
    assert not cleared[far].any()


@pytest.mark.parametrize("size", [(360, 270), (40, 30)])
@pytest.mark.parametrize("under", [0, 255])
def test_scaling_draws_no_fringe(size, under):
    """As programs scale that know nothing of alpha: each channel by itself."""
    colors, alpha = scene()
    cleared, _hidden = clear_hidden(colors, alpha)
    scaled = cv2.resize(cleared.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    share = cv2.resize(alpha, size, interpolation=cv2.INTER_LINEAR)[..., None]
    shown = share * scaled + (1 - share) * under
    wanted = share * np.float32(RED) + (1 - share) * under
    assert np.abs(shown - wanted).max() < 2


def test_what_is_all_visible_or_all_hidden():
    colors, alpha = scene()
    cleared, hidden = clear_hidden(colors, np.ones_like(alpha))
    np.testing.assert_array_equal(cleared, colors)
    assert not hidden.any()
    cleared, hidden = clear_hidden(colors, np.zeros_like(alpha))
    assert not cleared.any()
    assert hidden.all()


def test_values_that_are_not_numbers_go_with_the_background():
    colors, alpha = scene(np.float32)
    colors[alpha == 0] = np.nan
    cleared, _hidden = clear_hidden(colors, alpha)
    assert np.isfinite(cleared).all()
