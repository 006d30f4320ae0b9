"""Drawing the outline: specks, selections, and passes that overlap."""

import numpy as np
import pytest

from matte_core.boxes import Box
from matte_core.networks.grid import Grid, ScoreField
from matte_core.segmentation.outline import keep_inside, without_scraps, without_specks
from matte_core.segmentation.passes import Pass, PassTuning, blend


def test_specks_and_pinholes_go_and_true_holes_stay() -> None:
    mask = np.zeros((100, 100), bool)
    mask[20:80, 20:80] = True
    expected = mask.copy()
    expected[40:60, 40:60] = mask[40:60, 40:60] = False
    mask[25, 25] = False
    mask[5, 5] = True
    np.testing.assert_array_equal(without_specks(mask, 3.0), expected)


def test_a_subject_that_is_only_a_speck_stays() -> None:
    mask = np.zeros((50, 50), bool)
    mask[10:12, 10:12] = True
    assert without_specks(mask, 10.0)[10, 10]


def test_small_parts_stay_only_where_they_are_likely() -> None:
    mask = np.zeros((100, 100), bool)
    probability = np.zeros((100, 100), np.float32)
    for part, value in (
        (np.s_[10:70, 10:70], 0.95),
        (np.s_[80:85, 10:15], 0.6),
        (np.s_[80:85, 40:45], 0.9),
        (np.s_[80:98, 60:90], 0.6),
    ):
        mask[part], probability[part] = True, value
    kept = without_scraps(mask, probability)
    assert not kept[82, 12]
    mask[80:85, 10:15] = False
    np.testing.assert_array_equal(kept, mask)


def test_what_touches_the_selected_one_is_cut_off() -> None:
    mask = np.zeros((100, 200), bool)
    mask[20:80, 20:150] = True
    mask[5:15, 170:190] = True
    hint = np.zeros_like(mask)
    hint[10:90, 10:100] = True
    kept = keep_inside(mask, hint, 2.0)
    assert kept[20:80, 20:100].all()
    assert not kept[:, 110:].any()


def answer(value: float, box: Box, weight: float) -> Pass:
    """A pass that gives class 1 this log odds everywhere."""
    values = np.zeros((2, 3, 3), np.float32)
    values[1] = value
    cells = (box.height, box.width)
    return Pass(ScoreField(values, Grid.of_pass(box, cells, cells, (3, 3), True), 1.0), box, weight)


def test_the_closer_pass_counts_within_its_box() -> None:
    whole = answer(-3.0, Box(0, 0, 60, 80), 1e-3)
    closer = answer(3.0, Box(20, 20, 50, 60), 1.0)
    tuning = PassTuning(logit_margin=0.0)
    blended = blend([whole, closer], [1], (60, 80), (60, 80), tuning)
    assert blended[35, 40] == pytest.approx(1 / (1 + np.exp(-3)), abs=0.01)
    assert blended[5, 5] == pytest.approx(1 / (1 + np.exp(3)), abs=0.01)


def test_a_mirrored_pass_lands_where_it_belongs() -> None:
    values = np.random.default_rng(6).normal(size=(2, 5, 9)).astype(np.float32)
    box = Box(0, 0, 33, 65)
    grid = Grid.of_pass(box, (33, 65), (33, 65), (5, 9), True)
    plain = ScoreField(values, grid, 8.0).at(np.arange(33), np.arange(65), [0, 1])
    turned = ScoreField(values[:, :, ::-1].copy(), grid, 8.0).mirrored(65)
    np.testing.assert_allclose(turned.at(np.arange(33), np.arange(65), [0, 1]), plain, atol=1e-5)
