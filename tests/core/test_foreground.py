"""Foreground colors: exact where known, correct where mixed, the same in every strip."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from matte_core.base.errors import Cancelled, InputError
from matte_core.matting import foreground as module
from matte_core.matting import foreground_solver
from matte_core.matting.foreground import BORDER_PX, decontaminate, estimate_foreground

RED, GREEN = np.array([0.8, 0.2, 0.1]), np.array([0.1, 0.6, 0.2])


def soft_disc(height: int, width: int, radius_px: float, soft_px: float) -> np.ndarray:
    y, x = np.mgrid[:height, :width]
    distance = np.hypot(y - height / 2, x - width / 2)
    return ((radius_px - distance) / soft_px + 0.5).clip(0, 1).astype(np.float32)


def mixture(alpha: np.ndarray, colors: np.ndarray, others: np.ndarray) -> np.ndarray:
    share = alpha[..., None].astype(float)
    return share * colors + (1 - share) * others


def test_two_flat_colors_are_separated() -> None:
    alpha = soft_disc(90, 121, 30, 12)
    foreground = estimate_foreground(mixture(alpha, RED, GREEN), alpha)
    error = np.abs(foreground - RED)
    assert error[alpha > 0.2].max() < 0.01
    assert error[alpha > 0].mean() < 0.01


def test_smooth_colors_are_separated() -> None:
    alpha = soft_disc(160, 160, 50, 20)
    ramp = np.linspace(0.2, 0.8, 160)
    colors = np.stack(np.broadcast_arrays(ramp[:, None], ramp, 0.5), axis=-1)
    image = mixture(alpha, colors, GREEN)
    is_soft = (alpha > 0) & (alpha < 1)
    error = np.abs(estimate_foreground(image, alpha) - colors)[is_soft]
    assert error.mean() < 0.25 * np.abs(image - colors)[is_soft].mean()
    assert error.mean() < 0.03


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_type_is_kept_and_known_pixels_are_exact(dtype: type) -> None:
    alpha = soft_disc(70, 75, 20, 6)
    noise = np.random.default_rng(4).random((70, 75, 3))
    image = np.rint(noise * 255).astype(np.uint8) if dtype == np.uint8 else noise.astype(dtype)
    kept = image.copy()
    foreground = estimate_foreground(image, alpha)
    assert foreground.dtype == dtype
    assert (foreground[alpha == 1] == image[alpha == 1]).all()
    assert (image == kept).all()
    is_soft = ((alpha > 0) & (alpha < 1)).astype(np.uint8)
    square = np.ones((2 * BORDER_PX + 1, 2 * BORDER_PX + 1), np.uint8)
    is_far = cv2.dilate(is_soft, square) == 0
    assert (foreground[is_far] == image[is_far]).all()


def test_the_subjects_colors_continue_beyond_its_edge() -> None:
    alpha = soft_disc(90, 90, 25, 8)
    foreground = estimate_foreground(mixture(alpha, RED, GREEN), alpha)
    is_soft = ((alpha > 0) & (alpha < 1)).astype(np.uint8)
    is_beyond = (cv2.dilate(is_soft, np.ones((5, 5), np.uint8)) > 0) & (alpha == 0)
    error = np.abs(foreground - RED).max(axis=2)
    assert is_beyond.sum() > 100
    assert error[is_beyond].max() < 0.1


def test_a_hard_alpha_gives_the_image() -> None:
    image = np.random.default_rng(0).random((30, 30, 3))
    alpha = (soft_disc(30, 30, 8, 1) > 0.5).astype(np.float32)
    foreground = estimate_foreground(image, alpha)
    assert (foreground == image).all()
    assert not np.shares_memory(foreground, image)


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (2, 2), (3, 5), (33, 7)])
@pytest.mark.parametrize("value", [1e-6, 0.5, 1 - 1e-6])
def test_all_soft_and_tiny_images_stay_finite(shape: tuple[int, int], value: float) -> None:
    image = np.random.default_rng(1).random((*shape, 3)).astype(np.float32)
    foreground = estimate_foreground(image, np.full(shape, value, np.float32))
    assert np.isfinite(foreground).all()
    assert foreground.min() >= 0
    assert foreground.max() <= 1


def test_nearly_opaque_pixels_keep_their_color() -> None:
    image = np.random.default_rng(1).random((20, 20, 3))
    foreground = estimate_foreground(image, np.full((20, 20), 0.9999))
    assert np.abs(foreground - image).max() < 1e-3


def test_strips_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    alpha = soft_disc(301, 120, 45, 40)
    image = np.random.default_rng(2).random((301, 120, 3))
    whole = estimate_foreground(image, alpha)
    monkeypatch.setattr(foreground_solver, "STRIP_NODES", 700)
    assert (estimate_foreground(image, alpha) == whole).all()


def test_number_of_threads_does_not_matter() -> None:
    alpha = soft_disc(150, 151, 45, 40)
    image = np.random.default_rng(2).random((150, 151, 3))
    before = cv2.getNumThreads()
    results = []
    for threads in (1, 2):
        cv2.setNumThreads(threads)
        results.append(estimate_foreground(image, alpha))
    cv2.setNumThreads(before)
    assert (results[0] == results[1]).all()


def test_an_image_and_its_mirror_give_the_same_colors() -> None:
    alpha = soft_disc(64, 64, 20, 10)
    image = mixture(alpha, RED, GREEN)
    foreground = estimate_foreground(image, alpha)
    mirrored = estimate_foreground(image[:, ::-1], alpha[:, ::-1])[:, ::-1]
    assert np.abs(foreground - mirrored)[alpha > 0.1].max() < 0.02


def test_progress_rises_to_one() -> None:
    seen: list[tuple[float, str]] = []
    alpha = soft_disc(60, 60, 20, 10)
    image = mixture(alpha, RED, GREEN)
    estimate_foreground(image, alpha, progress=lambda done, step: seen.append((done, step)))
    fractions = [done for done, _ in seen]
    assert fractions == sorted(fractions)
    assert fractions[0] == 0
    assert fractions[-1] == 1
    assert len(set(fractions)) > 3
    assert {step for _, step in seen} == {module.STEP}


def test_progress_can_cancel() -> None:
    def stop(done: float, _step: str) -> None:
        if done > 0:
            raise Cancelled

    alpha = soft_disc(60, 60, 20, 10)
    with pytest.raises(Cancelled):
        estimate_foreground(mixture(alpha, RED, GREEN), alpha, progress=stop)


def test_wrong_sizes_are_refused() -> None:
    with pytest.raises(InputError, match="same size"):
        estimate_foreground(np.zeros((4, 5, 3)), np.zeros((5, 4)))
    with pytest.raises(InputError, match="NaN"):
        estimate_foreground(np.zeros((4, 5, 3)), np.full((4, 5), np.nan))


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_decontaminate_mixes(dtype: type) -> None:
    rng = np.random.default_rng(5)
    unit = 255 if dtype == np.uint8 else 1
    image = (rng.random((9, 9, 3)) * unit).astype(dtype)
    foreground = (rng.random((9, 9, 3)) * unit).astype(dtype)
    foreground[0] = image[0]
    assert (decontaminate(image, foreground, 0) == image).all()
    assert (decontaminate(image, foreground, 1) == foreground).all()
    mixed = decontaminate(image, foreground, 0.25)
    assert mixed.dtype == dtype
    assert (mixed[0] == image[0]).all()
    exact = 0.75 * image.astype(float) + 0.25 * foreground
    assert np.abs(mixed - exact).max() <= (0.51 if dtype == np.uint8 else 1e-6)


@pytest.mark.parametrize("amount", [-0.1, 1.1, float("nan")])
def test_decontaminate_refuses_other_amounts(amount: float) -> None:
    image = np.zeros((4, 4, 3), np.uint8)
    with pytest.raises(InputError, match="amount"):
        decontaminate(image, image, amount)


def test_decontaminate_refuses_other_types() -> None:
    with pytest.raises(InputError, match="estimated for this image"):
        decontaminate(np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4, 3), np.float32), 0.5)


def test_real_hair(shared: Path) -> None:
    """On a composite of known colors, the error of the mixture falls by a factor of twenty."""
    folder = shared / "data" / "matting" / "lemur"
    alpha = cv2.imread(str(folder / "pymatting_lemur_alpha.png"), cv2.IMREAD_GRAYSCALE) / 255
    truth = cv2.imread(str(folder / "pymatting_lemur_foreground.png")) / 255
    background = cv2.imread(str(folder / "pymatting_lemur_background.png")) / 255
    image = np.rint(mixture(alpha, truth, background) * 255).astype(np.uint8)
    foreground = estimate_foreground(image, alpha)
    is_soft = (alpha > 0) & (alpha < 1)
    error = ((foreground / 255 - truth)[is_soft] ** 2).mean()
    assert error < 4e-4
    assert error < 0.05 * ((image / 255 - truth)[is_soft] ** 2).mean()
