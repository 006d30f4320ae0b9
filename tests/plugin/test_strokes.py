"""The list of strokes, and its undo."""

import math

from matte_core.link.strokes import Stroke
from matte_plugin.preview.strokes import HAIR, KEEP, MOST_POINTS, REMOVE, StrokeList


def painted(strokes, kind=KEEP, radius=5.0, points=((1, 1), (20, 1))):
    strokes.begin(kind, radius, points[0])
    for point in points[1:]:
        strokes.extend(point)
    strokes.finish()


def kinds(strokes):
    return [stroke.kind for stroke in strokes.done]


def test_strokes_are_kept_in_order():
    strokes = StrokeList()
    assert strokes.done == ()
    assert strokes.current is None
    painted(strokes)
    painted(strokes, REMOVE)
    assert kinds(strokes) == [KEEP, REMOVE]
    assert strokes.done[0] == Stroke(KEEP, 5.0, ((1, 1), (20, 1)))


def test_a_stroke_is_not_done_before_its_end():
    strokes = StrokeList()
    strokes.begin(HAIR, 2.0, (3, 4))
    assert strokes.current == Stroke(HAIR, 2.0, ((3, 4),))
    assert strokes.done == ()
    strokes.drop()
    assert strokes.current is None
    assert not strokes.can_undo


def test_undo_and_redo_go_stroke_by_stroke():
    strokes = StrokeList()
    for kind in (KEEP, REMOVE, HAIR):
        painted(strokes, kind)
    strokes.undo()
    strokes.undo()
    assert kinds(strokes) == [KEEP]
    strokes.redo()
    assert kinds(strokes) == [KEEP, REMOVE]
    assert strokes.can_undo
    assert strokes.can_redo


def test_a_new_stroke_ends_what_could_be_redone():
    strokes = StrokeList()
    painted(strokes, KEEP)
    strokes.undo()
    painted(strokes, REMOVE)
    assert not strokes.can_redo
    strokes.redo()
    assert kinds(strokes) == [REMOVE]


def test_undo_and_redo_stop_at_the_ends():
    strokes = StrokeList()
    strokes.undo()
    strokes.redo()
    assert strokes.done == ()
    assert not strokes.can_undo
    assert not strokes.can_redo


def test_clearing_can_be_undone():
    strokes = StrokeList()
    strokes.clear()
    assert not strokes.can_undo, "there was nothing to clear"
    painted(strokes)
    painted(strokes, REMOVE)
    strokes.clear()
    assert strokes.done == ()
    strokes.undo()
    assert kinds(strokes) == [KEEP, REMOVE]


def test_points_that_change_nothing_are_left_out():
    strokes = StrokeList()
    strokes.begin(KEEP, 50.0, (0, 0))
    changed = [strokes.extend((x, 0)) for x in range(1, 101)]
    strokes.finish()
    (stroke,) = strokes.done
    assert sum(changed) == len(stroke.points) - 1 == 10
    gaps = [
        math.dist(one, other) for one, other in zip(stroke.points, stroke.points[1:], strict=False)
    ]
    assert set(gaps) == {10}


def test_a_fine_brush_follows_every_pixel():
    strokes = StrokeList()
    painted(strokes, KEEP, 0.5, [(x + 0.5, 0.5) for x in range(20)])
    assert len(strokes.done[0].points) == 20


def test_only_keep_says_what_the_subject_is():
    strokes = StrokeList()
    painted(strokes, REMOVE)
    assert not strokes.keeps
    painted(strokes, KEEP)
    assert strokes.keeps


def test_the_list_is_full_before_a_request_is():
    strokes = StrokeList()
    painted(strokes, KEEP, 0.5, [(x, 0) for x in range(MOST_POINTS)])
    assert not strokes.is_full
    painted(strokes)
    assert strokes.is_full
