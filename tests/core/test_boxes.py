"""Boxes of pixels, and strips of rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from matte_core.boxes import Box
from matte_core.images import row_slices


@given(arrays(bool, array_shapes(min_dims=2, max_dims=2, max_side=9)))
def test_around_contains_every_true_pixel_and_is_tight(mask):
    box = Box.around(mask)
    if box is None:
        assert not mask.any()
        return
    inside = mask[box.slices]
    assert inside.shape == (box.height, box.width)
    assert inside.sum() == mask.sum()
    for border in (inside[0], inside[-1], inside[:, 0], inside[:, -1]):
        assert border.any()


def test_a_margin_ends_at_the_image():
    assert Box(2, 3, 4, 8).grown(3, (6, 20, 3)) == Box(0, 0, 6, 11)
    assert Box.whole((6, 20, 3)).grown(5, (6, 20, 3)) == Box(0, 0, 6, 20)


def test_cells_are_sampled_at_their_centers():
    rows, columns = Box(2, 10, 6, 16).sampled((2, 3))
    assert rows.tolist() == [2.5, 4.5]
    assert columns.tolist() == [10.5, 12.5, 14.5]


@given(st.integers(1, 50), st.integers(1, 50), st.integers(1, 300))
def test_strips_cover_every_row_once(height, width, most_px):
    strips = row_slices((height, width), most_px)
    assert [row for rows in strips for row in range(height)[rows]] == list(range(height))
    for rows in strips:
        assert (rows.stop - rows.start) * width <= max(most_px, width)


@pytest.mark.parametrize("shape", [(3, 4), (3, 4, 3)])
def test_a_small_image_is_one_strip(shape):
    assert row_slices(shape) == [slice(0, 3)]
    assert np.zeros(shape)[row_slices(shape)[0]].shape == shape
