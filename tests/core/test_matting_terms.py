"""The three energies of the matting system, each compared with its definition in the paper."""

import numpy as np
import pytest

from matte_core.matting import closed_form, knn, sampling
from matte_core.matting.level import BORDER_PX, make_level


@pytest.fixture
def scene():
    """A small random image with known foreground on the left, background on the right."""
    rng = np.random.default_rng(3)
    image = rng.random((9, 12, 3)).astype(np.float32)
    trimap = np.full((9, 12), 128, np.uint8)
    trimap[:, :3], trimap[:, -3:] = 255, 0
    return image, trimap


def whole_closed_form(image, epsilon):
    """Levin's Laplacian of all pixels, window by window, weighted, as a dense matrix."""
    height, width = image.shape[:2]
    laplacian = np.zeros((height * width,) * 2)
    for row in range(height - 2):
        for column in range(width - 2):
            pixels = [(row + i) * width + column + j for i in range(3) for j in range(3)]
            centered = image.reshape(-1, 3)[pixels].astype(float)
            centered -= centered.mean(axis=0)
            covariance = centered.T @ centered / 9 + epsilon / 9 * np.eye(3)
            affine = centered @ np.linalg.inv(covariance) @ centered.T / 9
            block = np.eye(9) - affine - 1 / 9
            laplacian[np.ix_(pixels, pixels)] += block * (5 / (8 - np.trace(affine))) ** 2
    return laplacian


def data_term(level):
    """The data term of a level, nothing of it ignored."""
    return sampling.data_term(sampling.sample(level), np.zeros(len(level.unknown), bool))


@pytest.mark.parametrize("epsilon", [1e-7, 1e-3])
@pytest.mark.parametrize("is_gray", [False, True])
def test_closed_form_is_levins_laplacian_weighted_by_what_colors_leave_free(
    scene, epsilon, is_gray
):
    image, trimap = scene
    if is_gray:
        image[:] = image[..., :1]
    level = make_level(image, trimap, 1)
    system = closed_form.laplacian(level, epsilon)
    whole = whole_closed_form(image, epsilon)
    unknown = level.trimap[BORDER_PX:-BORDER_PX, BORDER_PX:-BORDER_PX].ravel() == 128
    known_alpha = level.known_alpha.reshape(level.trimap.shape)[
        BORDER_PX:-BORDER_PX, BORDER_PX:-BORDER_PX
    ].ravel()
    np.testing.assert_allclose(system.matrix.toarray(), whole[np.ix_(unknown, unknown)], atol=1e-4)
    np.testing.assert_allclose(system.right, -whole[unknown] @ known_alpha, atol=1e-4)


@pytest.mark.parametrize("scale", [1, 255])
def test_windows_have_the_gradient_of_levins_laplacian(scale, monkeypatch):
    rng = np.random.default_rng(5)
    image = rng.integers(0, 256, (9, 12, 3), np.uint8)
    alpha = rng.random(9 * 12, np.float32)
    whole = whole_closed_form(image / 255, closed_form.EPSILON)
    monkeypatch.setattr(closed_form, "_CHUNK", 7)
    windows = closed_form.Windows(image if scale == 255 else image / 255, np.arange(9 * 12))
    np.testing.assert_allclose(windows.gradient(alpha), whole @ alpha, atol=1e-4)
    np.testing.assert_allclose(windows.diagonal(), np.diag(whole), atol=1e-4)


def test_only_windows_around_the_given_pixels_count():
    rng = np.random.default_rng(6)
    image, alpha = rng.random((9, 12, 3)), rng.random(9 * 12, np.float32)
    pixels = np.array([0, 2 * 12 + 3, 2 * 12 + 4, 7 * 12 + 11])
    part = (
        whole_closed_form(image[1:4, 2:6], closed_form.EPSILON)
        @ alpha.reshape(9, 12)[1:4, 2:6].ravel()
    )
    gradient = closed_form.Windows(image, pixels).gradient(alpha)
    np.testing.assert_allclose(gradient, [0, part[5], part[6], 0], atol=1e-4)


