"""The subject "nothing": what is marked to keep, and what that means."""

import numpy as np
import pytest

from matte_core.base.errors import NoSubjectError
from matte_core.segmentation import segment


def two_discs() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a picture of an orange and a green disc on blue, and where they are."""
    rows, columns = np.mgrid[:96, :160]
    orange = np.hypot(rows - 48, columns - 40) < 30
    green = np.hypot(rows - 48, columns - 120) < 30
    image = np.full((96, 160, 3), (30, 60, 120))
    image[orange], image[green] = (230, 150, 40), (60, 190, 80)
    grain = np.random.default_rng(1).integers(0, 20, (96, 160, 1))
    return (image + grain).astype(np.uint8), orange, green


def test_nothing_is_found_by_itself():
    with pytest.raises(NoSubjectError, match="Nothing is marked"):
        segment(two_discs()[0], "nothing")


def test_two_strokes_say_what_the_subject_is():
    image, orange, green = two_discs()
    keep, remove = np.zeros(orange.shape, bool), np.zeros(orange.shape, bool)
    keep[44:52, 30:50] = True
    remove[4:10, 70:90] = remove[44:52, 110:130] = True
    found = segment(image, "nothing", keep=keep, remove=remove)
    assert (found.mask & orange).sum() / (found.mask | orange).sum() > 0.9
    assert not (found.mask & green).any()
