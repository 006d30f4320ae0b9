"""estimate_alpha: known pixels, unusual inputs, progress and accuracy."""

import threading

import cv2
import numpy as np
import pytest

from matte_core.base.errors import Cancelled, InputError
from matte_core.matting import estimate_alpha, knn, upsampling


def soft_disc(height=60, width=80, edge_px=6):
    """A red disc with a soft edge on a green and blue ramp, its trimap and its true alpha."""
    rows, columns = np.mgrid[:height, :width]
    distance = np.hypot(rows - height / 2, columns - width / 2) - min(height, width) / 4
    alpha = np.clip(0.5 - distance / edge_px, 0, 1)
    ramp = columns / width
    background = np.stack([0.1 + 0 * ramp, 0.3 + 0.4 * ramp, 0.8 - 0.4 * ramp], axis=-1)
    foreground = np.array([0.9, 0.2, 0.1])
    image = alpha[..., None] * foreground + (1 - alpha[..., None]) * background
    trimap = np.full((height, width), 128, np.uint8)
    trimap[distance < -edge_px] = 255
    trimap[distance > edge_px] = 0
    return image, trimap, alpha


def test_recovers_a_soft_edge():
    image, trimap, truth = soft_disc()
    alpha = estimate_alpha(image, trimap)
    unknown = trimap == 128
    assert alpha.dtype == np.float32
    assert alpha.shape == trimap.shape
    assert np.abs(alpha - truth)[unknown].mean() < 0.02


def test_known_pixels_are_exact():
    image, trimap, _ = soft_disc()
    alpha = estimate_alpha(image, trimap)
    assert (alpha[trimap == 0] == 0).all()
    assert (alpha[trimap == 255] == 1).all()
    assert alpha.min() >= 0
    assert alpha.max() <= 1


def test_uint8_and_float_images_agree():
    image, trimap, _ = soft_disc()
    image = np.rint(image * 255).astype(np.uint8)
    expected = estimate_alpha(image, trimap)
    for dtype in (np.float32, np.float64):
        np.testing.assert_allclose(
            estimate_alpha((image / 255).astype(dtype), trimap), expected, atol=2e-3
        )


def test_swapping_foreground_and_background_inverts_alpha():
    image, trimap, _ = soft_disc()
    swapped = np.where(trimap == 128, 128, 255 - trimap).astype(np.uint8)
    np.testing.assert_allclose(
        estimate_alpha(image, swapped), 1 - estimate_alpha(image, trimap), atol=2e-2
    )


def test_same_input_gives_same_bits():
    image, trimap, _ = soft_disc()
    first = estimate_alpha(image, trimap)
    threads = cv2.getNumThreads()
    try:
        cv2.setNumThreads(1)
        second = estimate_alpha(image, trimap)
    finally:
        cv2.setNumThreads(threads)
    assert np.array_equal(first, second)


@pytest.mark.parametrize("allowed", ["1", "2"])
def test_only_allowed_threads_compute(allowed, monkeypatch):
    image, trimap, _ = soft_disc()
    expected = estimate_alpha(image, trimap)
    seen, laplacian = [], knn.laplacian

    def watched(level):
        seen.append(threading.current_thread() is threading.main_thread())
        return laplacian(level)

    monkeypatch.setattr(knn, "laplacian", watched)
    monkeypatch.setenv("MATTE_THREADS", allowed)
    assert np.array_equal(estimate_alpha(image, trimap), expected)
    assert seen == [allowed == "1"]


def test_input_is_left_alone():
    image, trimap, _ = soft_disc()
    image_before, trimap_before = image.copy(), trimap.copy()
    estimate_alpha(image, trimap)
    assert np.array_equal(image, image_before)
    assert np.array_equal(trimap, trimap_before)


@pytest.mark.parametrize("scale", [1, 4])
def test_views_in_any_memory_order_are_fine(scale):
    image, trimap, _ = soft_disc(60 * scale, 80 * scale, edge_px=6 * scale)
    image = np.rint(image * 255).astype(np.uint8)
    expected = estimate_alpha(image, trimap)
    mirrored_image = np.asfortranarray(image[::-1, ::-1])[::-1, ::-1]
    mirrored_trimap = np.asfortranarray(trimap[::-1, ::-1])[::-1, ::-1]
    for plane in (mirrored_image, mirrored_trimap):
        plane.flags.writeable = False
    assert np.array_equal(estimate_alpha(mirrored_image, mirrored_trimap), expected)


