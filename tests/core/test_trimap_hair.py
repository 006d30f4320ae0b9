"""Hair outside and gaps inside become unknown; things that only look like them do not."""

import cv2
import numpy as np
import pytest

from matte_core.images import BACKGROUND, FOREGROUND, UNKNOWN
from matte_core.trimap import make_trimap, widen_to_hair
from matte_core.trimap.lines import find_lines

HEAD = (150, 220)


@pytest.fixture
def picture() -> tuple[np.ndarray, np.ndarray]:
    """Return a photo of a round red head in front of a sky, and its trimap."""
    rows = np.linspace(90, 160, 300)[:, None, None]
    image = np.broadcast_to(rows + np.array([0, 20, 60]), (300, 300, 3)).astype(np.float32)
    image = np.ascontiguousarray(image)
    cv2.circle(image, HEAD, 60, (170, 60, 30), -1, cv2.LINE_AA)
    mask = np.zeros((300, 300), np.uint8)
    cv2.circle(mask, HEAD, 60, 1, -1)
    image += np.random.default_rng(2).normal(0, 1.5, image.shape)
    return np.clip(image, 0, 255).astype(np.uint8), make_trimap(mask > 0)


def drawn(image: np.ndarray, *ends: tuple[int, int], color: tuple[int, ...]) -> np.ndarray:
    image = image.copy()
    cv2.line(image, *ends, color, 1, cv2.LINE_AA)
    return image


def test_a_hair_of_the_subjects_color_becomes_unknown(picture) -> None:
    image, trimap = picture
    above = np.s_[128:154, 140:160]
    hairy = drawn(image, (150, 156), (146, 140), color=(170, 90, 70))
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
    blue = drawn(image, (150, 156), (146, 140), color=(60, 120, 255))
    np.testing.assert_array_equal(widen_to_hair(trimap, blue), trimap)
    apart = drawn(image, (20, 30), (50, 36), color=(170, 60, 30))
    np.testing.assert_array_equal(widen_to_hair(trimap, apart), trimap)
    for ends in (((0, 153), (299, 151)), ((150, 156), (120, 0))):
        wire = drawn(image, *ends, color=(170, 60, 30))
        np.testing.assert_array_equal(widen_to_hair(trimap, wire), trimap)


def test_where_the_model_sees_nothing_at_all_there_is_no_hair(picture) -> None:
    image, trimap = picture
    hairy = drawn(image, (150, 156), (146, 140), color=(170, 90, 70))
    sure = (trimap == FOREGROUND).astype(np.float32)
    np.testing.assert_array_equal(widen_to_hair(trimap, hairy, probability=sure), trimap)
    coarse = widen_to_hair(trimap, hairy, probability=sure, grid_px=60)
    np.testing.assert_array_equal(coarse, widen_to_hair(trimap, hairy))
    soft = np.where(cv2.dilate(sure, np.ones((121, 121))) > 0, 0.06, sure).astype(np.float32)
    soft[sure > 0] = 1
    np.testing.assert_array_equal(widen_to_hair(trimap, hairy, probability=soft), coarse)


def test_a_band_of_zero_width_stays_as_it_is(picture) -> None:
    image, trimap = picture
    hairy = drawn(image, (150, 156), (146, 140), color=(170, 90, 70))
    np.testing.assert_array_equal(widen_to_hair(trimap, hairy, radius_px=0), trimap)
    for value in (BACKGROUND, UNKNOWN, FOREGROUND):
        flat = np.full((300, 300), value, np.uint8)
        assert widen_to_hair(flat, hairy) is flat


