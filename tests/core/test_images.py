"""Every input array is checked, and the error says what is wrong."""

import numpy as np
import pytest

from matte_core.base.errors import InputError
from matte_core.images import as_float, as_uint8, check_alpha, check_image, check_mask, check_trimap


@pytest.mark.parametrize(
    ("image", "message"),
    [
        ([[1, 2, 3]], "list"),
        (np.zeros((4, 4), np.uint8), r"\(4, 4\)"),
        (np.zeros((4, 4, 4), np.uint8), r"\(4, 4, 4\)"),
        (np.zeros((0, 4, 3), np.uint8), "empty"),
        (np.zeros((4, 4, 3), np.uint16), "uint16"),
        (np.full((4, 4, 3), np.nan), "NaN"),
        (np.full((4, 4, 3), np.inf), "infinite"),
        (np.full((4, 4, 3), 255.0), "255"),
    ],
)
def test_an_unusable_image_is_refused(image, message):
    with pytest.raises(InputError, match=message):
        check_image(image)


@pytest.mark.parametrize("dtype", [np.uint8, np.float16, np.float32, np.float64])
def test_a_usable_image_is_returned_unchanged(dtype):
    image = np.ones((1, 2, 3), dtype)
    assert check_image(image) is image


def test_masks_trimaps_and_alphas_are_checked():
    with pytest.raises(InputError, match="uint8"):
        check_mask(np.zeros((2, 2), np.uint8))
    with pytest.raises(InputError, match="3 x 2 pixels, the image 2 x 2"):
        check_mask(np.zeros((2, 3), bool), (2, 2))
    with pytest.raises(InputError, match=r"\[7, 127\]"):
        check_trimap(np.array([[0, 127, 128, 7, 255]], np.uint8))
    with pytest.raises(InputError, match="float64"):
        check_trimap(np.zeros((2, 2)))
    with pytest.raises(InputError, match="divide by 255"):
        check_alpha(np.zeros((2, 2), np.uint8))
    with pytest.raises(InputError, match=r"-0\.5 to 0"):
        check_alpha(np.array([[-0.5, 0]], np.float32))
    assert check_alpha(np.ones((2, 2))).dtype == np.float32


def test_uint8_survives_the_conversion_to_float():
    image = np.arange(256 * 3, dtype=np.uint8).reshape(16, 16, 3)
    assert np.array_equal(as_uint8(as_float(image)), image)
    assert as_uint8(image) is image
