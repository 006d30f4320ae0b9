"""Compositing: the equation, the offset, the types, and cropping."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matte_core.base.errors import InputError
from matte_core.compositing import composite


def random_image(seed: int, height: int, width: int, dtype: type = np.uint8) -> np.ndarray:
    values = np.random.default_rng(seed).random((height, width, 3))
    return np.rint(values * 255).astype(np.uint8) if dtype == np.uint8 else values.astype(dtype)


def random_alpha(seed: int, height: int, width: int) -> np.ndarray:
    alpha = np.random.default_rng(seed).random((height, width)) * 2 - 0.5
    return alpha.clip(0, 1).astype(np.float32)


def test_known_values_are_exact() -> None:
    foreground, background = random_image(1, 20, 30), random_image(2, 20, 30)
    alpha = random_alpha(3, 20, 30)
    image = composite(foreground, alpha, background)
    assert (image[alpha == 1] == foreground[alpha == 1]).all()
    assert (image[alpha == 0] == background[alpha == 0]).all()
    exact = alpha[..., None].astype(float) * foreground + (1 - alpha[..., None]) * background
    assert np.abs(image - exact).max() <= 0.5 + 1e-4


def test_inputs_are_left_alone() -> None:
    background = random_image(2, 8, 8)
    kept = background.copy()
    image = composite(random_image(1, 8, 8), np.ones((8, 8), np.float32), background)
    assert (background == kept).all()
    assert not np.shares_memory(image, background)


def test_more_rows_than_one_block() -> None:
    foreground, background = random_image(1, 3, 200_000), random_image(2, 3, 200_000)
    image = composite(foreground, np.ones((3, 200_000), np.float32), background)
    assert (image == foreground).all()


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
@pytest.mark.parametrize("other", [np.uint8, np.float32, np.float64])
def test_the_background_determines_type_and_range(dtype: type, other: type) -> None:
    foreground, background = random_image(1, 9, 9, other), random_image(2, 9, 9, dtype)
    alpha = random_alpha(3, 9, 9)
    image = composite(foreground, alpha, background)
    assert image.dtype == dtype
    unit = 255 if dtype == np.uint8 else 1
    colors = foreground / (255 if other == np.uint8 else 1)
    exact = alpha[..., None] * colors + (1 - alpha[..., None]) * (background / unit)
    assert np.abs(image / unit - exact).max() <= (0.51 / 255 if dtype == np.uint8 else 1e-6)
    assert (image[alpha == 0] == background[alpha == 0]).all()
    if dtype == other:
        assert (image[alpha == 1] == foreground[alpha == 1]).all()


def test_white_on_white_stays_in_range() -> None:
    white = np.ones((40, 40, 3), np.float32)
    image = composite(white, random_alpha(3, 40, 40), white)
    assert image.max() <= 1
    assert image.min() > 0.9999


@given(st.integers(-9, 12), st.integers(-9, 12))
def test_offset_is_row_then_column_and_the_rest_is_cropped(down: int, right: int) -> None:
    foreground, background = random_image(1, 5, 7), random_image(2, 8, 10)
    image = composite(foreground, np.ones((5, 7), np.float32), background, (down, right))
    for row in range(8):
        for column in range(10):
            inside = 0 <= row - down < 5 and 0 <= column - right < 7
            wanted = foreground[row - down, column - right] if inside else background[row, column]
            assert (image[row, column] == wanted).all()


def test_a_foreground_outside_gives_the_background() -> None:
    background = random_image(2, 8, 8)
    image = composite(random_image(1, 4, 4), np.ones((4, 4), np.float32), background, (-4, 3))
    assert (image == background).all()
    assert not np.shares_memory(image, background)


def test_numpy_integers_are_integers() -> None:
    background = random_image(2, 8, 8)
    offset = tuple(np.array([1, 2]))
    image = composite(background, np.ones((8, 8), np.float32), background, offset)
    assert (image[1:, 2:] == background[:-1, :-2]).all()


@pytest.mark.parametrize("offset", [1, (1,), (1, 2, 3), (0.5, 1), ("a", "b"), None])
def test_a_bad_offset_is_refused(offset: object) -> None:
    image = random_image(1, 4, 4)
    with pytest.raises(InputError, match="row and column"):
        composite(image, np.ones((4, 4), np.float32), image, offset)  # type: ignore[arg-type]


def test_sizes_and_types_are_checked() -> None:
    image, alpha = random_image(1, 4, 4), np.ones((4, 4), np.float32)
    with pytest.raises(InputError, match="same size"):
        composite(image, np.ones((4, 5), np.float32), image)
    with pytest.raises(InputError, match="background"):
        composite(image, alpha, image[..., 0])
    with pytest.raises(InputError, match="foreground"):
        composite(image.astype(np.uint16), alpha, image)
    with pytest.raises(InputError, match="divide by 255"):
        composite(image, (alpha * 255).astype(np.uint8), image)
