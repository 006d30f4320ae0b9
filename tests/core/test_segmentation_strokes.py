"""A few strokes say what a subject is, with what was found before and without."""

from itertools import pairwise

import cv2
import numpy as np
import pytest

from matte_core import segment
from matte_core.base.errors import InputError, NoSubjectError
from matte_core.segmentation import Segmentation
from matte_core.segmentation.strokes import Affinities, correct

NONE = np.zeros((90, 120), bool)


def dot(row, column, radius=3, shape=NONE.shape):
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    return (rows - row) ** 2 + (columns - column) ** 2 <= radius**2


def scene(seed):
    """Return a picture of two rough discs on a rough ground, and where they are."""
    rng = np.random.default_rng(seed)
    colors = rng.integers(20, 236, (3, 3))
    one, other = dot(45, 32, rng.integers(14, 24)), dot(44, 88, rng.integers(14, 24))
    image = np.where(one[..., None], colors[1], np.where(other[..., None], colors[2], colors[0]))
    rough = cv2.GaussianBlur(rng.normal(0, 30, (*NONE.shape, 3)), (0, 0), 1.5)
    return np.clip(image + rough, 0, 255).astype(np.uint8), one, other


def found(mask, softness=2.0):
    probability = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), softness)
    return Segmentation(probability > 0.5, (), probability, 4.0, "network")


def overlap(one, other):
    return (one & other).sum() / (one | other).sum()


def test_two_strokes_cut_out_what_nothing_else_finds():
    image, one, _ = scene(1)
    result = correct(image, None, Affinities(image), dot(45, 32), dot(10, 60) | dot(44, 88))
    assert overlap(result.mask, one) > 0.85
    assert result.source == "strokes"


@pytest.mark.parametrize("seed", range(4))
def test_one_stroke_takes_a_thing_and_not_the_whole_picture(seed):
    image, one, _ = scene(seed)
    mask = correct(image, None, Affinities(image), dot(45, 32), NONE).mask
    assert mask.mean() < 0.5
    assert (mask & one).sum() > 0.2 * one.sum()


def test_a_picture_in_which_no_model_finds_anything_has_a_subject_with_a_stroke():
    image = np.full((*NONE.shape, 3), 90, np.uint8)
    image[dot(45, 60, 20)] = 91
    with pytest.raises(NoSubjectError):
        segment(image)
    with pytest.raises(NoSubjectError):
        segment(image, remove=dot(45, 60))
    assert segment(image, keep=dot(45, 60)).mask[dot(45, 60)].all()


def test_strokes_add_and_take_away_whole_things():
    image, one, other = scene(2)
    affinities = Affinities(image)
    both = correct(image, found(one), affinities, dot(44, 88), NONE)
    assert overlap(both.mask, one | other) > 0.9
    single = correct(image, found(one | other), affinities, NONE, dot(44, 88))
    assert overlap(single.mask, one) > 0.9


def test_strokes_are_obeyed_and_what_they_do_not_mean_stays_as_it_was():
    image, one, _other = scene(3)
    before = found(one)
    keep, remove = dot(44, 88), dot(20, 110, 2)
    after = correct(image, before, Affinities(image), keep, remove)
    assert after.mask[keep].all()
    assert not after.mask[remove].any()
    assert after.subject == before.subject
    inner = dot(45, 32, 8)
    assert np.abs(after.probability - before.probability)[inner].max() < 0.1


def test_a_stroke_that_agrees_changes_hardly_anything():
    image, one, _ = scene(4)
    after = correct(image, found(one), Affinities(image), dot(45, 32), dot(80, 60))
    assert overlap(after.mask, found(one).mask) > 0.97


@pytest.mark.parametrize("seed", range(12))
def test_a_stroke_to_keep_never_takes_away_and_one_to_remove_never_adds(seed):
    rng = np.random.default_rng(100 + seed)
    image, one, other = scene(seed)
    before = found([one, one | other, NONE][seed % 3]) if seed % 4 else None
    affinities = Affinities(image)
    keep, remove = NONE.copy(), NONE.copy()
    masks = [(True, NONE if before is None else before.mask)]
    for step in range(6):
        is_kept = step == 0 or bool(rng.integers(2))
        place = dot(rng.integers(90), rng.integers(120), rng.integers(1, 5))
        keep, remove = (
            (keep | place, remove & ~place) if is_kept else (keep & ~place, remove | place)
        )
        masks.append((is_kept, correct(image, before, affinities, keep, remove).mask))
    for (_, last), (is_kept, mask) in pairwise(masks):
        change = mask.mean() - last.mean()
        assert change > -0.01 if is_kept else change < 0.01


@pytest.mark.parametrize("seed", range(4))
def test_strokes_of_one_kind_alone_move_no_pixel_the_other_way(seed):
    image, one, _other = scene(seed)
    before = found(one)
    places = dot(44, 88) | dot(10, 10)
    affinities = Affinities(image)
    assert (correct(image, before, affinities, places, NONE).mask | ~before.mask).all()
    assert not (correct(image, before, affinities, NONE, places).mask & ~before.mask).any()


def test_the_result_does_not_depend_on_what_was_drawn_in_between():
    image, one, _ = scene(5)
    before, affinities = found(one), Affinities(image)
    first = correct(image, before, affinities, dot(44, 88), NONE)
    correct(image, before, affinities, dot(44, 88), dot(45, 32))
    again = correct(image, before, affinities, dot(44, 88), NONE)
    assert np.array_equal(first.probability, again.probability)
    new = correct(image, before, Affinities(image), dot(44, 88), NONE)
    assert np.array_equal(first.probability, new.probability)


def test_bytes_and_floats_of_any_size_give_the_same():
    image, _one, _ = scene(6)
    large = cv2.resize(image, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    keep, remove = dot(45, 32), dot(10, 60)
    small = correct(image, None, Affinities(image), keep, remove).mask
    floats = image.astype(np.float32) / 255
    assert overlap(correct(floats, None, Affinities(floats), keep, remove).mask, small) > 0.99
    more = [np.kron(mask, np.ones((3, 3), bool)) for mask in (keep, remove)]
    enlarged = correct(large, None, Affinities(large), *more).mask
    assert overlap(enlarged[1::3, 1::3], small) > 0.9


@pytest.mark.parametrize("shape", [(1, 1), (1, 2), (2, 3), (1, 40), (3, 3), (5, 200)])
def test_tiny_and_narrow_pictures_can_be_marked(shape):
    image = np.random.default_rng(0).integers(0, 256, (*shape, 3)).astype(np.uint8)
    keep, remove = np.zeros(shape, bool), np.zeros(shape, bool)
    keep[0, 0] = True
    remove[-1, -1] = shape != (1, 1)
    mask = correct(image, None, Affinities(image), keep, remove).mask
    assert mask[0, 0]
    assert not mask[remove].any()


def test_nothing_left_is_said():
    image, one, _other = scene(7)
    with pytest.raises(NoSubjectError, match="leave nothing"):
        correct(image, found(one), Affinities(image), NONE, ~NONE)


@pytest.mark.parametrize(
    ("marks", "words"),
    [
        ({"keep": NONE[1:]}, "The keep is 120 x 89 pixels"),
        ({"remove": NONE.astype(np.uint8)}, "The remove has type uint8"),
        ({"keep": dot(5, 5), "remove": dot(5, 6)}, "marked both to keep and to remove"),
    ],
)
def test_marks_that_cannot_be_used_are_refused(marks, words):
    with pytest.raises(InputError, match=words):
        segment(scene(0)[0], **marks)
