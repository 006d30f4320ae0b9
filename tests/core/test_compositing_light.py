"""A new background's light: the subject's exposure and color, and the light on its edge."""

import cv2
import numpy as np
import pytest

from matte_core.base.errors import InputError
from matte_core.compositing import behind, match_colors, wrap_light
from matte_core.compositing.linear_light import LUMINANCE, from_linear, to_linear

SIZE = 120
SKIN = (200, 150, 125)


def disc(radius=40, softness=4.0):
    rows, columns = np.mgrid[0:SIZE, 0:SIZE]
    distance = np.hypot(rows - SIZE / 2 + 0.5, columns - SIZE / 2 + 0.5)
    return np.clip((radius - distance) / softness + 0.5, 0, 1).astype(np.float32)


def plain(color, dtype=np.uint8):
    picture = np.broadcast_to(np.array(color, np.uint8), (SIZE, SIZE, 3)).copy()
    return picture if dtype == np.uint8 else (picture / 255).astype(dtype)


def test_the_conversion_to_linear_light_is_reversible():
    steps = np.arange(256, dtype=np.uint8).repeat(3).reshape(-1, 1, 3)
    np.testing.assert_array_equal(from_linear(to_linear(steps), np.uint8), steps)
    fractions = np.linspace(0, 1, 3000, dtype=np.float32).reshape(-1, 1, 3)
    np.testing.assert_allclose(from_linear(to_linear(fractions), np.float32), fractions, atol=1e-6)
    assert to_linear(np.float32([[[0.5] * 3]]))[0, 0, 0] == pytest.approx(0.2140, abs=1e-4)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_matching_moves_toward_the_background_within_limits(dtype):
    alpha, skin = disc(), plain(SKIN, dtype)
    kept = skin.copy()
    night = match_colors(skin, alpha, plain((25, 15, 8)))
    sky = match_colors(skin, alpha, plain((225, 235, 250), dtype))
    assert night.dtype == sky.dtype == dtype
    np.testing.assert_array_equal(skin, kept)
    stops = [float(np.log2((to_linear(x) @ LUMINANCE).mean())) for x in (night, skin, sky)]
    assert -1.1 < stops[0] - stops[1] < -0.8
    assert 0.1 < stops[2] - stops[1] < 0.5
    warmth = [float(x[0, 0, 0]) / float(x[0, 0, 2]) for x in (night, skin, sky)]
    assert warmth[0] > warmth[1] > warmth[2]


@pytest.mark.parametrize("color", [(40, 160, 30), (0, 255, 0), (180, 30, 160)])
def test_skin_turns_neither_green_nor_magenta(color):
    matched = match_colors(plain(SKIN), disc(), plain(color))[0, 0].astype(int)
    before = np.array(SKIN)
    red_over_green = (to_linear(np.uint8([[matched]])) / to_linear(np.uint8([[before]])))[0, 0]
    assert matched[0] > matched[1] > matched[2] - 15
    assert 0.75 < red_over_green[0] / red_over_green[1] < 1.35


def test_matching_keeps_black_and_order_and_clips_nothing():
    ramp = np.linspace(0, 1, SIZE, dtype=np.float32)[None, :, None].repeat(SIZE, 0).repeat(3, 2)
    for color in ((3, 3, 3), (255, 255, 255), (255, 200, 90)):
        matched = match_colors(ramp, disc(), plain(color))
        assert (matched[:, 0] == 0).all()
        assert (np.diff(matched[0], axis=0) >= 0).all()
        assert len(np.unique(matched[0, :, 1])) == SIZE


def test_uint8_and_float_match_alike():
    picture = np.random.default_rng(5).integers(0, 256, (SIZE, SIZE, 3)).astype(np.uint8)
    for color in ((20, 30, 60), (250, 240, 200)):
        whole = match_colors(picture, disc(), plain(color))
        exact = match_colors((picture / 255).astype(np.float32), disc(), plain(color))
        assert np.abs(whole / 255 - exact).max() <= 0.5 / 255 + 1e-5


def test_gray_stays_gray():
    gray, wall = plain((120, 120, 120)), plain((220, 220, 220))
    for picture in (match_colors(gray, disc(), wall), wrap_light(gray, disc(), wall)):
        assert (picture == picture[..., :1]).all()


def test_amount_zero_changes_nothing_and_half_changes_half():
    alpha, skin, night = disc(), plain(SKIN), plain((10, 10, 10))
    np.testing.assert_array_equal(match_colors(skin, alpha, night, 0), skin)
    np.testing.assert_array_equal(wrap_light(skin, alpha, night, 0), skin)
    np.testing.assert_array_equal(match_colors(skin, np.zeros_like(alpha), night), skin)
    half = match_colors(skin, alpha, night, 0.5)[0, 0].astype(int)
    whole = match_colors(skin, alpha, night)[0, 0].astype(int)
    assert (whole < half).all()
    assert (half < skin[0, 0]).all()


