"""Strokes become marked pixels, the same at every size."""

import numpy as np
import pytest

from matte_core.base.errors import InputError
from matte_core.link.protocol import Array
from matte_core.link.strokes import Stroke
from matte_core.worker.strokes import draw_strokes, read_marks

SHAPE = (40, 60)
LINE = ((10.5, 20.5), (30.5, 20.5), (30.5, 30.5))


def plane(mask):
    return Array("uint8", mask.shape, (mask.astype(np.uint8) * 255).tobytes())


def distance_to_line():
    """Return how far the center of every pixel is from `LINE`."""
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]] + 0.5
    across = np.hypot(rows - 20.5, columns - np.clip(columns, 10.5, 30.5))
    down = np.hypot(rows - np.clip(rows, 20.5, 30.5), columns - 30.5)
    return np.minimum(across, down)


def test_nothing_is_marked_without_strokes_or_outside():
    assert draw_strokes((), SHAPE) is None
    assert draw_strokes((Stroke("keep", 3.0, ((-50.0, 1e9),)),), SHAPE) is None


@pytest.mark.parametrize("radius", [2.0, 3.5, 6.0])
def test_a_stroke_covers_what_is_within_its_radius(radius):
    marks = draw_strokes((Stroke("keep", radius, LINE),), SHAPE)
    distance = distance_to_line()
    assert marks.keep[distance < radius - 1].all()
    assert not marks.keep[distance > radius + 1].any()
    assert not (marks.remove | marks.unknown).any()


@pytest.mark.parametrize("radius", [0.0, 0.5, 4.0])
def test_a_dot_is_a_disc_and_at_least_a_pixel(radius):
    marks = draw_strokes((Stroke("hair", radius, ((25.5, 12.5),)),), SHAPE)
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]] + 0.5
    distance = np.hypot(rows - 12.5, columns - 25.5)
    assert marks.unknown[12, 25]
    assert marks.unknown[distance < radius - 0.5].all()
    assert not marks.unknown[distance > radius + 0.8].any()


def test_later_strokes_are_on_top_and_the_eraser_leaves_nothing():
    strokes = (
        Stroke("keep", 6.0, ((5.5, 20.5), (55.5, 20.5))),
        Stroke("remove", 4.0, ((20.5, 20.5),)),
        Stroke("hair", 4.0, ((35.5, 20.5),)),
        Stroke("erase", 4.0, ((50.5, 20.5),)),
    )
    marks = draw_strokes(strokes, SHAPE)
    assert marks.keep[20, 10]
    assert (marks.keep[20, 20], marks.remove[20, 20]) == (False, True)
    assert (marks.keep[20, 35], marks.unknown[20, 35]) == (False, True)
    assert not (marks.keep | marks.remove | marks.unknown)[20, 50]
    everything = (*strokes, Stroke("erase", 100.0, ((30.0, 20.0),)))
    assert draw_strokes(everything, SHAPE) is None


def test_a_part_at_another_scale_shows_the_same_stroke():
    stroke = Stroke("keep", 5.0, LINE)
    whole = draw_strokes((stroke,), SHAPE).keep
    small = draw_strokes((stroke,), (20, 30), (0.5, 0.5)).keep
    shrunk = whole.reshape(20, 2, 30, 2).mean(axis=(1, 3)) > 0.5
    assert (small == shrunk).mean() > 0.92  # lines are as wide as whole pixels
    part = draw_strokes((stroke,), (15, 25), corner=(12, 20)).keep
    assert np.array_equal(part, whole[12:27, 20:45])


def test_strokes_come_on_top_of_planes():
    left, right = np.zeros(SHAPE, bool), np.zeros(SHAPE, bool)
    left[:, :10], right[:, 50:] = True, True
    erased = (Stroke("erase", 8.0, ((5.5, 20.5),)), Stroke("keep", 2.0, ((55.5, 20.5),)))
    marks = read_marks(erased, (*SHAPE, 3), plane(left), plane(right), None)
    assert marks.keep[2, 5]
    assert not marks.keep[20, 5]
    assert marks.remove[2, 55]
    assert marks.keep[20, 55]
    assert not marks.remove[20, 55]
    with pytest.raises(InputError, match="both to keep and to remove"):
        read_marks((), SHAPE, plane(left), plane(left), None)
