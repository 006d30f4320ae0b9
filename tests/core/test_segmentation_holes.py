"""What is seen through a subject is background; what only looks like it is not."""

import cv2
import numpy as np
import pytest

from matte_core import cut_out

WALL, WHITE = (205, 198, 188), (246, 246, 246)


def ground(color, height, width):
    """A plain wall, a little lighter on one side."""
    rows, columns = np.mgrid[0:height, 0:width]
    light = 1 + 0.05 * columns / width - 0.04 * rows / height
    return np.minimum(np.asarray(color) * light[..., None], 255)


def photo_of(colors, alpha, behind):
    noise = np.random.default_rng(3).normal(0, 2.5, behind.shape)
    mixed = alpha[..., None] * colors + (1 - alpha[..., None]) * behind + noise
    return np.clip(mixed, 0, 255).astype(np.uint8)


def disc(size, radius):
    rows, columns = np.mgrid[0 : size[0], 0 : size[1]]
    return np.clip(radius - np.hypot(rows - size[0] / 2, columns - size[1] / 2) + 0.5, 0, 1)


@pytest.mark.parametrize("color", [WALL, WHITE])
def test_a_ring_is_open(color):
    size = (800, 800)
    alpha = disc(size, 300) * (1 - disc(size, 220))
    shadow = cv2.GaussianBlur(np.roll(alpha, (14, 10), (0, 1)), (0, 0), 14)[..., None]
    rows, columns = np.mgrid[0:800, 0:800]
    lit = 1 + 0.25 * np.cos(np.arctan2(rows - 400, columns - 400) - 2.2)
    behind = ground(color, *size) * (1 - 0.35 * shadow)
    found = cut_out(photo_of(np.asarray((170, 60, 40)) * lit[..., None], alpha, behind)).alpha
    assert found[disc(size, 150) == 1].max() == 0
    assert found[disc(size, 210) == 1].mean() < 0.05
    both, either = (found > 0.5) & (alpha > 0.5), (found > 0.5) | (alpha > 0.5)
    assert both.sum() / either.sum() > 0.9


@pytest.mark.parametrize("color", [WALL, WHITE])
def test_a_person_is_open_between_limbs_but_not_where_a_patch_is(color):
    """Someone with a hand on the hip, whose shirt has a spot of the wall's color."""
    height, width = 900, 600
    parts = np.zeros((height, width), np.uint8)
    colors = np.zeros((height, width, 3))

    def paint(color, draw):
        layer = np.zeros_like(parts)
        draw(layer)
        colors[layer > 0] = color
        np.maximum(parts, layer, out=parts)

    def limb(*points):
        return np.array(points, np.int32)

    red, blue = (150, 40, 45), (40, 50, 90)
    left, right = limb((255, 470), (305, 470), (290, 860), (235, 860)), limb(
        (300, 470), (350, 470), (385, 860), (330, 860)
    )  # fmt: skip
    paint(blue, lambda layer: cv2.fillPoly(layer, [left, right], 255))
    body = limb((240, 220), (365, 220), (355, 500), (250, 500))
    paint(red, lambda layer: cv2.fillPoly(layer, [body], 255))
    arm = limb((250, 240), (180, 350), (262, 430))
    paint(red, lambda layer: cv2.polylines(layer, [arm], False, 255, 35))
    paint((205, 160, 130), lambda layer: cv2.circle(layer, (302, 140), 65, 255, -1))
    paint(
        (60, 40, 30), lambda layer: cv2.ellipse(layer, (302, 115), (67, 50), 0, 180, 360, 255, -1)
    )
    behind = ground(color, height, width)
    rows, columns = np.mgrid[0:height, 0:width]
    patch = np.hypot(rows - 330, columns - 302) < 28
    colors[patch] = behind[patch]
    alpha = cv2.GaussianBlur(parts / 255, (0, 0), 0.7)
    found = cut_out(photo_of(cv2.GaussianBlur(colors, (0, 0), 0.7), alpha, behind)).alpha
    assert found[patch].min() > 0.99
    for where, place in (("arm", np.s_[300:400, 205:240]), ("legs", np.s_[650:840, 300:322])):
        assert found[place][alpha[place] == 0].mean() < 0.01, where
