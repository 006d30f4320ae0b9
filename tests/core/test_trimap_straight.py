"""Straight edges that hardly differ from the wall come out straight; nothing else is moved."""

import cv2
import numpy as np
import pytest

from matte_core.images import UNKNOWN
from matte_core.matting import estimate_alpha
from matte_core.segmentation import Segmentation
from matte_core.steps import trimap_of
from matte_core.trimap import make_trimap, narrow_at_straight_edges

SHAPE = (600, 800)
LEFT = [(200, 170), (400, 220), (400, 520), (200, 450)]
TOP = [(200, 170), (390, 130), (580, 165), (400, 220)]
RIGHT = [(400, 220), (580, 165), (582, 440), (400, 520)]


def area(corners):
    """Return how much of each pixel a polygon covers."""
    large = np.zeros((SHAPE[0] * 4, SHAPE[1] * 4), np.uint8)
    cv2.fillPoly(large, [np.array(corners, np.int32) * 4], 255)
    return cv2.resize(large, SHAPE[::-1], interpolation=cv2.INTER_AREA)[..., None] / 255


def box(difference, seed):
    """A box before a wall, its right face hardly different from that; and its true alpha."""
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    light = 200 + 6 * columns / SHAPE[1] - 4 * rows / SHAPE[0]
    image = light[..., None] * (1, 0.98, 0.95)
    alpha = np.zeros((*SHAPE, 1))
    right = image[300, 620] - difference
    for corners, color in ((RIGHT, right), (LEFT, (90, 60, 40)), (TOP, (150, 110, 70))):
        covered = area(corners)
        image = covered * np.asarray(color) + (1 - covered) * image
        alpha = np.maximum(alpha, covered)
    noise = np.random.default_rng(seed).normal(0, 2, image.shape)
    image = cv2.GaussianBlur(image, (0, 0), 0.6) + noise
    return np.clip(np.rint(image), 0, 255).astype(np.uint8), alpha[..., 0]


def jittered(alpha, seed, most_px=6.0):
    """Return a mask whose outline is off by up to `most_px`, here and there."""
    rng = np.random.default_rng(seed)
    shifts = []
    for _ in range(2):
        plane = cv2.GaussianBlur(rng.normal(size=SHAPE), (0, 0), 12)
        shifts.append(np.clip(plane / plane.std() * most_px / 1.5, -most_px, most_px))
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    places = [
        (base + shift).astype(np.float32)
        for base, shift in zip((columns, rows), shifts, strict=True)
    ]
    return cv2.remap((alpha > 0.5).astype(np.float32), *places, cv2.INTER_LINEAR) > 0.5


def found_as(mask):
    probability = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 2)
    return Segmentation(mask, (), probability, 2.0, "network")


def off_the_right_edge(alpha):
    """Return how far alpha falls through one half from the true edge, in each row."""
    off = []
    for y in range(185, 420):
        true = 580 + 2 * (y + 0.5 - 165) / 275 - 0.5
        part = alpha[y, 550:611]
        falls = np.flatnonzero((part[:-1] >= 0.5) & (part[1:] < 0.5))
        assert len(falls), y
        k = falls[np.abs(falls - 30).argmin()]
        off.append(550 + k + (part[k] - 0.5) / (part[k] - part[k + 1]) - true)
    return np.array(off)


@pytest.mark.parametrize("seed", [0, 3])
@pytest.mark.parametrize("difference", [10, -10])
def test_the_faint_edge_of_a_box_is_straight(difference, seed):
    image, truth = box(difference, seed)
    mask = jittered(truth, seed + 5)
    assert np.sqrt((off_the_right_edge(mask.astype(float)) ** 2).mean()) > 3
    alpha = estimate_alpha(image, trimap_of(found_as(mask), image))
    assert np.sqrt((off_the_right_edge(alpha) ** 2).mean()) < 0.7


def test_floats_give_the_same():
    image, truth = box(10, 0)
    mask = jittered(truth, 5)
    trimap = make_trimap(mask, 8)
    narrowed = narrow_at_straight_edges(trimap, mask, image)
    assert (narrowed != trimap).sum() > 1000
    again = narrow_at_straight_edges(trimap, mask, (image / 255).astype(np.float32))
    assert (again != narrowed).mean() < 1e-4


def test_known_pixels_stay_and_what_becomes_known_is_true():
    image, truth = box(10, 1)
    mask = jittered(truth, 6)
    trimap = make_trimap(mask, 8)
    narrowed = narrow_at_straight_edges(trimap, mask, image)
    changed = narrowed != trimap
    assert (trimap[changed] == UNKNOWN).all()
    assert (np.abs(narrowed[changed] / 255 - truth[changed]) > 0.5).mean() < 0.002


def beside_a_line(image, mask):
    """A line in the wall, parallel to the edge and as faint."""
    image[:, 588:] = np.clip(image[:, 588:].astype(int) - 10, 0, 255)
    return image, mask


def before_texture(image, mask):
    """A wall with a grain coarser than noise."""
    grain = cv2.GaussianBlur(np.random.default_rng(1).normal(size=SHAPE), (0, 0), 3)
    return np.clip(image + 25 * (grain / grain.std())[..., None], 0, 255).astype(np.uint8), mask


def without_an_edge(image, mask):
    """The mask of a box, and nothing where its edge should be."""
    image[:, 540:] = image[:, 539:540]
    return image, mask


def clear_to_see(image, mask):
    image[area(RIGHT)[..., 0] > 0.5] = (40, 90, 140)
    return image, mask


@pytest.mark.parametrize("change", [beside_a_line, before_texture, without_an_edge, clear_to_see])
def test_in_doubt_the_unknown_region_stays(change):
    image, truth = box(10, 0)
    image, mask = change(image, jittered(truth, 5))
    trimap = make_trimap(mask, 8)
    right = np.s_[190:410, 565:]
    np.testing.assert_array_equal(
        narrow_at_straight_edges(trimap, mask, image)[right], trimap[right]
    )


def test_a_faint_curve_is_no_line():
    truth = (
        np.hypot(*(np.mgrid[: SHAPE[0], : SHAPE[1]] - np.array([300, 400])[:, None, None])) < 180
    )
    image = np.full((*SHAPE, 3), 180.0)
    image[truth] = 170
    image += np.random.default_rng(0).normal(0, 1, image.shape)
    mask = jittered(truth.astype(float), 2)
    trimap = make_trimap(mask, 8)
    narrowed = narrow_at_straight_edges(trimap, mask, image.astype(np.uint8))
    changed = narrowed != trimap
    # A part that is straight to two pixels may count as a line.
    assert (((narrowed == 255) != truth) & changed).sum() < 0.005 * changed.sum()


def test_photos_are_left_alone(shared):
    folder = shared / "data" / "segmentation" / "pennfudan"
    for path in sorted((folder / "images").iterdir())[::8]:
        photo = np.ascontiguousarray(cv2.imread(str(path))[:, :, ::-1])
        mask = cv2.imread(str(folder / "masks" / path.name), cv2.IMREAD_UNCHANGED) > 0
        trimap = make_trimap(mask)
        assert (narrow_at_straight_edges(trimap, mask, photo) == trimap).all(), path.name
