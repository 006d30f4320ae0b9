"""Made-up composites of kinds that are hard for matting, whose true alpha is known exactly.

Every composite is ``alpha F + (1 - alpha) B`` of textures made from random numbers, so anyone can
make the same ones, and no photo has to be redistributed. Two kinds are about colors that neither
known side has: once they belong to the subject, once to the background. There are 13 kinds, an odd
number, so composites of even and of odd number are halves with every kind in each.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

COUNT = 40

_HEIGHT, _WIDTH = 360, 480
_FINE = 4  # shapes are drawn this much larger and reduced, so that edges are soft
_CENTER = (240, 195)

Plane = NDArray[np.float32]


@dataclass
class Scene:
    """What a composite is made from; every kind changes some of it."""

    rng: np.random.Generator
    alpha: Plane  # (H, W) float32, [0, 1]
    foreground: Plane  # (H, W, 3) float32, sRGB, [0, 1]
    background: Plane  # (H, W, 3) float32, sRGB, [0, 1]
    # (H, W) bool: unknown in the trimap, besides the surroundings of the soft edge.
    unsure: NDArray[np.bool_]


def composite(number: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8], Plane]:
    """Return the image, the trimap, and the true alpha of a composite."""
    rng = np.random.default_rng(number)
    colors = _distant_colors(rng)
    scene = Scene(
        rng,
        _body(rng),
        _texture(rng, colors[:2], rng.uniform(0.004, 0.02)),
        _texture(rng, colors[2:], rng.uniform(0.004, 0.02)),
        np.zeros((_HEIGHT, _WIDTH), np.bool_),
    )
    kind = list(KINDS.values())[number % len(KINDS)]
    finish = kind(scene) or _rounded
    scene.alpha = np.rint(scene.alpha * 255).astype(np.float32) / 255  # exact in a file
    share = scene.alpha[..., None]
    image = finish(rng, share * scene.foreground + (1 - share) * scene.background)
    width_px = 2 * int(rng.integers(4, 13)) + 1
    soft = ((scene.alpha > 0) & (scene.alpha < 1)) | scene.unsure
    unknown = cv2.dilate(soft.astype(np.uint8), np.ones((width_px, width_px), np.uint8)) > 0
    trimap = np.where(unknown, 128, np.where(scene.alpha > 0.5, 255, 0)).astype(np.uint8)
    return image, trimap, scene.alpha


def kind_of(number: int) -> str:
    """Return the kind of a composite, as the tables name it."""
    return list(KINDS)[number % len(KINDS)]


def write_composites(folder: Path, first: int = 0) -> dict[int, str]:
    """Write COUNT composites into a folder as the photos are; return the files' names by number.

    Those from another number on were never looked at: they check what was chosen on the first.
    """
    for kind in ("Images", "GroundTruth", "Trimap1"):
        (folder / kind).mkdir(parents=True)
    names = {number: f"{number:02}.png" for number in range(first, first + COUNT)}
    for number, name in names.items():
        image, trimap, alpha = composite(number)
        cv2.imwrite(str(folder / "Images" / name), cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
        cv2.imwrite(str(folder / "Trimap1" / name), trimap)
        cv2.imwrite(str(folder / "GroundTruth" / name), np.rint(alpha * 255).astype(np.uint8))
    return names


def _part_of_another_color(scene: Scene) -> None:
    """Join to the subject a flag whose colors nothing else has."""
    rng = scene.rng
    patch = _flag(rng, _CENTER[0] + int(rng.choice([-1, 1])) * int(rng.integers(95, 120)))
    scene.foreground = _painted(rng, scene.foreground, scene.background, patch)
    scene.alpha = np.maximum(scene.alpha, patch)
    scene.unsure = patch > 0


def _background_of_another_color(scene: Scene) -> None:
    """Put behind the subject, clear of it, a thing whose colors nothing else has."""
    rng = scene.rng
    patch = _flag(rng, _CENTER[0] + int(rng.choice([-1, 1])) * 190)
    patch *= cv2.dilate(scene.alpha, np.ones((9, 9), np.uint8)) == 0
    scene.background = _painted(rng, scene.background, scene.foreground, patch)
    _add_hair(scene, 60)
    scene.unsure = patch > 0


def _wires(scene: Scene) -> None:
    drawn = _canvas()
    for _ in range(12):
        angle = scene.rng.uniform(0, 2 * np.pi)
        end = (_CENTER[0] + 230 * np.cos(angle), _CENTER[1] + 170 * np.sin(angle))
        width = int(scene.rng.integers(3, 10))
        cv2.line(drawn, _fine(_CENTER), _fine(end), 1.0, width, cv2.LINE_8)
    _join(scene, drawn)


def _holes(scene: Scene) -> None:
    drawn = _canvas()
    for _ in range(14):
        x, y = _CENTER + scene.rng.normal(0, 45, 2)
        axes = scene.rng.integers(4, 18, 2) * _FINE
        angle = int(scene.rng.integers(180))
        cv2.ellipse(drawn, _fine((x, y)), axes.tolist(), angle, 0, 360, 1.0, -1)
    holes = _reduced(drawn)
    scene.unsure = (holes > 0) & (scene.alpha > 0)
    scene.alpha = scene.alpha * (1 - holes)


def _lace(scene: Scene) -> None:
    drawn = _canvas()
    step = int(scene.rng.integers(7, 14))
    width = int(scene.rng.integers(5, 10))
    for place in range(-_HEIGHT, _WIDTH + _HEIGHT, step):
        cv2.line(drawn, _fine((place, 0)), _fine((place + _HEIGHT, _HEIGHT)), 1.0, width)
        cv2.line(drawn, _fine((place, _HEIGHT)), _fine((place + _HEIGHT, 0)), 1.0, width)
    around = _body(scene.rng, 1.3) > 0.5
    lace = _reduced(drawn) * around
    scene.unsure = around & (scene.alpha < 1)
    scene.alpha = np.maximum(scene.alpha, lace)


def _glass(scene: Scene) -> None:
    drawn = _canvas()
    x, y = _CENTER
    cv2.rectangle(drawn, _fine((x + 40, y - 60)), _fine((x + 170, y + 60)), 1.0, -1)
    pane = _reduced(drawn)
    scene.alpha = np.maximum(scene.alpha, 0.5 * pane)
    scene.unsure = pane > 0


def _motion_blur(scene: Scene) -> None:
    length = int(scene.rng.integers(15, 40))
    line = np.zeros((length, length), np.float32)
    cv2.line(line, (0, int(scene.rng.integers(length))), (length - 1, length // 2), 1.0, 1)
    _add_hair(scene, 30)
    blurred = cv2.filter2D(scene.alpha, -1, line / line.sum())
    scene.alpha = np.clip(blurred, 0, 1)


def _noise(scene: Scene) -> "Finish":
    _add_hair(scene, 150)
    strength = scene.rng.uniform(0.03, 0.08)
    return lambda rng, image: _rounded(rng, image + rng.normal(0, strength, image.shape))


def _jpeg(scene: Scene) -> "Finish":
    _add_hair(scene, 150)
    quality = int(scene.rng.integers(15, 45))

    def finish(rng: np.random.Generator, image: Plane) -> NDArray[np.uint8]:
        _, data = cv2.imencode(".jpg", _rounded(rng, image), [cv2.IMWRITE_JPEG_QUALITY, quality])
        return cv2.imdecode(data, cv2.IMREAD_COLOR)

    return finish


def _green_screen(scene: Scene) -> None:
    rng = scene.rng
    screen = np.array([rng.uniform(0, 0.25), rng.uniform(0.5, 0.8), rng.uniform(0.1, 0.35)])
    scene.background = _texture(rng, np.stack([screen, screen * 0.85]), 0.006)
    _add_hair(scene, 200)
    near = 1 - cv2.GaussianBlur(cv2.erode(scene.alpha, np.ones((9, 9))), (0, 0), 8)[..., None]
    spill = np.float32(rng.uniform(0.15, 0.35)) * near
    scene.foreground = scene.foreground * (1 - spill) + scene.background * spill


def _gray(scene: Scene) -> None:
    _add_hair(scene, 200)
    weights = np.array([0.299, 0.587, 0.114], np.float32)
    scene.foreground = np.repeat((scene.foreground @ weights)[..., None], 3, axis=2)
    scene.background = np.repeat((scene.background @ weights)[..., None], 3, axis=2)


def _white_on_white(scene: Scene) -> None:
    shade = cv2.GaussianBlur(scene.alpha, (0, 0), 25)[..., None] * 0.12
    scene.background = np.clip(0.96 + (scene.background - 0.5) * 0.04 - shade, 0, 1)
    scene.foreground = np.clip(0.88 + (scene.foreground - 0.5) * 0.16, 0, 1)
    _add_hair(scene, 60)


Finish = Callable[[np.random.Generator, Plane], NDArray[np.uint8]]
KINDS: dict[str, Callable[[Scene], Finish | None]] = {
    "part of another color": _part_of_another_color,
    "background of another color": _background_of_another_color,
    "thin wires": _wires,
    "holes": _holes,
    "lace": _lace,
    "glass at one half": _glass,
    "motion blur": _motion_blur,
    "noise": _noise,
    "JPEG blocks": _jpeg,
    "green screen with spill": _green_screen,
    "gray": _gray,
    "white on white": _white_on_white,
    "hair": lambda scene: _add_hair(scene, 250),
}


def _distant_colors(rng: np.random.Generator) -> NDArray[np.float64]:
    """Return two colors of the subject and two of the background, some distance apart."""
    while True:
        colors = rng.uniform(0.05, 0.95, (4, 3))
        gaps = np.linalg.norm(colors[:2, None] - colors[None, 2:], axis=2)
        if gaps.min() > 0.25:
            return colors


def _texture(rng: np.random.Generator, colors: NDArray[np.floating], grain: float) -> Plane:
    """Blend colors by smooth noise, and add light, shade, and grain."""
    shares = np.stack([_smooth_noise(rng, rng.uniform(3, 30)) for _ in colors], axis=-1)
    shares = np.exp(rng.uniform(0.7, 3) * shares)
    shares /= shares.sum(axis=-1, keepdims=True)
    light = 1 + 0.12 * _smooth_noise(rng, 60) + 0.06 * _smooth_noise(rng, 2)
    image = (shares @ colors.astype(np.float32)) * light[..., None]
    return np.clip(image + grain * rng.normal(0, 1, image.shape), 0, 1).astype(np.float32)


def _smooth_noise(rng: np.random.Generator, sigma: float) -> Plane:
    noise = cv2.GaussianBlur(rng.normal(0, 1, (_HEIGHT, _WIDTH)).astype(np.float32), (0, 0), sigma)
    return noise / noise.std()


def _body(rng: np.random.Generator, size: float = 1.0) -> Plane:
    """Draw a round shape with a wavy outline."""
    angles = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    radius = 1 + sum(
        rng.normal(0, 0.12 / k) * np.cos(k * angles + rng.uniform(0, 6)) for k in range(2, 8)
    )
    outline = np.stack([np.cos(angles), np.sin(angles)], axis=1) * radius[:, None]
    points = (np.array(_CENTER) + outline * rng.uniform(75, 95) * size) * _FINE
    drawn = _canvas()
    cv2.fillPoly(drawn, [np.rint(points).astype(np.int32)], 1.0)
    return _reduced(drawn)


def _add_hair(scene: Scene, count: int) -> None:
    """Draw curved hairs that start within the subject."""
    drawn = _canvas()
    for _ in range(count):
        angle = scene.rng.uniform(0, 2 * np.pi) + np.linspace(0, scene.rng.normal(0, 0.25), 12)
        radius = np.linspace(60, scene.rng.uniform(95, 135), 12)
        points = np.stack([np.cos(angle), np.sin(angle)], axis=1) * radius[:, None] + _CENTER
        line = np.rint(points * _FINE).astype(np.int32)
        cv2.polylines(drawn, [line], False, 1.0, int(scene.rng.integers(1, 5)))
    _join(scene, drawn)


def _flag(rng: np.random.Generator, x: int) -> Plane:
    drawn = _canvas()
    y = _CENTER[1] + int(rng.integers(-60, 20))
    half = rng.integers(25, 45, 2)
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half + (x, y)
    corners = corners + rng.integers(-8, 9, (4, 2))
    cv2.fillPoly(drawn, [(corners * _FINE).astype(np.int32)], 1.0)
    return _reduced(drawn)


def _painted(rng: np.random.Generator, image: Plane, other: Plane, patch: Plane) -> Plane:
    """Paint a patch in two colors that are far from all of both images."""
    seen = np.concatenate([image[::8, ::8].reshape(-1, 3), other[::8, ::8].reshape(-1, 3)])
    candidates = rng.uniform(0, 1, (300, 3))
    gaps = np.linalg.norm(candidates[:, None] - seen[None], axis=2).min(axis=1)
    colors = candidates[np.argsort(gaps)[[-1, -6]]]
    area = cv2.dilate((patch > 0).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return np.where(area[..., None], _texture(rng, colors, 0.01), image)


def _join(scene: Scene, drawn: Plane) -> None:
    scene.alpha = np.maximum(scene.alpha, _reduced(drawn))


def _canvas() -> Plane:
    return np.zeros((_HEIGHT * _FINE, _WIDTH * _FINE), np.float32)


def _fine(point: tuple[float, float]) -> tuple[int, int]:
    return round(point[0] * _FINE), round(point[1] * _FINE)


def _reduced(drawn: Plane) -> Plane:
    return cv2.resize(drawn, (_WIDTH, _HEIGHT), interpolation=cv2.INTER_AREA)


def _rounded(rng: np.random.Generator, image: Plane) -> NDArray[np.uint8]:
    return np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)
