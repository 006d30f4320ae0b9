"""The edge controls: what each does to a straight edge, and what none may do."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from matte_core.base.errors import InputError
from matte_core.matting.edge import adjust_edge


def straight_edge(width=5.0, at=30.0):
    """Return a vertical soft edge, foreground to the left, one half at column `at`."""
    columns = np.arange(60, dtype=np.float32)
    ramp = np.clip(0.5 - (columns - at) / width, 0, 1).astype(np.float32)
    return np.tile(ramp, (40, 1))


def where_half(alpha):
    """Return the column at which each row crosses one half."""
    return np.array([np.interp(-0.5, -row, np.arange(row.size)) for row in alpha])


def disc(radius=20, size=64):
    rows, columns = np.mgrid[:size, :size]
    distance = np.hypot(rows - size / 2, columns - size / 2)
    return np.clip(radius + 0.5 - distance, 0, 1).astype(np.float32)


def test_controls_at_zero_change_nothing():
    alpha = disc()
    adjusted = adjust_edge(alpha)
    assert np.array_equal(adjusted, alpha)
    assert adjusted is not alpha


@pytest.mark.parametrize("shift_px", [-7, -2.5, -1, 0.25, 1, 3, 4.75, 10])
def test_shift_keeps_the_shape_of_a_soft_edge(shift_px):
    alpha = straight_edge()
    adjusted = adjust_edge(alpha, shift_px=shift_px)
    assert np.allclose(where_half(adjusted), 30 + shift_px, atol=0.02)
    if shift_px == int(shift_px):
        expected = straight_edge(at=30 + shift_px)
        assert np.allclose(adjusted, expected, atol=1e-6)


def test_shift_grows_a_disc_evenly_in_every_direction():
    grown = adjust_edge(disc(20, 96), shift_px=12) >= 0.5
    rows, columns = np.mgrid[:96, :96]
    distance = np.hypot(rows - 48, columns - 48)
    assert not grown[distance > 33.6].any()
    assert grown[distance < 31.4].all()


@pytest.mark.parametrize("radius_px", [1, 2, 3, 7, 12, 29, 100])
def test_shift_takes_the_extreme_of_an_octagon_also_at_the_border(radius_px):
    alpha = np.random.default_rng(radius_px).random((37, 23), np.float32)
    side_px = round(radius_px * (np.sqrt(2) - 1))
    expected = cv2.dilate(alpha, np.ones((2 * side_px + 1, 2 * side_px + 1), np.uint8))
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    for _ in range(radius_px - side_px):
        expected = cv2.dilate(expected, cross)
    assert np.array_equal(adjust_edge(alpha, shift_px=radius_px), expected)
    inward = adjust_edge(1 - alpha, shift_px=-radius_px)
    assert np.allclose(inward, 1 - expected, atol=1e-6)


@pytest.mark.parametrize("smooth_px", [1, 2.5, 6])
def test_smoothing_leaves_a_straight_soft_edge(smooth_px):
    alpha = straight_edge()
    assert np.allclose(adjust_edge(alpha, smooth_px=smooth_px), alpha, atol=1e-6)


def test_smoothing_removes_spikes_and_fills_notches():
    alpha = straight_edge(width=1)
    alpha[20, 30:40] = 1  # a spike one pixel wide
    alpha[10, 20:31] = 0  # a notch
    difference = np.abs(adjust_edge(alpha, smooth_px=2) - straight_edge(width=1))
    # Where they met the edge, its corners are rounded by a pixel.
    assert difference[:, 29:32].max() <= 0.25
    difference[:, 29:32] = 0
    assert difference.max() < 1e-6


def test_feather_softens_and_keeps_the_position():
    alpha = straight_edge(width=1)
    adjusted = adjust_edge(alpha, feather_px=14)
    assert np.allclose(where_half(adjusted), 30, atol=0.05)
    # 14 px of radius are 4 px of standard deviation: one deviation out, 16 % are left.
    assert adjusted[20, 34] == pytest.approx(0.159, abs=0.02)
    assert adjusted[20, 0] == 1
    assert adjusted[20, 59] == 0


def test_contrast_makes_the_edge_steeper_and_keeps_the_position():
    alpha = straight_edge(width=8)
    adjusted = adjust_edge(alpha, contrast=0.5)
    assert np.allclose(adjusted, straight_edge(width=4), atol=1e-6)
    assert set(np.unique(adjust_edge(alpha, contrast=1))) == {0, 1}


def test_the_border_of_the_image_is_not_an_edge():
    alpha = straight_edge()
    for control in ({"shift_px": -5}, {"smooth_px": 4}, {"feather_px": 9}):
        assert (adjust_edge(alpha, **control)[:, 0] == 1).all()


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_without_an_edge_there_is_nothing_to_adjust(value):
    alpha = np.full((5, 7), value, np.float32)
    adjusted = adjust_edge(alpha, shift_px=-3, smooth_px=2, feather_px=5, contrast=0.5)
    assert np.array_equal(adjusted, alpha)


def test_the_result_does_not_depend_on_the_box_around_the_edge():
    small = disc(6, 40)
    large = np.zeros((300, 280), np.float32)
    large[100:140, 90:130] = small
    controls = {"shift_px": 2.5, "smooth_px": 1.5, "feather_px": 4, "contrast": 0.3}
    alone = adjust_edge(np.pad(small, 80), **controls)[80:120, 80:120]
    within = adjust_edge(large, **controls)
    assert np.allclose(within[100:140, 90:130], alone, atol=1e-6)
    within[90:150, 80:140] = 0
    assert not within.any()


@given(
    alpha=arrays.arrays(
        np.float32,
        arrays.array_shapes(min_dims=2, max_dims=2, max_side=12),
        elements=st.floats(0, 1, width=32),
    ),
    shift_px=st.floats(-8, 8),
    smooth_px=st.floats(0, 5),
    feather_px=st.floats(0, 10),
    contrast=st.floats(0, 1),
)
@settings(max_examples=150, deadline=None)
def test_any_controls_give_an_alpha_and_keep_the_order(
    alpha, shift_px, smooth_px, feather_px, contrast
):
    controls = {
        "shift_px": shift_px,
        "smooth_px": smooth_px,
        "feather_px": feather_px,
        "contrast": contrast,
    }
    adjusted = adjust_edge(alpha, **controls)
    assert adjusted.dtype == np.float32
    assert adjusted.shape == alpha.shape
    assert adjusted.min() >= 0
    assert adjusted.max() <= 1
    smaller = adjust_edge(alpha * np.float32(0.5), **controls)
    # One steep contrast blows up the last bit of a float.
    gain = 1 / max(1 - contrast, 1e-6)
    if contrast < 0.99:
        assert (smaller <= adjusted + 1e-5 * gain).all()


@pytest.mark.parametrize(
    ("controls", "word"),
    [
        ({"shift_px": 101}, "shift"),
        ({"smooth_px": -1}, "smoothing"),
        ({"feather_px": float("nan")}, "feathering"),
        ({"contrast": 1.5}, "contrast"),
    ],
)
def test_a_control_out_of_range_is_refused(controls, word):
    with pytest.raises(InputError, match=word):
        adjust_edge(disc(), **controls)