def test_each_pixel_may_have_its_own_regularization(scene):
    level = make_level(*scene, 1)
    epsilon = np.where(np.arange(len(level.unknown)) < 24, 1e-1, 1e-7)
    both = closed_form.laplacian(level, epsilon).matrix.toarray()
    large, small = (closed_form.laplacian(level, value).matrix.toarray() for value in (1e-1, 1e-7))
    # 24 pixels are four rows. A window takes the value of its center, which may be known.
    away = np.isin(np.arange(len(level.unknown)) % 6, [1, 2, 3, 4])
    np.testing.assert_allclose(both[:18][away[:18]], large[:18][away[:18]], atol=1e-9)
    np.testing.assert_allclose(both[30:][away[30:]], small[30:][away[30:]], atol=1e-9)
    assert np.abs(large - small).max() > 0.1


def test_closed_form_does_not_depend_on_the_blocks(scene, monkeypatch):
    level = make_level(*scene, 1)
    whole = closed_form.laplacian(level).matrix.toarray()
    monkeypatch.setattr(closed_form, "_CHUNK", 7)
    np.testing.assert_allclose(closed_form.laplacian(level).matrix.toarray(), whole, atol=1e-9)


@pytest.mark.parametrize("term", [closed_form.laplacian, knn.laplacian])
def test_terms_are_symmetric_and_positive(scene, term):
    matrix = term(make_level(*scene, 1)).matrix.toarray()
    np.testing.assert_allclose(matrix, matrix.T, atol=1e-12)
    assert np.linalg.eigvalsh(matrix).min() > -1e-9


@pytest.mark.parametrize("term", [closed_form.laplacian, knn.laplacian])
def test_all_foreground_costs_nothing(scene, term):
    # With foreground as the only known side, alpha 1 everywhere must satisfy A x = b.
    image, trimap = scene
    level = make_level(image, np.where(trimap == 0, 255, trimap).astype(np.uint8), 1)
    system = term(level)
    np.testing.assert_allclose(system.matrix @ np.ones(len(level.unknown)), system.right, atol=1e-9)


def test_nearest_agrees_with_brute_force():
    rng = np.random.default_rng(0)
    queries, candidates = rng.random((40, 3), np.float32), rng.random((200, 3), np.float32)
    distances, found = knn.nearest(queries, candidates, 5, slack=0.0)
    all_distances = np.linalg.norm(queries[:, None] - candidates[None], axis=2)
    np.testing.assert_array_equal(found, np.argsort(all_distances, axis=1)[:, :5])
    np.testing.assert_allclose(distances, np.sort(all_distances, axis=1)[:, :5], rtol=1e-5)


def test_nearest_returns_what_there_is():
    points = np.eye(3, dtype=np.float32)
    distances, found = knn.nearest(points, points[:2], 5, slack=1.0)
    assert found.shape == distances.shape == (3, 2)
    one_distance, one = knn.nearest(points, points[:1], 1, slack=0.0)
    assert one.shape == one_distance.shape == (3, 1)


def test_foreground_share_is_that_of_locally_linear_embedding():
    rng = np.random.default_rng(5)
    foreground = rng.normal(size=(6, 5, 3)).astype(np.float32)
    background = rng.normal(size=(6, 5, 3)).astype(np.float32)
    share = sampling._foreground_share(foreground, background)
    for row in range(6):
        both = np.concatenate([foreground[row], background[row]]).astype(float)
        gram = both @ both.T
        gram += np.eye(10) * (1e-3 * np.trace(gram) + 1e-9)
        weights = np.linalg.solve(gram, np.ones(10))
        weights /= weights.sum()
        assert share[row] == pytest.approx(np.clip(weights[:5].sum(), 0, 1), abs=1e-6)


def test_data_term_knows_pure_and_mixed_colors():
    # Known red on the left, known blue on the right, and a gradient between them.
    alpha = np.clip(np.linspace(1.5, -0.5, 40), 0, 1).astype(np.float32)
    image = np.zeros((10, 40, 3), np.float32)
    image[..., 0], image[..., 2] = alpha, 1 - alpha
    trimap = np.full((10, 40), 128, np.uint8)
    trimap[:, :10], trimap[:, -10:] = 255, 0
    level = make_level(image, trimap, 1)
    system = data_term(level)
    weights = system.matrix.diagonal()
    asked = weights > 1e-3
    truth = level.colors[level.unknown][:, 0]
    assert asked.any()
    np.testing.assert_allclose((system.right / weights)[asked], truth[asked], atol=0.02)


