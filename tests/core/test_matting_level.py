"""Reducing, trimming and upsampling: what must survive the way down and back up."""

import numpy as np
import pytest

from matte_core.matting import upsampling
from matte_core.matting.level import BORDER_PX, make_level, without_border
from matte_core.matting.trimming import trim

NOISE = np.random.default_rng(8).random((24, 31, 3))


def split_trimap():
    trimap = np.full(NOISE.shape[:2], 128, np.uint8)
    trimap[:, :6], trimap[:, -7:] = 255, 0
    return trimap


@pytest.mark.parametrize("factor", [1, 2, 3, 5])
def test_reduced_colors_are_block_means(factor):
    level = make_level(NOISE, split_trimap(), factor)
    rows, columns = 24 // factor, 31 // factor
    whole = NOISE[: rows * factor, : columns * factor]
    means = whole.reshape(rows, factor, columns, factor, 3).mean(axis=(1, 3))
    small = level.image[BORDER_PX : BORDER_PX + rows, BORDER_PX : BORDER_PX + columns]
    np.testing.assert_allclose(small, means, atol=1e-6)


def test_uint8_and_float_reduce_alike():
    image = np.rint(NOISE * 255).astype(np.uint8)
    np.testing.assert_allclose(
        make_level(image, split_trimap(), 2).image,
        make_level(image / 255, split_trimap(), 2).image,
        atol=1e-6,
    )


def test_thin_known_lines_survive_and_contradictions_stay_unknown():
    trimap = np.full((12, 12), 128, np.uint8)
    trimap[:, 4] = 255
    trimap[8, 8], trimap[9, 9] = 255, 0
    level = make_level(NOISE[:12, :12], trimap, 4)
    labels = level.trimap[BORDER_PX:-BORDER_PX, BORDER_PX:-BORDER_PX]
    np.testing.assert_array_equal(labels, [[128, 255, 128]] * 2 + [[128, 255, 128]])


def test_nodes_number_the_unknown_pixels():
    level = make_level(NOISE, split_trimap(), 2)
    assert (level.trimap.ravel()[level.unknown] == 128).all()
    np.testing.assert_array_equal(level.nodes[level.unknown], np.arange(len(level.unknown)))
    assert (level.nodes >= 0).sum() == len(level.unknown)
    assert not (level.trimap[:BORDER_PX] == 128).any()


def test_trim_takes_what_continues_a_side_and_no_more():
    image = np.zeros((5, 20, 3), np.float32)
    image[:, 10:] = 1
    trimap = np.full((5, 20), 128, np.uint8)
    trimap[:, :4], trimap[:, -4:] = 0, 255
    trimmed = trim(image, trimap, steps=3)
    expected = trimap.copy()
    expected[:, 4:7], expected[:, -7:-4] = 0, 255
    np.testing.assert_array_equal(trimmed, expected)
    # However long it goes on, it stops at the edge in the picture.
    np.testing.assert_array_equal(trim(image, trimap, steps=99), np.where(image[..., 0], 255, 0))


def test_trim_leaves_contested_and_different_pixels():
    image = np.zeros((1, 5, 3), np.float32)
    trimap = np.array([[0, 128, 255, 128, 128]], np.uint8)
    image[0, 3:] = 0.5
    np.testing.assert_array_equal(trim(image, trimap), trimap)


@pytest.mark.parametrize("factor", [2, 3, 4])
def test_upsampling_recovers_an_alpha_that_is_affine_in_color(factor):
    rng = np.random.default_rng(1)
    height, width = 50, 61
    image = rng.random((height, width, 3))
    truth = image @ [0.3, 0.2, 0.1] + 0.2
    trimap = np.full((height, width), 128, np.uint8)
    trimap[:4], trimap[-4:] = 255, 0
    level = make_level(image, trimap, factor)
    coarse = (level.image @ np.float32([0.3, 0.2, 0.1]) + np.float32(0.2)).astype(np.float32)
    out = np.full((height, width), -1, np.float32)
    upsampling.upsample(level, coarse, image, trimap, out)
    unknown = trimap == 128
    np.testing.assert_allclose(out[unknown], truth[unknown], atol=0.02)
    assert (out[~unknown] == -1).all()


def test_upsampling_does_not_depend_on_the_strips(monkeypatch):
    rng = np.random.default_rng(2)
    image = rng.random((80, 61, 3))
    trimap = np.full((80, 61), 128, np.uint8)
    trimap[:4, :30], trimap[-4:, 20:] = 255, 0
    level = make_level(image, trimap, 2)
    coarse = rng.random(level.trimap.shape, np.float32)
    whole, parts = np.zeros((2, 80, 61), np.float32)
    upsampling.upsample(level, coarse, image, trimap, whole)
    monkeypatch.setattr(upsampling, "_STRIP_ROWS", 5)
    upsampling.upsample(level, coarse, image, trimap, parts)
    np.testing.assert_allclose(parts, whole, atol=1e-5)


def test_without_border_undoes_the_border():
    level = make_level(NOISE, split_trimap(), 1)
    assert without_border(level.trimap.astype(np.float32)).shape == (24, 31)
