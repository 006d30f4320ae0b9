"""Parts of a color that no known pixel has belong to what they are joined to."""

import cv2
import numpy as np
import pytest

from matte_core.matting import estimate_alpha, novelty, sampling
from matte_core.matting.level import make_level

BLUE = (40, 65, 220)
NOTHING = np.zeros((16, 16, 16), bool)


def disc_and_patch(patch, scale=1, seed=0):
    """A disc of brown noise on dark green noise, and a flat blue square.

    Returns the image, the trimap, in which all of the square and the disc's edge are unknown, and
    where the square is.
    """
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[: 120 * scale, : 160 * scale] / scale
    noise = rng.normal(0, 1, (*rows.shape, 1)) + 0.3 * rng.normal(0, 1, (*rows.shape, 3))
    image = np.array([25, 60, 25]) + 8 * noise
    distance = np.hypot(rows - 60, columns - 60) - 30
    image[distance < 0] = (np.array([115, 75, 40]) + 15 * noise)[distance < 0]
    left = {"joined": 85, "on a stick": 100, "apart": 115}[patch]
    square = (abs(rows - 60) < 15) & (columns >= left) & (columns < left + 30)
    if patch == "on a stick":
        stick = (abs(rows - 60) < 3) & (distance > -3) & (columns > 60) & (columns <= left)
        image[stick] = (np.array([115, 75, 40]) + 15 * noise)[stick]
    image[square] = BLUE
    unknown = (abs(distance) < 6) | square
    unknown = cv2.dilate(unknown.astype(np.uint8), np.ones((8 * scale + 1,) * 2)) > 0
    if patch == "on a stick":
        unknown |= (abs(rows - 60) < 8) & (columns > 80) & (columns < left + 1)
    trimap = np.where(unknown, 128, np.where(distance < 0, 255, 0)).astype(np.uint8)
    return image.clip(0, 255).astype(np.uint8), trimap, square


@pytest.mark.parametrize("scale", [1, 3])
@pytest.mark.parametrize("patch", ["joined", "on a stick"])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_what_is_joined_to_the_subject_is_subject(patch, scale, seed):
    image, trimap, square = disc_and_patch(patch, scale, seed)
    assert estimate_alpha(image, trimap)[square].mean() > 0.9


@pytest.mark.parametrize("scale", [1, 3])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_what_is_joined_to_the_background_is_background(scale, seed):
    image, trimap, square = disc_and_patch("apart", scale, seed)
    assert estimate_alpha(image, trimap)[square].mean() < 0.1


@pytest.mark.parametrize("scale", [1, 3])
@pytest.mark.parametrize("patch", ["joined", "apart"])
def test_a_color_that_the_background_has_elsewhere_is_background(patch, scale):
    image, trimap, square = disc_and_patch(patch, scale)
    image[: 12 * scale, : 40 * scale] = BLUE
    assert estimate_alpha(image, trimap)[square].mean() < 0.1


def test_a_color_that_the_subject_has_elsewhere_is_subject():
    image, trimap, square = disc_and_patch("apart")
    image[50:70, 45:65] = BLUE
    assert (trimap[50:70, 45:65] == 255).all()
    assert estimate_alpha(image, trimap)[square].mean() > 0.9


def test_a_part_is_found_whole_and_nothing_else():
    image, trimap, square = disc_and_patch("joined")
    level = make_level(image, trimap, 1)
    parts = novelty.find_parts(level, sampling.sample(level), novelty.known_colors(image, trimap))
    inside = np.pad(square, 2).ravel()[level.unknown]
    assert len(np.unique(parts[parts > 0])) == 1
    assert (parts > 0)[inside].mean() > 0.9
    assert not (parts > 0)[~inside].any()


def test_mixtures_of_known_colors_are_no_part():
    # Half red, half blue: no known pixel is purple, but a mixture explains it.
    image = np.full((60, 90, 3), (200, 30, 40), np.uint8)
    image[:, 60:] = (30, 30, 200)
    image[:, 30:60] = (115, 30, 120)
    trimap = np.full((60, 90), 128, np.uint8)
    trimap[:, :25], trimap[:, 65:] = 255, 0
    level = make_level(image, trimap, 1)
    known = novelty.known_colors(image, trimap)
    assert not novelty.find_parts(level, sampling.sample(level), known).any()


def test_known_colors_are_those_of_known_pixels():
    image = np.zeros((20, 20, 3), np.uint8)
    image[10:] = 255
    trimap = np.full((20, 20), 128, np.uint8)
    trimap[:5] = 255
    expected = NOTHING.copy()
    expected[:2, :2, :2] = True
    assert np.array_equal(novelty.known_colors(image, trimap), expected)
    assert np.array_equal(novelty.known_colors(image / 255, trimap), expected)


def test_little_known_background_proves_nothing():
    trimap = np.full((20, 20), 128, np.uint8)
    trimap[:5], trimap[5:8] = 0, 255
    assert not novelty.background_is_known(trimap)
    trimap[8:13] = 0
    assert novelty.background_is_known(trimap)


def test_an_island_is_background_where_colors_do_not_say():
    # Of a color between the two sides, hence not new; joined to the subject, it stays undecided.
    means = []
    for patch in ("apart", "joined"):
        image, trimap, square = disc_and_patch(patch)
        image[square] = (70, 67, 32)
        means.append(estimate_alpha(image, trimap)[square].mean())
    assert means[0] < 0.1
    assert means[1] > 0.25


def test_islands_are_parts_that_no_foreground_touches():
    trimap = np.zeros((20, 40), np.uint8)
    trimap[5:10, 5:10] = trimap[5:15, 20:35] = 128
    trimap[8:12, 25:30] = 255
    image = np.random.default_rng(0).random((20, 40, 3)).astype(np.float32)
    level = make_level(image, trimap, 1)
    is_left = level.unknown % level.width < 15
    assert np.array_equal(novelty.find_islands(level), is_left)
    assert is_left.any()
    assert not is_left.all()
