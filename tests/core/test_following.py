"""What to look for in the frames of an animation, from what was found before."""

import numpy as np
import pytest

from matte_core.following import Follower
from matte_core.segmentation import Segmentation
from matte_core.segmentation.result import OWN_ALPHA


def found(left, source="network"):
    mask = np.zeros((100, 200), np.bool_)
    mask[40:60, left : left + 20] = True
    return Segmentation(mask, (), mask.astype(np.float32), 1.0, source)


def test_the_first_frame_is_looked_at_as_asked():
    hint = np.ones((100, 200), np.bool_)
    follower = Follower("person 2", hint)
    assert follower.subject == ("person 2",)
    assert follower.hint is hint
    follower.saw(None)
    assert follower.hint is hint, "nothing was found yet"


@pytest.mark.parametrize("subject", ["auto", "person, dog", ["person", "dog"]])
def test_then_only_the_surroundings_of_the_last_mask_count(subject):
    follower = Follower(subject)
    follower.saw(found(80))
    columns = np.flatnonzero(follower.hint.any(axis=0))
    assert 62 < columns[0] < 80
    assert 99 < columns[-1] < 118
    before = follower.hint.sum()
    follower.saw(None)
    assert follower.hint.sum() > before, "it may have moved on meanwhile"
    follower.saw(found(120))
    assert follower.hint.sum() == before
    assert not follower.hint[:, :100].any()


@pytest.mark.parametrize("subject", ["person 2", "person largest", "person at 0.1 0.9"])
def test_one_of_a_class_is_the_one_nearest_to_where_it_was(subject):
    follower = Follower(subject)
    follower.saw(found(80))
    (word,) = follower.subject
    name, across, down = word.replace(" at", "").split()
    assert (name, float(across), float(down)) == ("person", pytest.approx(0.4475), 0.495)
    assert follower.hint is None


def test_a_sprite_says_itself_where_it_is():
    follower = Follower()
    follower.saw(found(80, OWN_ALPHA))
    assert follower.hint is None
    assert follower.subject == ("auto",)