def enlarged(image: np.ndarray, trimap: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    large = cv2.resize(image, (2100, 2100), interpolation=cv2.INTER_CUBIC)
    return large, cv2.resize(trimap, (2100, 2100), interpolation=cv2.INTER_NEAREST)


def test_a_large_image_is_searched_at_reduced_size(picture) -> None:
    image, trimap = picture
    large, wide = enlarged(image, trimap)
    large = np.clip(large + np.random.default_rng(3).normal(0, 3, large.shape), 0, 255)
    cv2.line(large, (1050, 1092), (1022, 980), (170, 60, 30), 3, cv2.LINE_AA)
    widened = widen_to_hair(wide, np.float32(large) / 255)
    assert (widened[1000:1060, 1030] == UNKNOWN).all()
    assert (widened != wide).mean() < 0.01


def test_a_strand_is_found_over_its_full_width(picture) -> None:
    image, trimap = picture
    hairy = drawn(image, (150, 156), (146, 140), color=(170, 60, 30))
    large, wide = enlarged(hairy, trimap)
    strand = np.zeros_like(wide)
    strand[980:1080] = (np.int16(large[..., 0]) - large[..., 2])[980:1080] > 0
    assert strand.sum() > 500
    widened = widen_to_hair(wide, np.float32(large) / 255)
    assert (widened[strand > 0] == UNKNOWN).all()
    assert (widened != wide).mean() < 0.01


def hairs(image: np.ndarray, top: int, bottom: int) -> None:
    """Draw a curtain of red hair, a third of it hair and the rest background."""
    for left in range(180, 240, 3):
        ends = (left, top), (left + 9, bottom)
        cv2.line(image, *ends, (190, 80, 40), 1, cv2.LINE_AA)


@pytest.fixture
def portrait() -> tuple[np.ndarray, np.ndarray]:
    """Return a photo of a red head whose outline is 30 pixels too high, and its trimap."""
    rows = np.linspace(90, 160, 400)[:, None, None]
    sky = np.broadcast_to(rows + np.array([0, 20, 60]), (400, 400, 3))
    image = np.ascontiguousarray(sky, np.float32)
    image += np.random.default_rng(5).normal(0, 1.5, image.shape)
    image[190:, 60:340] = (170, 60, 30)
    mask = np.zeros((400, 400), np.bool_)
    mask[160:, 60:340] = True
    return np.clip(image, 0, 255).astype(np.uint8), make_trimap(mask)


def test_gaps_between_hairs_become_unknown(portrait) -> None:
    image, trimap = portrait
    hairs(image, 130, 195)
    gap = np.s_[168:186, 195:235]
    assert (trimap[gap] == FOREGROUND).mean() > 0.8
    widened = widen_to_hair(trimap, image)
    assert (widened[gap] == UNKNOWN).mean() > 0.9
    assert (widened[200:, 70:330] == FOREGROUND).all()
    assert (widened[168:186, 80:150] == FOREGROUND).all()  # plain sky is not hair
    assert (widened[172:180, 166:176] == FOREGROUND).all()  # nor is the sky beside the hair


def test_a_pattern_that_ends_at_the_outline_stays_known(portrait) -> None:
    image, trimap = portrait
    hairs(image, 164, 195)
    widened = widen_to_hair(trimap, image)
    assert (widened[trimap == FOREGROUND] == FOREGROUND).all()


def test_thin_subjects_are_not_searched_for_gaps(portrait) -> None:
    image, _ = portrait
    hairs(image, 130, 195)
    mask = np.zeros((400, 400), np.bool_)
    mask[160:, 175:250] = True
    trimap = make_trimap(mask)
    widened = widen_to_hair(trimap, image)
    assert (widened[trimap == FOREGROUND] == FOREGROUND).all()
    assert (widened[146:153, 190:230] == UNKNOWN).any()  # outside they are found


def test_lines_in_front_of_books_are_not_hair(picture) -> None:
    image, trimap = picture
    for left in range(110, 200, 12):
        image[100:150, left : left + 6] = (250, 240, 230)
        image[100:150, left + 6 : left + 12] = (20, 30, 40)
    hairy = drawn(image, (150, 156), (146, 130), color=(170, 90, 70))
    widened = widen_to_hair(trimap, hairy)
    np.testing.assert_array_equal(widened[:148], trimap[:148])


@pytest.mark.parametrize("angle", [0, 20, 45, 70, 90, 130])
def test_a_line_is_found_in_any_direction(angle: int) -> None:
    turn = np.deg2rad(angle)
    ends = [
        (round(50 + side * 40 * np.cos(turn)), round(50 + side * 40 * np.sin(turn)))
        for side in (-1, 1)
    ]
    plane = np.zeros((101, 101), np.float32)
    cv2.line(plane, *ends, 1.0, 1, cv2.LINE_AA)
    found = find_lines(plane)
    assert found[50, 50] > 0.25
    assert np.median(found[plane > 0.9]) > 0.25
    assert find_lines(-plane)[50, 50] < 0.05


def test_an_edge_and_a_ramp_are_not_lines() -> None:
    plane = np.zeros((60, 80), np.float32)
    plane[:, 40:] = 1
    assert find_lines(plane).max() < 0.02
    assert find_lines(np.cumsum(np.ones_like(plane), axis=1)).max() < 0.02


@pytest.mark.parametrize("shape", [(3, 4000), (4000, 3)])
def test_a_strip_of_a_few_pixels_is_searched(shape: tuple[int, int]) -> None:
    trimap = np.zeros(shape, np.uint8)
    trimap.reshape(-1)[: trimap.size // 2] = FOREGROUND
    trimap.reshape(-1)[trimap.size // 2 :][:300] = UNKNOWN
    image = np.repeat(trimap[..., None], 3, axis=2)
    assert widen_to_hair(trimap, image).shape == shape
