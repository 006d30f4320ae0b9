"""The stand-in without a network: what it takes from a selection, and from faces."""

from pathlib import Path

import cv2
import numpy as np

from matte_core.segmentation.faces import bodies
from matte_core.segmentation.grabcut import grabcut


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    return (one & other).sum() / (one | other).sum()


def noisy(image: np.ndarray) -> np.ndarray:
    noise = np.random.default_rng(1).normal(0, 6, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def test_of_two_selected_things_the_small_one_is_found_too() -> None:
    image = np.full((240, 320, 3), (60, 110, 60), np.uint8)
    hint = np.zeros((240, 320), bool)
    expected = hint.copy()
    cv2.ellipse(subject := expected.astype(np.uint8), (90, 120), (45, 90), 0, 0, 360, 1, -1)
    cv2.circle(subject, (260, 190), 16, 1, -1)
    expected = subject > 0
    image[expected] = (190, 90, 60)
    hint[25:216, 40:141] = hint[170:211, 240:281] = True
    probability, _ = grabcut(noisy(image), hint)
    small = np.s_[160:220, 230:290]
    assert overlap(probability > 0.5, expected) > 0.9
    assert overlap(probability[small] > 0.5, expected[small]) > 0.8


def test_a_color_counts_where_it_is_near() -> None:
    # The subject's lower half has the color that the background has at the top.
    image = np.full((300, 200, 3), (200, 200, 190), np.uint8)
    image[:60] = (70, 70, 140)
    image[100:180, 70:130] = (180, 60, 50)
    image[180:270, 70:130] = (70, 70, 140)
    expected = np.zeros((300, 200), bool)
    expected[100:270, 70:130] = True
    hint = np.zeros_like(expected)
    hint[85:285, 50:150] = True
    probability, _ = grabcut(noisy(image), hint)
    assert overlap(probability > 0.5, expected) > 0.9


def test_a_whole_picture_selected_has_its_border_as_background() -> None:
    image = np.full((120, 160, 3), (40, 40, 160), np.uint8)
    expected = np.zeros((120, 160), bool)
    expected[30:90, 50:110] = True
    image[expected] = (220, 180, 40)
    probability, cell_px = grabcut(image, np.ones((120, 160), bool))
    assert cell_px == 1
    assert overlap(probability > 0.5, expected) > 0.95


def test_a_face_tells_where_the_body_is(shared: Path) -> None:
    image = cv2.imread(str(shared / "data" / "photos" / "astronaut.png"))[:, :, ::-1]
    image = np.ascontiguousarray(image)
    found = bodies(image)
    assert found[100, 225]  # her face
    assert not found[100, 100]  # the flag
    assert found[400, 200]  # her suit
    probability, _ = grabcut(image)
    assert probability[20:60, 180:260].mean() > 0.9  # her hair
    assert probability[60:110, 320:360].mean() < 0.1  # beside the head
    assert probability[250:380, 80:300].mean() > 0.95


def test_where_no_face_is_there_is_no_body() -> None:
    noise = np.random.default_rng(3).integers(0, 256, (200, 300, 3), np.uint8)
    assert not bodies(noise).any()
    assert not bodies(np.zeros((1, 1, 3), np.uint8)).any()
