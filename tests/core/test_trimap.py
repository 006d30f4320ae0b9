import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from matte_core.base.errors import InputError
from matte_core.images import check_trimap
from matte_core.trimap import SHAPES, default_radius_px, make_trimap, read_trimap


def square(side: int = 60, margin: int = 20) -> np.ndarray:
    mask = np.zeros((side, side), bool)
    mask[margin : side - margin, margin : side - margin] = True
    return mask


def disc(radius: int) -> np.ndarray:
    rows, columns = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    return (np.hypot(rows, columns) <= radius + 0.5).astype(np.uint8)


KERNELS = {
    "rectangle": lambda r: np.ones((2 * r + 1, 2 * r + 1), np.uint8),
    "cross": lambda r: cv2.getStructuringElement(cv2.MORPH_CROSS, (2 * r + 1, 2 * r + 1)),
    "ellipse": disc,
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("radius", [0, 1, 4, 9])
def test_equals_dilation_and_erosion(shape: str, radius: int) -> None:
    mask = square()
    mask[5:9, 40:45] = True
    kernel = KERNELS[shape](radius)
    grown = cv2.dilate(mask.astype(np.uint8), kernel) > 0
    shrunk = cv2.erode(mask.astype(np.uint8), kernel) > 0
    expected = np.where(shrunk, 255, np.where(grown, 128, 0))
    np.testing.assert_array_equal(make_trimap(mask, radius, shape), expected)


def test_the_border_of_the_image_is_not_an_edge() -> None:
    mask = np.zeros((50, 60), bool)
    mask[20:, :30] = True
    trimap = make_trimap(mask, 5)
    assert (trimap[-1, :24] == 255).all()
    assert (trimap[30:, 0] == 255).all()
    assert (trimap[-1, 36:] == 0).all()
    assert (trimap[30, 25:35] == 128).all()


@pytest.mark.parametrize("value", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_uniform_mask_has_nothing_unknown(value: bool, shape: str) -> None:
    trimap = make_trimap(np.full((9, 12), value), 3, shape)
    assert (trimap == (255 if value else 0)).all()


def test_a_small_subject_and_a_small_gap_stay_known() -> None:
    mask = np.zeros((60, 60), bool)
    mask[30:34, 30:34] = True
    trimap = make_trimap(mask, 12)
    assert (trimap[31:33, 31:33] == 255).all()
    assert not (trimap[~mask] == 255).any()
    gap = make_trimap(~mask, 12)
    assert (gap[31:33, 31:33] == 0).all()
    assert not (gap[~mask] == 0).any()


def test_the_default_grows_with_image_and_grid() -> None:
    small, large = default_radius_px((500, 500)), default_radius_px((4000, 3000, 3))
    assert 2 <= small < large
    assert default_radius_px((500, 500), grid_px=15) == 30
    assert default_radius_px((8, 8)) == 2
    wide = make_trimap(square(200, 60), grid_px=12.5)
    assert (wide[100, 36:85] == 128).all()
    assert (wide[100, 87:113] == 255).all()


def test_uncertainty_widens_the_band_where_it_touches_it() -> None:
    mask = square(100, 30)
    probability = mask.astype(np.float32)
    probability[40:50, 70:80] = 0.4  # hair at the right edge
    probability[10, 10] = 0.5  # a speck far away
    plain = make_trimap(mask, 4)
    wide = make_trimap(mask, 4, probability=probability)
    assert (wide[40:50, 70:80] == 128).all()
    assert wide[10, 10] == 0
    assert ((wide == 128) >= (plain == 128)).all()
    rest = np.ones_like(mask)
    rest[40:50, 70:80] = False
    np.testing.assert_array_equal(wide[rest], plain[rest])


def test_uncertainty_inside_a_trusted_mask_leaves_it_known() -> None:
    mask = square(100, 30)
    probability = mask.astype(np.float32)
    probability[40:50, 60:70] = 0.6  # within the square, at its right edge
    probability[40:50, 70:80] = 0.4
    plain = make_trimap(mask, 4)
    soft = make_trimap(mask, 4, probability=probability)
    trusted = make_trimap(mask, 4, probability=probability, trust_mask=True)
    assert (soft[40:50, 60:80] == 128).all()
    np.testing.assert_array_equal(trusted[mask], plain[mask])
    np.testing.assert_array_equal(trusted[~mask], soft[~mask])


def test_a_certain_probability_changes_nothing() -> None:
    mask = square()
    sure = mask.astype(np.float32)
    np.testing.assert_array_equal(make_trimap(mask, 5, probability=sure), make_trimap(mask, 5))


@settings(max_examples=40, deadline=None)
@given(
    arrays(bool, st.tuples(st.integers(1, 24), st.integers(1, 24))),
    st.integers(0, 30),
    st.sampled_from(SHAPES),
)
def test_known_pixels_agree_with_the_mask(mask: np.ndarray, radius: int, shape: str) -> None:
    trimap = check_trimap(make_trimap(mask, radius, shape), mask.shape)
    assert mask[trimap == 255].all()
    assert not mask[trimap == 0].any()
    assert (trimap == 255).any() == mask.any()
    assert (trimap == 0).any() == (not mask.all())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"radius_px": -1}, "-1 px"),
        ({"shape": "star"}, "star"),
        ({"probability": np.zeros((3, 3), np.float32)}, "same size"),
    ],
)
def test_wrong_arguments_are_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        make_trimap(square(), **arguments)


def test_a_mask_of_numbers_is_refused() -> None:
    with pytest.raises(InputError, match="must be bool"):
        make_trimap(square().astype(np.uint8))


@pytest.mark.parametrize(
    ("gray", "expected"),
    [
        (np.array([[0, 5, 6, 128, 249, 250, 255]], np.uint8), [0, 0, 128, 128, 128, 255, 255]),
        (np.array([[0, 1200, 2000, 64300, 65535]], np.uint16), [0, 0, 128, 255, 255]),
        (np.array([[0.0, 0.01, 0.5, 0.99, 1.0]]), [0, 0, 128, 255, 255]),
        (np.array([[False, True]]), [0, 255]),
    ],
)
def test_reading_a_painted_trimap(gray: np.ndarray, expected: list[int]) -> None:
    np.testing.assert_array_equal(read_trimap(gray), [expected])


def test_a_trimap_reads_as_itself() -> None:
    trimap = make_trimap(square(), 4)
    np.testing.assert_array_equal(read_trimap(trimap), trimap)


def test_reading_a_color_image_is_refused() -> None:
    with pytest.raises(InputError, match="shape"):
        read_trimap(np.zeros((4, 4, 3), np.uint8))


def test_a_wide_band_is_as_wide_as_asked() -> None:
    mask = square(601, 203)
    mask[40, 40] = True  # a single pixel counts as much as in a narrow one
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (101, 101))
    grown = cv2.dilate(mask.astype(np.uint8), kernel) > 0
    kept = cv2.erode(mask.astype(np.uint8), kernel, borderValue=1) > 0
    trimap = make_trimap(mask, 50)
    assert trimap.shape == mask.shape
    near = np.ones((7, 7), np.uint8)  # two squares of three pixels
    for exact, made in ((grown, trimap > 0), (kept, trimap == 255)):
        assert not (made & (cv2.dilate(exact.astype(np.uint8), near) == 0)).any()
        assert not ((cv2.erode(exact.astype(np.uint8), near) > 0) & ~made).any()