def test_data_term_trusts_nothing_where_the_sides_look_the_same():
    image = np.full((10, 40, 3), 0.5, np.float32)
    trimap = np.full((10, 40), 128, np.uint8)
    trimap[:, :10], trimap[:, -10:] = 255, 0
    # A checkerboard keeps trimming from making the unknown region known.
    image[::2, ::2] += 0.3
    image[1::2, 1::2] += 0.3
    level = make_level(image, trimap, 1)
    assert data_term(level).matrix.diagonal().max() < 0.05


def test_data_term_trusts_nothing_that_the_samples_do_not_explain():
    # Known red and blue, and green between them, which is no mixture of the two.
    image = np.zeros((10, 40, 3), np.float32)
    image[:, :15, 0] = image[:, 15:25, 1] = image[:, 25:, 2] = 0.9
    trimap = np.full((10, 40), 128, np.uint8)
    trimap[:, :8], trimap[:, -8:] = 255, 0
    level = make_level(image, trimap, 1)
    weights = data_term(level).matrix.diagonal()
    is_green = level.colors[level.unknown][:, 1] > 0.5
    assert weights[~is_green].max() > 0.02
    assert weights[is_green].max() < weights[~is_green].max() / 100


def test_data_term_trusts_pure_colors_more_than_mixed_ones():
    # Known red on the left, known blue on the right; between them, red, purple, and blue.
    image = np.zeros((12, 48, 3), np.float32)
    red = np.repeat([0.9, 0.45, 0.0], 16)
    image[..., 0], image[..., 2] = red, 0.9 - red
    trimap = np.full((12, 48), 128, np.uint8)
    trimap[:, :8], trimap[:, -8:] = 255, 0
    level = make_level(image, trimap, 1)
    weights = data_term(level).matrix.diagonal()
    is_mixed = np.abs(level.colors[level.unknown][:, 0] - 0.45) < 0.1
    assert is_mixed.any()
    assert weights[is_mixed].max() < weights[~is_mixed].max() / 2


def test_a_veil_is_wide_and_even():
    # Red and blue, each with a texture, and what is half of each; the edges between are soft.
    rng = np.random.default_rng(2)
    alpha = np.repeat([1.0, 0.5, 0.0], 30)
    alpha = np.convolve(np.pad(alpha, 2, mode="edge"), np.full(5, 0.2), mode="valid")
    image = alpha[:, None] * [0.8, 0.2, 0.1] + (1 - alpha[:, None]) * [0.1, 0.2, 0.8]
    image = (image + rng.uniform(-0.05, 0.05, (60, 90, 1))).astype(np.float32)
    trimap = np.full((60, 90), 128, np.uint8)
    trimap[:, :8], trimap[:, -8:] = 255, 0
    level = make_level(image, trimap, 1)
    is_veil = sampling.sample(level).is_veil
    truth = np.pad(np.tile(alpha, (60, 1)), BORDER_PX)[:, :, None].ravel()[level.unknown]
    columns = level.unknown % level.width - BORDER_PX
    assert is_veil[(columns > 38) & (columns < 52)].mean() > 0.95
    assert not is_veil[(truth < 0.1) | (truth > 0.9)].any()


def test_every_pixel_of_a_few_is_sampled(scene):
    assert sampling.sample(make_level(*scene, 1)).step == 1


def test_ignored_pixels_get_no_data_term(scene):
    level = make_level(*scene, 1)
    ignored = np.arange(len(level.unknown)) % 2 == 0
    weights = sampling.data_term(sampling.sample(level), ignored).matrix.diagonal()
    assert weights[ignored].max() < 1e-6
    assert weights[~ignored].max() > 1e-3


def test_comparison_with_a_line():
    colors = np.float32([[0.25, 0, 0], [0.5, 0.2, 0], [2, 0, 0]])
    foreground, background = np.float32([[1, 0, 0]] * 3), np.zeros((3, 3), np.float32)
    share, distance, length = sampling.compare(colors, foreground, background)
    np.testing.assert_allclose(share, [0.25, 0.5, 1], atol=1e-6)
    np.testing.assert_allclose(distance, [0, 0.2, 1], atol=1e-6)
    np.testing.assert_allclose(length, 1, atol=1e-6)