@pytest.mark.parametrize("value", [0, 255])
def test_no_unknown_pixels_gives_the_trimap(value):
    image = np.zeros((4, 5, 3), np.uint8)
    alpha = estimate_alpha(image, np.full((4, 5), value, np.uint8))
    assert np.array_equal(alpha, np.full((4, 5), value / 255, np.float32))


@pytest.mark.parametrize(
    ("value", "missing"), [(0, "foreground"), (255, "background"), (128, "foreground")]
)
def test_unknown_without_both_sides_is_refused(value, missing):
    trimap = np.full((6, 6), value, np.uint8)
    trimap[2:4] = 128
    with pytest.raises(InputError, match=f"no known {missing}") as caught:
        estimate_alpha(np.zeros((6, 6, 3), np.uint8), trimap)
    assert "Paint" in caught.value.hint


@pytest.mark.parametrize(
    ("image", "trimap"),
    [
        (np.full((4, 4, 3), np.nan), np.zeros((4, 4), np.uint8)),
        (np.zeros((4, 4, 3), np.uint8), np.zeros((4, 5), np.uint8)),
        (np.zeros((4, 4), np.uint8), np.zeros((4, 4), np.uint8)),
        (np.zeros((4, 4, 3), np.uint8), np.full((4, 4), 7, np.uint8)),
        (np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4), np.float32)),
        (np.zeros((0, 4, 3), np.uint8), np.zeros((0, 4), np.uint8)),
    ],
)
def test_wrong_arrays_are_refused(image, trimap):
    with pytest.raises(InputError):
        estimate_alpha(image, trimap)


@pytest.mark.parametrize(
    "shape", [(1, 3), (3, 1), (2, 2), (1, 40), (2, 40), (3, 3), (5, 4), (3, 3000), (3000, 3)]
)
def test_tiny_and_thin_images(shape):
    height, width = shape
    ramp = np.linspace(0, 1, height * width).reshape(shape)
    image = np.repeat(ramp[..., None], 3, axis=2)
    trimap = np.full(shape, 128, np.uint8)
    trimap.flat[0], trimap.flat[-1] = 0, 255
    alpha = estimate_alpha(image, trimap)
    assert np.isfinite(alpha).all()
    assert alpha.flat[0] == 0
    assert alpha.flat[-1] == 1


@pytest.mark.parametrize("color", [0, 77, 255])
def test_constant_colors_give_a_finite_alpha(color):
    image = np.full((30, 40, 3), color, np.uint8)
    trimap = np.full((30, 40), 128, np.uint8)
    trimap[:, :8], trimap[:, -8:] = 0, 255
    alpha = estimate_alpha(image, trimap)
    assert np.isfinite(alpha).all()
    # Only position tells the sides apart: a pixel next to a side resembles it more.
    assert alpha[:, 8].mean() < alpha[:, -9].mean()


def test_single_known_pixels_are_enough():
    image, _, truth = soft_disc()
    trimap = np.full(truth.shape, 128, np.uint8)
    trimap[30, 40], trimap[1, 1] = 255, 0
    alpha = estimate_alpha(image, trimap)
    assert alpha[30, 40] == 1
    assert alpha[30, 41] > 0.9
    assert alpha[1, 2] < 0.1


@pytest.mark.parametrize("scale", [1, 5])
def test_two_strokes_are_a_trimap(scale):
    image, _, truth = soft_disc(120 * scale, 160 * scale, edge_px=4 * scale)
    image = np.rint(image * 255).astype(np.uint8)
    trimap = np.full(truth.shape, 128, np.uint8)
    trimap[58 * scale : 62 * scale, 65 * scale : 95 * scale] = 255
    trimap[6 * scale : 10 * scale, 10 * scale : 150 * scale] = 0
    assert (trimap == 128).mean() > 0.94
    alpha = estimate_alpha(image, trimap)
    assert np.abs(alpha - truth).mean() < 0.02


def test_single_unknown_pixel():
    image, _, truth = soft_disc()
    trimap = np.where(truth > 0.5, 255, 0).astype(np.uint8)
    trimap[30, 40] = trimap[0, 0] = 128
    alpha = estimate_alpha(image, trimap)
    assert alpha[30, 40] > 0.9
    assert alpha[0, 0] < 0.1


def test_progress_rises_to_one():
    image, trimap, _ = soft_disc()
    seen = []
    estimate_alpha(image, trimap, progress=lambda fraction, step: seen.append((fraction, step)))
    fractions = [fraction for fraction, _ in seen]
    assert fractions == sorted(fractions)
    assert fractions[0] == 0
    assert fractions[-1] == 1
    assert all(step for _, step in seen)


