import cv2
import numpy as np
import pytest

from matte_core.boxes import Box
from matte_core.networks.grid import Grid, ScoreField
from matte_core.segmentation.result import label_map


def field(values: np.ndarray, box: Box, fed: tuple[int, int], align: bool) -> ScoreField:
    cells = (values.shape[1], values.shape[2])
    return ScoreField(values, Grid.of_pass(box, fed, fed, cells, align), 1.0)


def test_half_pixel_cells_are_lifted_as_opencv_resizes() -> None:
    values = np.random.default_rng(1).normal(size=(2, 7, 9)).astype(np.float32)
    lifted = field(values, Box(0, 0, 70, 63), (14, 18), False).at(
        np.arange(70), np.arange(63), [0, 1]
    )
    for plane, found in zip(values, lifted, strict=True):
        expected = cv2.resize(plane, (63, 70), interpolation=cv2.INTER_LINEAR)
        np.testing.assert_allclose(found, expected, atol=1e-5)


def test_aligned_corners_meet_the_corner_pixels() -> None:
    values = np.arange(9, dtype=np.float32).reshape(1, 3, 3)
    lifted = field(values, Box(0, 0, 17, 17), (17, 17), True).at(np.arange(17), np.arange(17), [0])[
        0
    ]
    np.testing.assert_allclose(lifted[0], np.linspace(0, 2, 17), atol=1e-6)
    np.testing.assert_allclose(lifted[:, 16], np.linspace(2, 8, 17), atol=1e-6)


@pytest.mark.parametrize("align", [False, True])
def test_a_plane_in_a_part_of_the_picture_stays_that_plane(align: bool) -> None:
    box, fed = Box(30, 50, 130, 210), (50, 80)
    cells = (26, 41) if align else (25, 40)
    grid = Grid.of_pass(box, fed, fed, cells, align)
    rows = (np.arange(cells[0]) - grid.y_offset) / grid.y_scale
    columns = (np.arange(cells[1]) - grid.x_offset) / grid.x_scale
    plane = (2 * rows[:, None] - 3 * columns[None, :]).astype(np.float32)
    at_rows, at_columns = np.arange(34, 125), np.arange(54, 205)
    found = ScoreField(plane[None], grid, 1.0).at(at_rows, at_columns, [0])[0]
    np.testing.assert_allclose(found, 2 * at_rows[:, None] - 3 * at_columns[None, :], atol=1e-2)


def test_one_cell_fills_everything() -> None:
    lifted = field(np.full((1, 1, 1), 3.0, np.float32), Box(0, 0, 4, 5), (4, 5), False)
    assert (lifted.at(np.arange(4), np.arange(5), [0]) == 3).all()


def test_labels_are_those_of_all_scores_lifted_at_once() -> None:
    values = np.random.default_rng(2).normal(size=(21, 6, 5)).astype(np.float32) * 3
    held = field(values, Box(0, 0, 90, 75), (41, 33), True)
    expected = held.at(np.arange(90), np.arange(75), range(21)).argmax(axis=0)
    np.testing.assert_array_equal(label_map(held, (90, 75)), expected)


def test_boxes() -> None:
    mask = np.zeros((20, 30), bool)
    assert Box.around(mask) is None
    mask[3:7, 10] = True
    box = Box.around(mask)
    assert box == Box(3, 10, 7, 11)
    assert box.grown(5, mask.shape) == Box(0, 5, 12, 16)
    assert (Box.whole((20, 30, 3)).height, Box.whole((20, 30, 3)).width) == (20, 30)
