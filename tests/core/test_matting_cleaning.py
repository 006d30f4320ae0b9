"""Clean colors outside the range of image files: brighter than white, outside sRGB."""

import numpy as np
import pytest

from matte_core.matting import clean_colors, decontaminate, estimate_foreground

SIDE = 48
SUBJECT, BACKDROP = np.array([0.9, 0.5, 0.1], np.float32), np.array([0.1, 0.2, 0.8], np.float32)


def soft_disc() -> np.ndarray:
    rows, columns = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
    return np.clip((14 - np.hypot(rows, columns)) / 4, 0, 1).astype(np.float32)


def mixed(subject: np.ndarray, backdrop: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """An image of one color over another, and its alpha."""
    alpha = soft_disc()
    share = alpha[..., None]
    return (share * subject + (1 - share) * backdrop).astype(np.float32), alpha


@pytest.mark.parametrize("amount", [0.4, 1.0])
def test_colors_in_range_are_cleaned_as_usual(amount: float) -> None:
    picture, alpha = mixed(SUBJECT, BACKDROP)
    for colors in (picture, np.rint(picture * 255).astype(np.uint8)):
        cleaned, changed = clean_colors(colors, alpha, amount)
        expected = decontaminate(colors, estimate_foreground(colors, alpha), amount)
        assert cleaned.dtype == colors.dtype
        assert (cleaned == expected).all()
        assert ((changed == 255) == (expected != colors).any(axis=2)).all()


@pytest.mark.parametrize(("scale", "shift"), [(4.0, 0.0), (1.0, -0.4), (3.0, -1.0)])
def test_colors_out_of_range_are_cleaned_alike(scale: float, shift: float) -> None:
    subject, backdrop = SUBJECT * scale + shift, BACKDROP * scale + shift
    colors, alpha = mixed(subject, backdrop)
    assert colors.min() < 0 or colors.max() > 1
    cleaned, changed = clean_colors(colors, alpha)
    is_edge = (alpha > 0.2) & (alpha < 0.8)
    assert np.abs(cleaned - subject)[is_edge].max() < 0.08 * scale
    assert np.abs(colors - subject)[is_edge].max() > 0.4 * scale
    assert (cleaned[changed == 0] == colors[changed == 0]).all()
    assert not changed[alpha == 1].any()
    assert changed[is_edge].all()


def test_one_bright_light_far_away_does_not_matter() -> None:
    colors, alpha = mixed(SUBJECT, BACKDROP)
    expected, _ = clean_colors(colors, alpha)
    wide = np.tile(BACKDROP, (SIDE, 4 * SIDE, 1))
    wide[:, :SIDE] = colors
    wide[3, -3] = 60000
    cleaned, _ = clean_colors(wide, np.pad(alpha, ((0, 0), (0, 3 * SIDE))))
    assert (cleaned[:, :SIDE] == expected).all()
    assert cleaned[3, -3, 0] == 60000


def test_nan_and_infinity_stay_where_they_are() -> None:
    colors, alpha = mixed(SUBJECT * 4, BACKDROP)
    row, column = SIDE // 2, SIDE // 2
    colors[row, column] = np.nan
    colors[row, column + 2] = np.inf
    colors[row, 11] = -np.inf  # on the edge
    cleaned, changed = clean_colors(colors, alpha)
    assert alpha[row, column] == 1
    assert np.isnan(cleaned[row, column]).all()
    assert np.isposinf(cleaned[row, column + 2]).all()
    assert np.isfinite(cleaned[changed == 255]).all()
    # The highest finite value.
    assert cleaned[changed == 255].max() <= 3.6 + 1e-5


def test_nothing_to_clean() -> None:
    colors, alpha = mixed(SUBJECT, BACKDROP)
    for _, changed in (
        clean_colors(colors, alpha, 0.0),
        clean_colors(colors * 9, np.ones_like(alpha)),
    ):
        assert not changed.any()
    assert clean_colors(colors, alpha, 0.0)[0] is colors
