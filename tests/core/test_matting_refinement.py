"""Refinement lowers the energy at full size, and changes only undecided pixels."""

from dataclasses import replace

import numpy as np
import pytest

from matte_core.base.errors import Cancelled
from matte_core.matting import closed_form, refinement, sampling
from matte_core.matting.level import make_level


@pytest.fixture
def scene():
    """A soft vertical edge in a noisy image, and an alpha that is too blurred."""
    rng = np.random.default_rng(4)
    columns = np.tile(np.arange(60.0), (30, 1))
    truth = np.clip((33 - columns) / 6, 0, 1)
    image = truth[..., None] * [0.9, 0.6, 0.2] + (1 - truth[..., None]) * [0.1, 0.2, 0.5]
    image = np.clip(image + rng.normal(0, 0.02, image.shape), 0, 1)
    trimap = np.full((30, 60), 128, np.uint8)
    trimap[:, :15], trimap[:, 45:] = 255, 0
    alpha = np.clip((45 - columns) / 30, 0, 1).astype(np.float32)
    return image, trimap, alpha, truth


def refine(image, trimap, alpha, progress=lambda fraction, step: None, is_veil=False):
    """Refine with the samples of the image at half size."""
    level = make_level(image, trimap, 2)
    samples = sampling.sample(level)
    if is_veil:
        samples = replace(samples, is_veil=np.ones(len(level.unknown), bool))
    refinement.refine(image, trimap, alpha, level, samples, progress=progress)


def energy(image, trimap, alpha):
    level = make_level(image, trimap, 1)
    system = closed_form.laplacian(level)
    x = np.pad(alpha, 2).ravel()[level.unknown]
    return x @ (system.matrix @ x) / 2 - system.right @ x


def test_local_energy_falls_where_samples_say_nothing(scene, monkeypatch):
    image, trimap, alpha, _ = scene
    monkeypatch.setattr(refinement, "WEIGHT", 0.0)
    before = energy(image, trimap, alpha)
    refine(image, trimap, alpha)
    assert energy(image, trimap, alpha) < before


def test_samples_bring_alpha_closer_to_the_colors(scene, monkeypatch):
    image, trimap, alpha, truth = scene
    undecided = (alpha > refinement.DECIDED) & (alpha < 1 - refinement.DECIDED)
    errors = []
    for weight in (0.0, refinement.WEIGHT):
        monkeypatch.setattr(refinement, "WEIGHT", weight)
        refined = alpha.copy()
        refine(image, trimap, refined)
        errors.append(np.abs(refined - truth)[undecided].mean())
    assert errors[1] < errors[0] / 2


def test_known_and_decided_pixels_stay(scene):
    image, trimap, alpha, truth = scene
    alpha[:] = truth
    alpha[:, 20:26] = 1
    before = alpha.copy()
    refine(image, trimap, alpha)
    assert np.array_equal(alpha[trimap != 128], before[trimap != 128])
    assert np.array_equal(alpha[:, 20:26], before[:, 20:26])
    assert not np.array_equal(alpha, before)


def test_decided_alphas_are_left_alone(scene):
    image, trimap, _, truth = scene
    alpha = (truth > 0.5).astype(np.float32)
    before = alpha.copy()
    refine(image, trimap, alpha)
    assert np.array_equal(alpha, before)


def test_a_pixel_without_windows_stays(scene):
    image, trimap, alpha, _ = scene
    trimap[1:, 30:] = 0  # the pixels that are left of the first row have no unknown ones below
    trimap[0, 30:] = 128
    alpha[0, 32:] = 0.5
    refine(image, trimap, alpha)
    assert np.all(alpha[0, 33:40] == 0.5)
    assert np.isfinite(alpha).all()


def test_veils_are_left_alone(scene):
    image, trimap, alpha, _ = scene
    before = alpha.copy()
    refine(image, trimap, alpha, is_veil=True)
    assert np.array_equal(alpha, before)


def test_cancelling_leaves_alpha_as_it_was(scene):
    image, trimap, alpha, _ = scene
    before = alpha.copy()

    def stop(fraction, step):
        assert 0 <= fraction <= 1
        assert step == "Refining"
        raise Cancelled

    with pytest.raises(Cancelled):
        refine(image, trimap, alpha, progress=stop)
    assert np.array_equal(alpha, before)
