"""The mask measures on shapes with known results."""

import numpy as np
import pytest
from mask_measures import boundary_f, iou, same_things


def box(top: int, left: int, bottom: int, right: int) -> np.ndarray:
    mask = np.zeros((120, 160), bool)
    mask[top:bottom, left:right] = True
    return mask


def test_overlap() -> None:
    assert iou(box(0, 0, 10, 10), box(0, 5, 10, 15)) == pytest.approx(1 / 3)
    assert iou(box(0, 0, 0, 0), box(0, 0, 0, 0)) == 0


def test_an_outline_within_three_pixels_is_correct() -> None:
    truth = box(20, 20, 100, 100)
    assert boundary_f(box(23, 23, 97, 97), truth) > 0.95
    assert boundary_f(box(25, 25, 95, 95), truth) < 0.1
    assert boundary_f(box(0, 0, 0, 0), truth) == 0


def test_instances_are_matched_one_to_one() -> None:
    truth = (box(20, 20, 100, 50) * 1 + box(20, 60, 100, 90) * 2).astype(np.uint8)
    assert same_things(truth, truth) == (2, 2, 2)
    joined = (truth > 0).astype(np.uint8)
    assert same_things(joined, truth) == (2, 1, 0)
    halves = (truth + 2 * box(60, 0, 120, 160) * (truth > 0)).astype(np.uint8)
    assert same_things(halves, truth) == (2, 4, 0)
    away = truth.copy()
    away[50:100, 130:155] = 9
    assert same_things(away, truth) == (2, 2, 2)
