"""Strokes as pixels of the screen."""

import math
from itertools import pairwise

import numpy as np
import pytest

from matte_plugin.preview import marks
from matte_plugin.preview.strokes import ERASE, HAIR, KEEP, REMOVE

SIZE = (60, 40)
KINDS = (KEEP, REMOVE, HAIR)


def pixels(sheet):
    return np.frombuffer(bytes(sheet.data), np.uint8).reshape(sheet.height, sheet.width, 4)


def drawn(kind, radius, *places, factor=1):
    sheet = marks.Sheet(*SIZE, factor)
    sheet.dot(kind, radius, *places[0])
    for start, end in pairwise(places):
        sheet.line(kind, radius, start, end)
    return sheet


def distance_to(start, end):
    """Return how far the center of each pixel is from a line between two places."""
    rows, columns = np.mgrid[: SIZE[1], : SIZE[0]] + 0.5
    way = np.subtract(end, start)
    share = ((columns - start[0]) * way[0] + (rows - start[1]) * way[1]) / max(way @ way, 1e-9)
    share = np.clip(share, 0, 1)
    return np.hypot(columns - start[0] - share * way[0], rows - start[1] - share * way[1])


@pytest.mark.parametrize("radius", [0.5, 2, 7.3, 15])
@pytest.mark.parametrize("end", [(45, 30), (10.5, 30), (-40, 5)])
def test_a_stroke_covers_what_is_within_its_radius(radius, end):
    start = (10.5, 10.5)
    seen = pixels(drawn(KEEP, radius, start, end))[..., 3] > 0
    away = distance_to(start, end)
    assert seen[away < radius - 0.75].all()
    assert not seen[away > max(radius, marks.SMALLEST) + 0.75].any()


def test_the_finest_brush_marks_one_pixel():
    seen = pixels(drawn(REMOVE, 0.5, (20.5, 10.5)))[..., 3] > 0
    assert np.argwhere(seen).tolist() == [[10, 20]]


@pytest.mark.parametrize("factor", [1, 2])
def test_kinds_differ_in_color_and_in_pattern(factor):
    found = {}
    for kind in KINDS:
        seen = pixels(drawn(kind, 100, (30, 20), factor=factor))
        white = (seen[..., :3] == 255).all(axis=-1)
        assert (seen[~white][:, :3] == marks.COLORS[kind]).all()
        assert 0.1 < white.mean() < 0.5
        found[kind] = white
    for one, other in ((KEEP, REMOVE), (KEEP, HAIR), (REMOVE, HAIR)):
        assert (found[one] != found[other]).mean() > 0.05


def test_pattern_does_not_depend_on_the_stroke():
    whole = pixels(drawn(HAIR, 100, (30, 20)))
    part = pixels(drawn(HAIR, 6, (17.3, 21.8), (40, 30)))
    seen = part[..., 3] > 0
    assert (part[seen] == whole[seen]).all()


def test_a_later_stroke_replaces_an_earlier_one():
    sheet = drawn(KEEP, 8, (10, 20), (50, 20))
    sheet.line(REMOVE, 8, (30, 5), (30, 35))
    only = pixels(drawn(REMOVE, 8, (30, 35)))
    there = only[..., 3] > 0
    assert (pixels(sheet)[there] == only[there]).all()


def test_the_eraser_leaves_nothing():
    sheet = drawn(KEEP, 5, (10, 20), (50, 20))
    sheet.dot(ERASE, 100, 30, 20)
    assert not any(sheet.data)


@pytest.mark.parametrize("kind", [*KINDS, ERASE])
@pytest.mark.parametrize("radius", [2, 3.5, 40])
def test_a_ring_is_as_large_as_the_brush_and_open_inside(kind, radius):
    data, size = marks.ring(radius, kind)
    seen = np.frombuffer(bytes(data), np.uint8).reshape(size, size, 4)[..., 3] > 0
    rows, columns = np.mgrid[:size, :size] + 0.5
    away = np.hypot(columns - size / 2, rows - size / 2)
    assert not seen[away > max(radius, marks.SMALLEST) + 2 * marks.RING_PX + 1].any()
    assert not seen[away < radius - marks.RING_PX - 1].any()
    on_it = (away > radius - 0.5) & (away < radius + 0.5)
    assert seen[on_it].mean() > 0.9


def test_far_away_nothing_is_drawn():
    sheet = drawn(KEEP, 5, (-400, 20), (-300, 20))
    assert not any(sheet.data)
    assert math.isclose(len(sheet.data), SIZE[0] * SIZE[1] * marks.BANDS)
