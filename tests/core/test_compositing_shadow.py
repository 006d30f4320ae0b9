"""Shadows on a light, plain ground are kept as they were; none is invented."""

import cv2
import numpy as np
import pytest

from matte_core import composite, cut_out
from matte_core.compositing import estimate_shadow, over_shadow

SIZE = (600, 800)


def ground(color=(238, 236, 232), gradient=0.06):
    """A studio's ground, whose light falls off slowly toward a corner."""
    rows, columns = np.mgrid[: SIZE[0], : SIZE[1]]
    light = 1 - gradient * (columns / SIZE[1] + 0.5 * rows / SIZE[0]) ** 2 / 2
    return np.asarray(color) * light[..., None]


def product():
    """A red box with a soft edge: alpha and colors."""
    alpha = np.zeros(SIZE, np.float32)
    cv2.rectangle(alpha, (300, 160), (520, 400), 1, -1)
    colors = np.broadcast_to(np.array([170.0, 40, 50]), (*SIZE, 3)).copy()
    colors[160:230] += 30
    return cv2.GaussianBlur(alpha, (0, 0), 0.8), colors


def shadow_of(alpha):
    """Dark where the box touches the ground, soft and wide to the right of it."""
    contact, wide = np.zeros(SIZE, np.float32), np.zeros(SIZE, np.float32)
    cv2.rectangle(contact, (300, 385), (525, 408), 0.6, -1)
    cv2.ellipse(wide, (440, 400), (190, 34), 0, 0, 360, 0.4, -1)
    soft = cv2.GaussianBlur(contact, (0, 0), 5), cv2.GaussianBlur(wide, (0, 0), 16)
    return 1 - (1 - soft[0]) * (1 - soft[1])


def photo(behind, alpha, colors, shadow, noise=1.5):
    lit = behind * (1 - shadow[..., None])
    mixed = alpha[..., None] * colors + (1 - alpha[..., None]) * lit
    mixed = mixed + np.random.default_rng(4).normal(0, noise, mixed.shape)
    return np.clip(np.rint(mixed), 0, 255).astype(np.uint8)


def test_the_shadow_is_what_it_was():
    alpha, colors = product()
    truth = shadow_of(alpha)
    found = estimate_shadow(photo(ground(), alpha, colors, truth), alpha)
    assert found.note == ""
    outside = alpha == 0
    error = (found.alpha - truth)[outside]
    assert np.mean(error**2) < 1e-4
    assert np.abs(found.alpha - truth)[outside & (truth > 0.1)].mean() < 0.012
    assert found.alpha[outside & (truth == 0)].max() < 0.05
    assert found.alpha[:120].max() == 0


def test_over_another_ground_it_looks_as_if_it_had_been_there():
    alpha, colors = product()
    truth = shadow_of(alpha)
    found = cut_out(photo(ground(), alpha, colors, truth), shadow=True)
    assert found.shadow is not None
    joined_colors, joined = over_shadow(found.foreground, found.alpha, found.shadow.alpha)
    blue = np.full((*SIZE, 3), (90, 130, 200), np.uint8)
    made = composite(joined_colors, joined, blue).astype(float)
    lit = blue * (1 - truth[..., None])
    expected = alpha[..., None] * colors + (1 - alpha[..., None]) * lit
    assert np.sqrt(np.mean((made - expected) ** 2)) < 4
    assert np.abs(made - expected)[truth > 0.02].mean() < 4


@pytest.mark.parametrize("gradient", [0.0, 0.15])
def test_no_shadow_is_invented(gradient):
    alpha, colors = product()
    picture = photo(ground(gradient=gradient), alpha, colors, np.zeros(SIZE))
    found = estimate_shadow(picture, alpha)
    assert found.alpha.max() == 0
    assert found.note == "No shadow was kept: the subject casts none that can be seen."


def test_what_is_not_joined_to_the_subject_or_has_a_color_is_no_shadow():
    alpha, colors = product()
    behind = ground()
    behind[520:560, 60:120] *= 0.7  # dirt
    behind[300:402, 522:600] *= (1, 0.6, 0.5)  # a red thing that touches the subject
    found = estimate_shadow(photo(behind, alpha, colors, np.zeros(SIZE)), alpha)
    assert found.alpha.max() < 0.05


def dark():
    return ground((70, 70, 74))


def tiled():
    behind = ground()
    behind[(np.indices(SIZE).sum(axis=0) // 40) % 2 == 0] *= 0.8
    return behind


def meadow():
    grain = cv2.GaussianBlur(np.random.default_rng(1).normal(size=SIZE), (0, 0), 3)
    return ground((200, 210, 190)) + 160 * grain[..., None]


@pytest.mark.parametrize("behind", [dark, tiled, meadow])
def test_other_grounds_are_refused_in_plain_words(behind):
    alpha, colors = product()
    found = estimate_shadow(photo(behind(), alpha, colors, shadow_of(alpha)), alpha)
    assert found.alpha.max() == 0
    assert found.note.startswith("No shadow was kept: the background is not light and plain")


def test_floats_and_bytes_agree():
    alpha, colors = product()
    picture = photo(ground(), alpha, colors, shadow_of(alpha))
    one = estimate_shadow(picture, alpha).alpha
    other = estimate_shadow((picture / 255).astype(np.float32), alpha).alpha
    assert np.abs(one - other).max() < 0.004


def test_joined_with_the_subject_it_composites_alike():
    rng = np.random.default_rng(0)
    colors, behind = rng.random((2, 40, 50, 3)).astype(np.float32)
    alpha, shadow = rng.random((2, 40, 50)).astype(np.float32)
    joined = composite(*over_shadow(colors, alpha, shadow), behind)
    below = composite(np.zeros_like(colors), shadow, behind)
    assert np.abs(joined - composite(colors, alpha, below)).max() < 1e-5
