"""Where in the preview a pixel of the layer is, at each zoom."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matte_plugin.preview.zoom import FULL, LEVELS, Zoom

SIZES = st.tuples(st.integers(1, 9000), st.integers(1, 9000))
VIEWS = st.tuples(st.integers(320, 3000), st.integers(320, 3000))
SHARES = st.tuples(st.floats(0, 1), st.floats(0, 1))


def zoom(size=(4000, 3000), view=(800, 600), level=None):
    made = Zoom(*size)
    made.view = view
    made.set_level(level)
    return made


@given(SIZES, VIEWS, st.sampled_from([None, *LEVELS]), SHARES)
def test_a_spot_and_its_place_belong_together(size, view, level, share):
    made = zoom(size, view, level)
    place = (share[0] * view[0], share[1] * view[1])
    assert made.place(*made.spot(*place)) == pytest.approx(place, abs=1e-6)


@given(SIZES, VIEWS, st.sampled_from([None, *LEVELS]), st.lists(SHARES, max_size=4))
def test_the_part_fills_the_view_and_lies_in_the_layer(size, view, level, pans):
    made = zoom(size, view, level)
    for across, along in pans:
        made.pan(round((across - 0.5) * 5000), round((along - 0.5) * 5000))
    left, top, width, height = made.part()
    assert min(left, top) >= 0
    assert min(width, height) > 0
    for start, length, whole, room, at in zip(
        (left, top), (width, height), size, view, made.origin, strict=True
    ):
        assert start + length <= whole
        first, last = at + start * made.scale, at + (start + length) * made.scale
        assert first <= 0 or start == 0, "something to the left is missing"
        assert last >= room or start + length == whole, "something to the right is missing"
        middle = at + whole * made.scale / 2
        is_small = whole * made.scale <= room
        assert not is_small or middle == pytest.approx(room / 2, abs=1), "it is not in the middle"


def test_fitting_shows_the_whole_layer():
    made = zoom(view=(800, 400))
    assert made.scale == pytest.approx(400 / 3000)
    assert made.part() == (0, 0, 4000, 3000)
    assert made.origin == (round(400 - 4000 * made.scale / 2), 0)


def test_steps_go_from_the_whole_layer_up_and_back():
    made = zoom()
    seen = [made.level]
    for _ in range(20):
        made.step(True)
        seen.append(made.level)
    assert seen[:8] == [None, 0.25, 0.5, 1, 2, 4, 8, 16]
    assert seen[-1] == 16, "there is a last one"
    for _ in range(20):
        made.step(False)
    assert made.level is None


def test_a_small_layer_fits_enlarged_and_can_be_shown_at_its_size():
    made = zoom((100, 100), (600, 500))
    assert made.scale == 5
    made.step(True)
    assert made.level == 8
    for expected in (None, 4, 2, 1, 1):
        made.step(False)
        assert made.level == expected


@given(VIEWS, SHARES, st.sampled_from([level for level in LEVELS if level >= 1]))
def test_the_spot_under_the_pointer_stays_there(view, share, level):
    made = zoom((9000, 9000), view, FULL)
    place = (share[0] * view[0], share[1] * view[1])
    spot = made.spot(*place)
    made.set_level(level, place)
    assert made.place(*spot) == pytest.approx(place, abs=1)


def test_zooming_at_the_edge_wastes_no_room():
    made = zoom(level=FULL)
    made.pan(99999, 99999)
    assert made.spot(0, 0) == (0, 0)
    assert made.part() == (0, 0, 801, 601)
    made.pan(-99999, -99999)
    assert made.spot(800, 600) == (4000, 3000)
    assert made.part() == (3199, 2399, 801, 601)
    assert made.contains(0, 0)
    assert made.contains(799, 599)


def test_beside_the_layer_is_nothing():
    made = zoom((400, 100), (400, 400))
    assert made.contains(200, 200)
    assert not made.contains(200, 10)


@pytest.mark.parametrize("level", [0.5, 0.25, 0.125])
def test_a_reduced_part_begins_and_ends_with_whole_pixels_of_the_screen(level):
    made = zoom((4096, 4096), (333, 333), level)
    made.pan(17, 5)
    assert all(length * level == round(length * level) for length in made.part())


def test_enlarged_pixels_are_computed_with_what_is_around_them():
    made = zoom(level=8)
    left, top, width, height = made.part()
    assert (width, height) == (802, 602)
    assert left < made.spot(0, 0)[0]
    assert top < made.spot(0, 0)[1]
    made.pan(99999, 0)
    assert made.part()[0] == 0
