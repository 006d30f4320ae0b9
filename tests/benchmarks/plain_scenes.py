"""Made-up pictures: subjects before plain backgrounds, and pictures with no subject at all."""

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Mask = NDArray[np.bool_]


def scenes() -> dict[str, tuple[Image, Mask]]:
    """Return pictures whose subject is known to the pixel, by name."""
    return {
        "drawing on white": _drawing(),
        "sprite of 32 px on magenta": _sprite(1),
        "sprite enlarged 8 times": _sprite(8),
        "figure with spill before green": _green_screen(),
        "white on white, with a shadow": _white_on_white(),
    }


def pictures_of_nothing() -> list[Image]:
    """Return 50 gradients, noise, walls, meadows, skies and stripes in turn."""
    makers = (_gradient, _noise, _wall, _meadow, _sky, _stripes)
    return [makers[k % len(makers)](np.random.default_rng(k)) for k in range(50)]


def _ink(image: Image, truth: Image, center: tuple[int, int], axes: tuple[int, int], color) -> None:
    cv2.ellipse(image, center, axes, 0, 0, 360, color, -1, cv2.LINE_AA)
    cv2.ellipse(image, center, axes, 0, 0, 360, (20, 20, 20), 4, cv2.LINE_AA)
    cv2.ellipse(truth, center, axes, 0, 0, 360, 255, -1)
    cv2.ellipse(truth, center, axes, 0, 0, 360, 255, 4)


def _drawing() -> tuple[Image, Mask]:
    image, truth = np.full((600, 500, 3), 255, np.uint8), np.zeros((600, 500), np.uint8)
    _ink(image, truth, (250, 380), (110, 150), (90, 140, 230))
    _ink(image, truth, (250, 170), (90, 100), (250, 215, 180))
    for x, hand in ((220, 60), (280, 440)):
        cv2.ellipse(image, (x, 150), (10, 16), 0, 0, 360, (30, 30, 30), -1, cv2.LINE_AA)
        cv2.line(image, (250, 300), (hand, 470), (20, 20, 20), 12, cv2.LINE_AA)
        cv2.line(truth, (250, 300), (hand, 470), 255, 12)
    return image, truth > 0


def _sprite(scale: int) -> tuple[Image, Mask]:
    truth = np.zeros((32, 32), bool)
    truth[6:28, 10:22] = truth[10:14, 6:26] = True
    image = np.full((32, 32, 3), (255, 0, 255), np.uint8)
    image[truth] = np.random.default_rng(0).integers(0, 200, (int(truth.sum()), 3))
    return np.kron(image, np.ones((scale, scale, 1), np.uint8)), np.kron(
        truth, np.ones((scale, scale), bool)
    )


def _green_screen() -> tuple[Image, Mask]:
    height, width = 600, 480
    truth = np.zeros((height, width), np.uint8)
    cv2.ellipse(truth, (240, 190), (90, 120), 0, 0, 360, 255, -1)
    cv2.ellipse(truth, (240, 560), (190, 250), 0, 0, 360, 255, -1)
    alpha = cv2.GaussianBlur(truth, (0, 0), 2)[..., None] / 255
    skin, shirt, green = (
        np.array([205, 160, 130]),
        np.array([150, 175, 140]),
        np.array([50, 190, 70]),
    )
    rows = np.mgrid[:height, :width][0][..., None]
    figure = np.where(rows < 310, skin, shirt) * (0.75 + 0.25 * np.cos(rows / 60))
    spill = np.clip(
        (alpha > 0) * (1 - cv2.erode(alpha.squeeze(), np.ones((25, 25)))[..., None]), 0, 1
    )
    mixed = (figure * (1 - 0.25 * spill) + green * 0.25 * spill) * alpha + green * (1 - alpha)
    noise = np.random.default_rng(1).normal(0, 2, mixed.shape)
    return np.clip(mixed + noise, 0, 255).astype(np.uint8), truth > 127


def _white_on_white() -> tuple[Image, Mask]:
    rows, columns = np.mgrid[:500, :500]
    truth = ((columns - 250) / 130) ** 2 + ((rows - 250) / 150) ** 2 < 1
    shadow = np.exp(-2 * (((columns - 260) / 170) ** 2 + ((rows - 400) / 40) ** 2)) * 60
    gray = np.where(truth, 235 - 20 * (columns - 120) / 260, 250 - shadow)
    image = np.repeat(gray[..., None], 3, axis=2)
    noise = np.random.default_rng(2).normal(0, 1, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8), truth


def _gradient(rng: np.random.Generator) -> Image:
    rows, columns = np.mgrid[0:1:400j, 0:1:600j]
    first, second, third = rng.uniform(30, 225, (3, 3))
    image = first + (second - first) * rows[..., None] + (third - first) * columns[..., None] / 2
    return np.clip(image, 0, 255).astype(np.uint8)


def _noise(rng: np.random.Generator) -> Image:
    return rng.integers(0, 256, (400, 500, 3), np.uint8)


def _blurred(rng: np.random.Generator, sigma: float, color, contrast: float) -> Image:
    plane = cv2.GaussianBlur(rng.normal(0, 1, (400, 600)), (0, 0), sigma)
    plane = plane / plane.std() * contrast
    return np.clip(np.array(color) + plane[..., None], 0, 255)


def _wall(rng: np.random.Generator) -> Image:
    image = _blurred(rng, 5, rng.uniform(120, 200, 3), 12)
    for row in range(0, 400, 50):
        cv2.line(image, (0, row), (600, row), (110, 100, 95), 3)
    return (image + rng.normal(0, 5, image.shape)).clip(0, 255).astype(np.uint8)


def _meadow(rng: np.random.Generator) -> Image:
    image = np.zeros((400, 600, 3), np.uint8) + np.array([60, 100, 40], np.uint8)
    for x, y in zip(rng.integers(0, 600, 6000), rng.integers(0, 420, 6000), strict=True):
        color = (int(rng.integers(40, 110)), int(rng.integers(90, 180)), int(rng.integers(20, 70)))
        tip = (int(x + rng.integers(-4, 5)), int(y - rng.integers(8, 20)))
        cv2.line(image, (int(x), int(y)), tip, color, 1, cv2.LINE_AA)
    return image


def _sky(rng: np.random.Generator) -> Image:
    clouds = cv2.GaussianBlur(rng.normal(0, 1, (400, 600)), (0, 0), 30)
    share = np.clip(clouds / clouds.std(), 0, 1)[..., None] * 0.7
    return (np.array([90, 140, 210]) * (1 - share) + 245 * share).astype(np.uint8)


def _stripes(rng: np.random.Generator) -> Image:
    image = np.zeros((400, 600, 3)) + np.array([120, 160, 90])
    for left in range(int(rng.integers(0, 40)), 600, 50):
        cv2.rectangle(image, (left, 0), (left + 28, 400), (150, 110, 70), -1)
    return np.clip(image + rng.normal(0, 8, image.shape), 0, 255).astype(np.uint8)