def test_only_visible_pixels_count_for_the_brightness():
    alpha, subject = disc(softness=0.1), plain(SKIN)
    hidden = np.where(alpha[..., None] > 0, subject, np.uint8(0))
    wall = plain((90, 90, 90))
    inside = alpha == 1
    one, two = match_colors(subject, alpha, wall), match_colors(hidden, alpha, wall)
    np.testing.assert_array_equal(one[inside], two[inside])


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_light_falls_on_the_edge_and_fades_inward(dtype):
    alpha, dark = disc(), plain((40, 40, 40), dtype)
    lit = wrap_light(dark, alpha, plain((255, 255, 255)), 1.0, 5.0)
    assert lit.dtype == dtype
    row = lit[SIZE // 2, :, 0].astype(float) * (1 if dtype == np.uint8 else 255)
    edge, inside = SIZE // 2 - 38, SIZE // 2 - 20
    assert row[edge] > 150
    assert (np.diff(row[edge:inside]) <= 0.6).all()
    np.testing.assert_array_equal(lit[50:70, 50:70], dark[50:70, 50:70])
    np.testing.assert_array_equal(lit[alpha == 0], dark[alpha == 0])


def test_light_is_added_in_linear_light():
    alpha = np.full((SIZE, SIZE), 0.5, np.float32)
    lit = wrap_light(plain((100, 100, 100)), alpha, plain((188, 188, 188)), 1.0, 3.0)
    had, falls = (to_linear(np.uint8([[[value] * 3]]))[0, 0, 0] for value in (100, 188))
    expected = from_linear(np.float32([had + falls * (1 - had)]), np.uint8)[0]
    assert abs(int(lit[60, 60, 0]) - int(expected)) <= 1


def test_black_gives_no_light_and_a_wider_wrap_reaches_farther():
    alpha, gray = disc(), plain((90, 90, 90))
    np.testing.assert_array_equal(wrap_light(gray, alpha, plain((0, 0, 0))), gray)
    changed = [
        (wrap_light(gray, alpha, plain((255, 255, 255)), 1.0, width) != gray).any(axis=2).sum()
        for width in (1.0, 3.0, 9.0)
    ]
    assert changed[0] < changed[1] < changed[2]


def test_a_reduced_background_gives_the_same_light():
    picture = np.random.default_rng(3).random((SIZE, SIZE, 3)).astype(np.float32)
    picture = cv2.GaussianBlur(picture, (0, 0), 6)
    small = cv2.resize(picture, (SIZE // 3, SIZE // 3), interpolation=cv2.INTER_AREA)
    lit = [wrap_light(plain(SKIN), disc(), scene, 0.8, 4.0) for scene in (picture, small)]
    assert np.abs(lit[0].astype(int) - lit[1].astype(int)).max() <= 1


def test_behind_is_the_covered_part_with_its_edge_continued():
    numbers = np.arange(20, dtype=np.uint8).reshape(4, 5, 1).repeat(3, 2)
    np.testing.assert_array_equal(behind(numbers, (1, 2, 3, 5)), numbers[1:3, 2:5])
    beyond = behind(numbers, (-1, 3, 2, 7))
    np.testing.assert_array_equal(beyond[..., 0], [[3, 4, 4, 4], [3, 4, 4, 4], [8, 9, 9, 9]])
    assert behind(numbers, (0.2, 0.2, 1.1, 2.7)).shape == (1, 3, 3)
    assert behind(numbers, (-9000.5, 0, 9000.1, 5)).shape == (1024, 5, 3)
    assert behind(numbers, (50, 50, 52, 52))[0, 0, 0] == 19


def test_wrong_arguments_are_refused():
    skin, alpha = plain(SKIN), disc()
    for amount in (-0.1, 1.1, float("nan")):
        for change in (match_colors, wrap_light):
            with pytest.raises(InputError, match="amount"):
                change(skin, alpha, skin, amount)
    for width in (0.0, -1.0, float("inf"), float("nan")):
        with pytest.raises(InputError, match="width"):
            wrap_light(skin, alpha, skin, 1.0, width)
    with pytest.raises(InputError, match="same size"):
        match_colors(skin, alpha[1:], skin)
    with pytest.raises(InputError, match="background"):
        wrap_light(skin, alpha, skin[..., 0])
