"""The whole chain, on a picture made here and on a real one."""

from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from matte_core import cut_out
from matte_core.base.errors import InputError, NoSubjectError


@pytest.fixture
def nothing_downloaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATTE_HOME", str(tmp_path))


def scene() -> tuple[np.ndarray, np.ndarray]:
    """A red disc with a soft rim on green, and its true alpha."""
    rows, columns = np.mgrid[:120, :160]
    alpha = np.clip((40 - np.hypot(rows - 60, columns - 80)) / 6 + 0.5, 0, 1)
    red, green = np.array([210, 50, 40]), np.array([40, 120, 50])
    noise = np.random.default_rng(3).normal(scale=3, size=(120, 160, 3))
    image = alpha[..., None] * red + (1 - alpha[..., None]) * green + noise
    return np.clip(image, 0, 255).astype(np.uint8), alpha


@pytest.mark.usefixtures("nothing_downloaded")
def test_every_step_is_there_and_the_alpha_is_right() -> None:
    image, truth = scene()
    steps: list[tuple[float, str]] = []
    cut = cut_out(image, radius_px=8, progress=lambda *step: steps.append(step))
    assert cut.mask.shape == cut.trimap.shape == cut.alpha.shape == (120, 160)
    assert cut.alpha.dtype == np.float32
    assert cut.segmentation.subject == ("subject",)
    assert (cut.alpha[cut.trimap == 255] == 1).all()
    assert (cut.alpha[cut.trimap == 0] == 0).all()
    assert np.abs(cut.alpha - truth).mean() < 0.01
    fractions = [fraction for fraction, _ in steps]
    assert all(later >= earlier - 1e-9 for earlier, later in pairwise(fractions))
    assert fractions[-1] == 1


@pytest.mark.usefixtures("nothing_downloaded")
def test_the_old_background_is_taken_out_by_the_amount_asked_for() -> None:
    image, truth = scene()
    rim = (truth > 0.3) & (truth < 0.7)
    greens = [
        cut_out(image, radius_px=8, decontaminate=amount).foreground[rim][:, 1].mean()
        for amount in (0.0, 0.5, 1.0)
    ]
    assert greens[0] == pytest.approx(image[rim][:, 1].mean())
    assert greens[0] > greens[1] > greens[2]
    assert greens[2] < 62


@pytest.mark.usefixtures("nothing_downloaded")
def test_the_edge_is_adjusted_and_the_colors_are_not() -> None:
    image, _ = scene()
    plain = cut_out(image, radius_px=8)
    wider = cut_out(image, radius_px=8, shift_px=3)
    harder = cut_out(image, radius_px=8, smooth_px=2, feather_px=5, contrast=1)
    assert wider.alpha.sum() > plain.alpha.sum() + 500
    assert set(np.unique(harder.alpha)) == {0, 1}
    np.testing.assert_array_equal(wider.foreground, plain.foreground)
    with pytest.raises(InputError, match="contrast"):
        cut_out(image, radius_px=8, contrast=2)


@pytest.mark.usefixtures("nothing_downloaded")
def test_alpha_is_estimated_where_colors_mix() -> None:
    """As in a photo of a wide gamut, whose strongest colors sRGB cuts off."""
    image, truth = scene()
    wide = (image / 255).astype(np.float32)
    cut_off = np.clip(2.4 * wide - 0.7, 0, 1)
    rim = (truth > 0) & (truth < 1)
    errors = [
        np.abs(cut_out(cut_off, radius_px=8, wide_gamut_image=seen).alpha - truth)[rim].mean()
        for seen in (None, wide)
    ]
    assert errors[1] < 0.05
    assert errors[1] < 0.6 * errors[0]


@pytest.mark.usefixtures("nothing_downloaded")
def test_marks_are_known_in_the_trimap_and_the_alpha() -> None:
    image, truth = scene()
    keep, remove, unknown = (np.zeros(truth.shape, bool) for _ in range(3))
    keep[10:14, 10:14] = remove[58:62, 78:82] = unknown[100:110, 20:40] = True
    cut = cut_out(image, radius_px=8, keep=keep, remove=remove, unknown=unknown)
    assert (cut.trimap[keep] == 255).all()
    assert (cut.trimap[remove] == 0).all()
    assert (cut.trimap[unknown] == 128).all()
    assert (cut.alpha[keep] == 1).all()
    assert (cut.alpha[remove] == 0).all()
    with pytest.raises(InputError, match="marked both to keep and to remove"):
        cut_out(image, keep=keep, remove=keep)


@pytest.mark.usefixtures("nothing_downloaded")
def test_more_than_eight_bits_move_neither_subject_nor_trimap() -> None:
    image, _ = scene()
    noise = np.random.default_rng(5).uniform(-0.45, 0.45, image.shape)
    deep = np.clip((image + noise) / 255, 0, 1).astype(np.float32)
    cuts = [cut_out(picture, radius_px=8) for picture in (image, deep)]
    shallow, fine = (cut.segmentation.probability for cut in cuts)
    np.testing.assert_array_equal(shallow, fine)
    np.testing.assert_array_equal(cuts[0].trimap, cuts[1].trimap)
    assert cuts[1].foreground.dtype == np.float32
    np.testing.assert_array_equal(cuts[1].foreground[0], deep[0])


@pytest.mark.usefixtures("nothing_downloaded")
def test_what_cannot_be_used_is_said() -> None:
    image, _ = scene()
    with pytest.raises(InputError, match="wide-gamut image has shape"):
        cut_out(image, wide_gamut_image=image[:-1])
    with pytest.raises(InputError, match="decontaminate"):
        cut_out(image, decontaminate=1.5)
    with pytest.raises(NoSubjectError, match="empty"):
        cut_out(image, hint=np.zeros(image.shape[:2], bool))


def test_a_real_picture(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from matte_core.networks import fetch_model

    monkeypatch.setenv("MATTE_HOME", str(tmp_path))
    fetch_model("deeplab-257", mirror=str(shared / "models"))
    folder = shared / "data" / "matting" / "alphamatting"
    image = cv2.imread(str(folder / "Images" / "GT03.png"))[:, :, ::-1]
    image = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    truth = cv2.imread(str(folder / "GroundTruth" / "GT03.png"), 0) / 255
    truth = cv2.resize(truth, image.shape[1::-1], interpolation=cv2.INTER_AREA)
    cut = cut_out(image)
    assert np.mean((cut.alpha - truth) ** 2) < 0.03
