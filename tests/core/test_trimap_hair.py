"""Hair beside the band becomes unknown; what only looks like it does not."""

import cv2
import numpy as np
import pytest

from matte_core.images import BACKGROUND, FOREGROUND, UNKNOWN
from matte_core.trimap import make_trimap, widen_to_hair

HEAD = (150, 220)


@pytest.fixture
def picture() -> tuple[np.ndarray, np.ndarray]:
    """Return a photo of a round red head before a sky, with its trimap."""
    rows = np.linspace(90, 160, 300)[:, None, None]
    image = np.broadcast_to(rows + np.array([0, 20, 60]), (300, 300, 3)).astype(np.float32)
    image = np.ascontiguousarray(image)
    cv2.circle(image, HEAD, 60, (170, 60, 30), -1, cv2.LINE_AA)
    mask = np.zeros((300, 300), np.uint8)
    cv2.circle(mask, HEAD, 60, 1, -1)
    image += np.random.default_rng(2).normal(0, 1.5, image.shape)
    return np.clip(image, 0, 255).astype(np.uint8), make_trimap(mask > 0)


def drawn(image: np.ndarray, *ends: tuple[int, int], colour: tuple[int, ...]) -> np.ndarray:
    image = image.copy()
    cv2.line(image, *ends, colour, 1, cv2.LINE_AA)
    return image


def test_a_hair_of_the_subject_s_colour_becomes_unknown(picture) -> None:
    image, trimap = picture
    above = np.s_[128:154, 140:160]
    hairy = drawn(image, (150, 156), (146, 140), colour=(170, 90, 70))
    widened = widen_to_hair(trimap, hairy)
    assert (trimap[140:152, 146:150] == BACKGROUND).all()
    assert (widened[142:152, 147] == UNKNOWN).all()
    assert (widened[above] == UNKNOWN).mean() < 0.5  # the hair, not the sky around it
    changed = widened != trimap
    assert (trimap[changed] == BACKGROUND).all()
    assert (widened[changed] == UNKNOWN).all()


def test_nothing_else_becomes_unknown(picture) -> None:
    image, trimap = picture
    np.testing.assert_array_equal(widen_to_hair(trimap, image), trimap)
    blue = drawn(image, (150, 156), (146, 140), colour=(60, 120, 255))
    np.testing.assert_array_equal(widen_to_hair(trimap, blue), trimap)
    apart = drawn(image, (20, 30), (50, 36), colour=(170, 60, 30))
    np.testing.assert_array_equal(widen_to_hair(trimap, apart), trimap)
    wire = drawn(image, (0, 153), (299, 151), colour=(170, 60, 30))
    np.testing.assert_array_equal(widen_to_hair(trimap, wire), trimap)


def test_a_band_of_no_width_stays_one(picture) -> None:
    image, trimap = picture
    hairy = drawn(image, (150, 156), (146, 140), colour=(170, 90, 70))
    np.testing.assert_array_equal(widen_to_hair(trimap, hairy, radius_px=0), trimap)
    for value in (BACKGROUND, UNKNOWN, FOREGROUND):
        flat = np.full((300, 300), value, np.uint8)
        assert widen_to_hair(flat, hairy) is flat


def test_a_large_picture_is_looked_at_reduced(picture) -> None:
    image, trimap = picture
    hairy = drawn(image, (150, 156), (146, 140), colour=(170, 60, 30))
    large = cv2.resize(hairy, (2100, 2100), interpolation=cv2.INTER_CUBIC)
    wide = cv2.resize(trimap, (2100, 2100), interpolation=cv2.INTER_NEAREST)
    widened = widen_to_hair(wide, np.float32(large) / 255)
    assert (widened[1000:1060, 1030] == UNKNOWN).all()
    assert (widened != wide).mean() < 0.01