def test_progress_can_cancel():
    image, trimap, _ = soft_disc()

    def stop(fraction, _):
        if fraction > 0:
            raise Cancelled

    with pytest.raises(Cancelled):
        estimate_alpha(image, trimap, progress=stop)


@pytest.mark.parametrize("scale", [1, 4, 9])
def test_accuracy_holds_at_every_size(scale):
    # Solved at full size, at half size with a refinement, and at a third.
    image, trimap, truth = soft_disc(80 * scale, 100 * scale, edge_px=8 * scale)
    alpha = estimate_alpha(image.astype(np.float32), trimap)
    unknown = trimap == 128
    assert np.abs(alpha - truth)[unknown].mean() < 0.03


@pytest.mark.parametrize(("width", "is_reduced"), [(240, False), (440, True)])
def test_only_many_unknown_pixels_are_reduced(width, is_reduced, monkeypatch):
    factors = []

    def upsample(level, *others, **options):
        factors.append(level.factor)

    monkeypatch.setattr(upsampling, "upsample", upsample)
    columns = np.tile(np.linspace(0, 1, width, dtype=np.float32), (100, 1))
    trimap = np.full((100, width), 128, np.uint8)
    trimap[:, :20], trimap[:, -20:] = 0, 255
    estimate_alpha(np.repeat(columns[..., None], 3, axis=2), trimap)
    assert bool(factors) == is_reduced


def test_a_subject_cut_by_the_border_is_whole():
    image, trimap, truth = soft_disc(240, 320, edge_px=16)
    # The image ends in the middle of the disc.
    image, trimap, truth = (plane[:120, :160] for plane in (image, trimap, truth))
    alpha = estimate_alpha(image, trimap)
    last_rows = trimap[-3:] == 128
    assert np.abs(alpha - truth)[-3:][last_rows].mean() < 0.03


def test_the_estimate_does_not_look_far_beyond_the_unknown_region():
    image, trimap, _ = soft_disc(120, 160)
    expected = estimate_alpha(image, trimap)
    wide = np.pad(image, ((300, 200), (400, 100), (0, 0)), mode="edge")
    labels = np.pad(trimap, ((300, 200), (400, 100)))
    alpha = estimate_alpha(wide, labels)[300:-200, 400:-100]
    assert np.abs(alpha - expected).mean() < 0.005


@pytest.mark.parametrize("scale", [1, 2])
def test_the_texture_of_glass_is_not_alpha(scale):
    # A pane of one half, joined to a red subject, in front of a background of two blues.
    rng = np.random.default_rng(1)
    noise = cv2.GaussianBlur(rng.normal(0, 1, (160, 240, 2)), (0, 0), 4)
    alpha = np.zeros((160, 240), np.float32)
    alpha[50:110, 100:190], alpha[30:130, 40:100] = 0.5, 1
    share = 1 / (1 + np.exp(-40 * noise))
    foreground = share[..., :1] * [0.8, 0.5, 0.1] + (1 - share[..., :1]) * [0.7, 0.1, 0.2]
    background = share[..., 1:] * [0.1, 0.5, 0.8] + (1 - share[..., 1:]) * [0.3, 0.1, 0.7]
    image = (alpha[..., None] * foreground + (1 - alpha[..., None]) * background).astype(np.float32)
    trimap = np.zeros(alpha.shape, np.uint8)
    trimap[30:130, 40:80], trimap[20:140, 80:200] = 255, 128
    shape = (240 * scale, 160 * scale)
    image = cv2.resize(image, shape, interpolation=cv2.INTER_LINEAR)
    trimap = cv2.resize(trimap, shape, interpolation=cv2.INTER_NEAREST)
    estimate = estimate_alpha(image, trimap)
    pane = estimate[60 * scale : 100 * scale, 110 * scale : 180 * scale]
    assert pane.std() < 0.025


def test_accuracy_on_a_real_photo(shared):
    folder = shared / "data" / "matting" / "alphamatting"
    image = cv2.cvtColor(cv2.imread(str(folder / "Images" / "GT05.png")), cv2.COLOR_BGR2RGB)
    gray = cv2.imread(str(folder / "Trimap1" / "GT05.png"), cv2.IMREAD_GRAYSCALE)
    truth = cv2.imread(str(folder / "GroundTruth" / "GT05.png"), cv2.IMREAD_GRAYSCALE) / 255
    trimap = np.where((gray > 0) & (gray < 255), 128, gray).astype(np.uint8)
    error = (estimate_alpha(image, trimap) - truth)[trimap == 128]
    assert (error**2).mean() < 0.006
