"""Evidence of several sources, and what a plain background tells."""

import cv2
import numpy as np
import pytest

from matte_core.base.errors import NoSubjectError
from matte_core.segmentation import segment
from matte_core.segmentation.evidence import Evidence, combine
from matte_core.segmentation.plain_background import plain_background


def plane(value: float) -> np.ndarray:
    return np.full((4, 5), value, np.float32)


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    return (one & other).sum() / (one | other).sum()


def test_log_odds_add_up_as_far_as_they_are_trusted() -> None:
    agreeing = combine([Evidence(plane(0.8), 1.0, 1.0), Evidence(plane(0.8), 1.0, 1.0)])
    np.testing.assert_allclose(agreeing, 16 / 17, atol=1e-5)
    against = combine([Evidence(plane(0.8), 1.0, 1.0), Evidence(plane(0.2), 1.0, 1.0)])
    np.testing.assert_allclose(against, 0.5, atol=1e-5)
    ignored = combine([Evidence(plane(0.8), 1.0, 1.0), Evidence(plane(0.0), plane(0.0), 1.0)])
    np.testing.assert_allclose(ignored, 0.8, atol=1e-5)
    certain = combine([Evidence(plane(1.0), 1.0, 1.0), Evidence(plane(1.0), 1.0, 1.0)])
    assert np.isfinite(certain).all()


def drawing() -> tuple[np.ndarray, np.ndarray]:
    """A figure in ink and flat colors on white paper, with thin arms."""
    image, truth = np.full((300, 240, 3), 255, np.uint8), np.zeros((300, 240), np.uint8)
    for center, axes, color in (((120, 190), (50, 70), (90, 140, 230)),
                                ((120, 85), (42, 48), (250, 215, 180))):  # fmt: skip
        cv2.ellipse(image, center, axes, 0, 0, 360, color, -1)
        cv2.ellipse(image, center, axes, 0, 0, 360, (20, 20, 20), 3)
        cv2.ellipse(truth, center, axes, 0, 0, 360, 255, -1)
        cv2.ellipse(truth, center, axes, 0, 0, 360, 255, 3)
    for x in (40, 200):
        cv2.line(image, (120, 150), (x, 240), (20, 20, 20), 5)
        cv2.line(truth, (120, 150), (x, 240), 255, 5)
    return image, truth > 0


def sprite() -> tuple[np.ndarray, np.ndarray]:
    """A figure of noise, 32 px wide, on magenta."""
    truth = np.zeros((32, 32), bool)
    truth[6:28, 10:22] = truth[10:14, 6:26] = True
    image = np.full((32, 32, 3), (255, 0, 255), np.uint8)
    image[truth] = np.random.default_rng(0).integers(0, 200, (truth.sum(), 3))
    return image, truth


@pytest.mark.parametrize("scene", [drawing, sprite])
def test_what_differs_from_a_plain_background_is_exact(scene) -> None:
    image, truth = scene()
    # A few pixels at the edge of the sprite are lost.
    assert overlap(segment(image).mask, truth) > 0.96


def test_a_soft_edge_is_crossed_in_its_middle() -> None:
    rows, columns = np.mgrid[:200, :200] - 99.5
    alpha = np.clip((60 - np.hypot(rows, columns)) / 6 + 0.5, 0, 1)[..., None]
    image = alpha * (0.9, 0.6, 0.1) + (1 - alpha) * (0.1, 0.1, 0.4)
    found = plain_background(image.astype(np.float32), 1.0)
    assert found is not None
    is_subject = found.evidence.probability > 0.5
    assert alpha[is_subject].min() > 0.35
    assert alpha[~is_subject].max() < 0.65


def test_a_background_that_is_not_plain_tells_nothing() -> None:
    noise = np.random.default_rng(1).random((60, 80, 3)).astype(np.float32)
    assert plain_background(noise, 1.0) is None


def test_what_the_subject_encloses_is_left_to_the_models() -> None:
    image = np.full((100, 100, 3), 0.95, np.float32)
    cv2.circle(image, (50, 50), 30, (0.2, 0.3, 0.8), 8)
    found = plain_background(image, 1.0)
    assert found is not None
    told = found.alone()
    assert told.trust[50, 50] == 0
    assert told.trust[5, 5] > 0.9
    assert told.probability[5, 5] < 0.2
    assert told.probability[20, 50] > 0.95


def test_a_background_plain_by_chance_must_agree_with_what_models_find() -> None:
    rng = np.random.default_rng(3)
    image = (0.7 + rng.normal(0, 0.01, (120, 160, 3))).astype(np.float32)
    cv2.rectangle(image, (50, 30), (110, 90), (0.2, 0.3, 0.8), -1)
    found = plain_background(image, 1.0)
    assert found is not None
    assert found.exactness == 0
    thing = np.zeros((120, 160), np.float32)
    thing[30:91, 50:111] = 1
    assert found.beside(thing).trust[60, 80] > 0.9
    assert found.beside(np.roll(thing, 45, axis=1)).trust[60, 80] == 0
    assert found.alone().trust[60, 80] == 0


def pictures_of_nothing() -> dict[str, np.ndarray]:
    rows, columns = np.mgrid[:200, :300]
    gradient = np.stack([columns * 0.7, rows, 255 - columns * 0.5], axis=-1)
    rng = np.random.default_rng(2)
    noise = rng.integers(0, 256, (200, 300, 3))
    wall = cv2.GaussianBlur(rng.normal(0, 1, (200, 300, 3)), (0, 0), 5) * 80 + 160
    return {
        name: np.clip(values, 0, 255).astype(np.uint8)
        for name, values in (("gradient", gradient), ("noise", noise), ("wall", wall))
    }


@pytest.mark.parametrize("name", pictures_of_nothing())
def test_nothing_is_invented(name: str) -> None:
    with pytest.raises(NoSubjectError, match="No subject was found"):
        segment(pictures_of_nothing()[name])
