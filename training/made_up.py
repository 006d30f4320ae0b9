"""Pictures made up by a program: drawings, sprites, thin things, backgrounds, nothing at all."""

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Shape = NDArray[np.float32]


def color(rng: Generator) -> NDArray[np.float32]:
    """Return any color, RGB in 0..255; black, white and grays more often than by chance."""
    kind = rng.random()
    if kind < 0.12:
        return np.full(3, rng.choice([0, 255, 250, 8]), np.float32)
    if kind < 0.25:
        return np.full(3, rng.uniform(0, 255), np.float32)
    return rng.uniform(0, 255, 3).astype(np.float32)


def close_to(rng: Generator, other: NDArray[np.float32], near: float) -> NDArray[np.float32]:
    """Return a color within `near` of another one, but not the same."""
    shift = rng.uniform(0.4 * near, near, 3) * rng.choice([-1, 1])
    return np.clip(other + shift, 0, 255).astype(np.float32)


def clouds(rng: Generator, size: int, finest: int = 6) -> Shape:
    """Return smooth noise of several scales, size x size, about 0, mostly within -1..1."""
    total = np.zeros((size, size), np.float32)
    fall = rng.uniform(0.35, 0.9)
    for octave in range(1, finest):
        grid = rng.standard_normal((2**octave + 1, 2**octave + 1)).astype(np.float32)
        total += fall**octave * cv2.resize(grid, (size, size), interpolation=cv2.INTER_CUBIC)
    return total / max(1e-6, float(np.abs(total).max()))


def gradient(rng: Generator, size: int) -> NDArray[np.float32]:
    """Return two colors that pass into each other, size x size x 3."""
    first = color(rng)
    second = close_to(rng, first, 90) if rng.random() < 0.6 else color(rng)
    rows, columns = np.mgrid[0:size, 0:size].astype(np.float32) / size
    angle = rng.uniform(0, 2 * np.pi)
    if rng.random() < 0.3:
        share = np.hypot(rows - rng.uniform(0, 1), columns - rng.uniform(0, 1))
    else:
        share = np.cos(angle) * (rows - 0.5) + np.sin(angle) * (columns - 0.5) + 0.5
    return first + np.clip(share, 0, 1)[..., None] * (second - first)


def texture(rng: Generator, size: int) -> NDArray[np.float32]:
    """Return a wall, meadow, sky, weave, fence or noise, size x size x 3."""
    base = color(rng)
    if rng.random() < 0.5:  # the colors of grass, sand, sky, stone, wood
        known = [(85, 120, 50), (190, 165, 120), (130, 170, 220), (130, 130, 128), (120, 80, 50)]
        base = np.float32(known[rng.integers(len(known))]) * np.float32(rng.uniform(0.5, 1.2))
    picture = base + clouds(rng, size, 7)[..., None] * rng.uniform(5, 70)
    kind = rng.random()
    if kind < 0.3:
        grain = rng.standard_normal((size, size)).astype(np.float32)
        blur = rng.uniform(0.3, 2), rng.uniform(0.3, 2)
        grain = cv2.GaussianBlur(grain, (0, 0), blur[0], sigmaY=blur[1] * rng.choice([1, 5]))
        picture += (grain / (grain.std() + 1e-6) * rng.uniform(3, 35))[..., None]
    elif kind < 0.55:
        picture += pattern(rng, size)[..., None] * (color(rng) - base) * rng.uniform(0.2, 0.9)
    elif kind < 0.75:  # two grounds, as land and sky
        edge = rng.uniform(0.2, 0.8) * size + clouds(rng, size, 5)[0] * rng.uniform(0, 0.15) * size
        below = np.arange(size)[:, None] > edge[None]
        picture[below] = (color(rng) + clouds(rng, size, 7)[..., None] * rng.uniform(5, 60))[below]
    return picture


def pattern(rng: Generator, size: int) -> Shape:
    """Return stripes, checks, bricks, dots or a fence, size x size, in 0..1."""
    rows, columns = np.mgrid[0:size, 0:size].astype(np.float32)
    angle, step = rng.uniform(0, np.pi), rng.uniform(size / 40, size / 5)
    along = (np.cos(angle) * columns + np.sin(angle) * rows) / step
    aside = (np.cos(angle) * rows - np.sin(angle) * columns) / step
    kind = rng.integers(5)
    if kind == 0:
        made = along % 1 < rng.uniform(0.2, 0.8)
    elif kind == 1:
        made = (along.astype(int) + aside.astype(int)) % 2 == 0
    elif kind == 2:
        joint = rng.uniform(0.05, 0.2)
        course = np.floor(rows / step)
        made = (rows / step % 1 < joint) | ((columns / step / 2 + course % 2 / 2) % 1 < joint / 2)
    elif kind == 3:
        made = np.hypot(along % 1 - 0.5, aside % 1 - 0.5) < rng.uniform(0.15, 0.45)
    else:
        made = (along % 1 < 0.12) | (aside % 1 < 0.12)
    return cv2.GaussianBlur(made.astype(np.float32), (0, 0), rng.uniform(0.3, 1.5))


def plain(rng: Generator, size: int) -> NDArray[np.float32]:
    """Return a studio's background: white, one color, or a green or blue screen."""
    kind = rng.random()
    if kind < 0.45:
        base = np.full(3, rng.uniform(235, 255), np.float32)
    elif kind < 0.65:
        screens = [(20, 180, 40), (0, 220, 0), (20, 60, 200), (60, 190, 90)]
        base = np.float32(screens[rng.integers(len(screens))])
    else:
        base = color(rng)
    picture = np.broadcast_to(base, (size, size, 3)).astype(np.float32)
    if rng.random() < 0.4:
        picture = picture + clouds(rng, size, 3)[..., None] * rng.uniform(2, 25)
    return picture


def ground(rng: Generator, size: int) -> NDArray[np.float32]:
    """Return any made-up background, size x size x 3, RGB around 0..255."""
    return (plain, gradient, texture)[rng.choice(3, p=[0.5, 0.2, 0.3])](rng, size)


def blob(rng: Generator, size: int, center: tuple[float, float], radius: float) -> Shape:
    """Return a closed shape, size x size, 0..1: round, wavy, star-like or with corners."""
    corners = int(rng.integers(3, 12))
    angles = np.sort(rng.uniform(0, 2 * np.pi, corners))
    if rng.random() < 0.65:
        angles = np.linspace(0, 2 * np.pi, 60, endpoint=False)
        wave = sum(
            rng.normal(0, 0.35 / order) * np.cos(order * angles + rng.uniform(0, 6.3))
            for order in range(2, int(rng.integers(3, 9)))
        )
        reach = radius * np.clip(1 + wave * rng.uniform(0, 1.2), 0.2, 1.8)
    else:
        reach = radius * rng.uniform(0.45, 1.15, corners)
    stretch = rng.uniform(0.5, 1.0, 2)
    points = np.stack([np.cos(angles) * reach * stretch[0], np.sin(angles) * reach * stretch[1]], 1)
    turn = rng.uniform(0, 2 * np.pi)
    turned = points @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    drawn = np.zeros((size, size), np.uint8)
    placed = np.round((turned + np.array(center)) * 8).astype(np.int32)
    cv2.fillPoly(drawn, [placed], 255, cv2.LINE_AA, shift=3)
    return drawn.astype(np.float32) / 255


def painted(rng: Generator, size: int, shape: Shape, base: NDArray[np.float32]) -> Picture:
    """Fill a shape: flat, shaded, grained or striped."""
    picture = np.broadcast_to(base, (size, size, 3)).astype(np.float32)
    kind = rng.random()
    if kind < 0.25:
        picture = picture + clouds(rng, size, 5)[..., None] * rng.uniform(10, 60)
    elif kind < 0.45:  # light from one side
        deep = cv2.GaussianBlur(shape, (0, 0), size / 20)
        shift = np.roll(deep, (int(size / 20), int(size / 20)), (0, 1)) - deep
        picture = picture + (shift * rng.uniform(40, 160))[..., None]
    elif kind < 0.6:
        picture = picture + pattern(rng, size)[..., None] * (color(rng) - base) * 0.6
    return picture


def figure(rng: Generator, size: int) -> tuple[NDArray[np.float32], Shape]:
    """Draw a figure of some parts: a body, what it carries, spots and lines upon it."""
    radius = size * rng.uniform(0.12, 0.36)
    spread = radius * 0.3
    middle = rng.uniform(0.3, 0.7, 2) * size
    alpha = blob(rng, size, tuple(middle), radius)
    picture = painted(rng, size, alpha, color(rng))
    line = int(rng.integers(1, 4)) if rng.random() < 0.4 else 0
    ink = color(rng) * 0.25
    for _ in range(int(rng.integers(0, 6))):
        toward = rng.uniform(0, 2 * np.pi)
        place = middle + np.array([np.cos(toward), np.sin(toward)]) * (radius + spread) * 0.7
        if rng.random() < 0.4:
            part = stroke(rng, size, tuple(middle), tuple(place * 1.6 - middle * 0.6))
        else:
            part = blob(rng, size, tuple(place), radius * rng.uniform(0.2, 0.7))
        picture += part[..., None] * (painted(rng, size, part, color(rng)) - picture)
        alpha = np.maximum(alpha, part)
    for _ in range(int(rng.integers(0, 5))):
        spot = blob(rng, size, tuple(middle + rng.normal(0, radius / 2, 2)), radius / 5) * alpha
        picture += spot[..., None] * (color(rng) - picture)
    if line:
        kernel = np.ones((2 * line + 1, 2 * line + 1), np.uint8)
        grown = cv2.dilate(alpha, kernel)
        picture += (grown - cv2.erode(alpha, kernel))[..., None] * (ink - picture)
        alpha = grown
    return picture, alpha


def stroke(
    rng: Generator, size: int, start: tuple[float, float], end: tuple[float, float]
) -> Shape:
    """Return a bent line from one point to another, size x size, in 0..1."""
    share = np.linspace(0, 1, 12)[:, None]
    points = (1 - share) * np.array(start) + share * np.array(end)
    bend = rng.normal(0, 0.12 * size, 2)
    points = points + np.sin(share * np.pi) * bend
    drawn = np.zeros((size, size), np.uint8)
    width = int(rng.integers(1, max(2, size // 32)))
    placed = np.round(points * 8).astype(np.int32)
    cv2.polylines(drawn, [placed], False, 255, width, cv2.LINE_AA, shift=3)
    return drawn.astype(np.float32) / 255


def thin(rng: Generator, size: int) -> tuple[NDArray[np.float32], Shape]:
    """Draw something thin: a plant, a net on a stick, a wire frame, branches."""
    alpha = np.zeros((size, size), np.float32)
    foot = np.array([rng.uniform(0.3, 0.7), rng.uniform(0.7, 1.05)]) * size
    tip = np.array([rng.uniform(0.2, 0.8), rng.uniform(0.05, 0.45)]) * size
    kind = rng.integers(3)
    alpha = np.maximum(alpha, stroke(rng, size, tuple(foot), tuple(tip)))
    for _ in range(int(rng.integers(3, 14))):
        start = foot + (tip - foot) * rng.uniform(0.1, 1)
        end = start + rng.normal(0, 0.2 * size, 2)
        alpha = np.maximum(alpha, stroke(rng, size, tuple(start), tuple(end)))
        if kind == 0:
            leaf = blob(rng, size, tuple(end), size * rng.uniform(0.02, 0.1))
            alpha = np.maximum(alpha, leaf)
    if kind == 1:
        disk = blob(rng, size, tuple(tip), size * rng.uniform(0.12, 0.25))
        rim = disk - cv2.erode(disk, np.ones((5, 5), np.uint8))
        alpha = np.maximum(alpha, np.maximum(rim, disk * pattern(rng, size)))
    return painted(rng, size, alpha, color(rng)), alpha


def sprite(rng: Generator, size: int) -> tuple[NDArray[np.float32], Shape]:
    """Draw a figure of square pixels, alike on both sides."""
    cells = int(rng.integers(8, 33))
    soft = cv2.GaussianBlur(rng.random((cells, cells)).astype(np.float32), (0, 0), 1.2)
    rows, columns = np.mgrid[0:cells, 0:cells] / (cells - 1) - 0.5
    soft += 0.5 - 1.2 * np.hypot(rows, columns * rng.uniform(0.8, 1.6))
    soft = (soft + soft[:, ::-1]) / 2
    count, parts, sizes, _ = cv2.connectedComponentsWithStats((soft > 0.55).astype(np.uint8))
    if count < 2:
        return figure(rng, size)
    inside = (parts == 1 + int(np.argmax(sizes[1:, cv2.CC_STAT_AREA]))).astype(np.float32)
    palette = np.stack([color(rng) for _ in range(5)])
    which = np.clip(clouds(rng, cells, 5) * 3 + 2, 0, 4).astype(int)
    which = np.where(np.arange(cells) < cells // 2, which, which[:, ::-1])
    inner = cv2.erode(inside, np.ones((3, 3), np.uint8))
    picture = np.where((inside > inner)[..., None], palette[0] * 0.2, palette[which])
    side = max(cells, int(size * rng.uniform(0.3, 0.95)))
    row, column = rng.integers(0, size - side + 1, 2)
    alpha, drawn = np.zeros((size, size), np.float32), np.zeros((size, size, 3), np.float32)
    place = np.s_[row : row + side, column : column + side]
    alpha[place] = cv2.resize(inside, (side, side), interpolation=cv2.INTER_NEAREST)
    drawn[place] = cv2.resize(
        picture.astype(np.float32), (side, side), interpolation=cv2.INTER_NEAREST
    )
    return drawn, alpha


def line_art(rng: Generator, size: int) -> tuple[NDArray[np.float32], Shape]:
    """Draw outlines only, with the paper inside; what they enclose belongs to the subject."""
    _, alpha = figure(rng, size)
    paper = np.full(3, rng.uniform(225, 255), np.float32)
    picture = np.broadcast_to(paper, (size, size, 3)).astype(np.float32)
    width = 2 * int(rng.integers(1, 3)) + 1
    edge = alpha - cv2.erode(alpha, np.ones((width, width), np.uint8))
    inside = clouds(rng, size, 6)
    strokes = cv2.GaussianBlur((np.abs(inside) < 0.03).astype(np.float32), (0, 0), 0.7) * alpha
    dark = np.maximum(edge, strokes * rng.choice([0, 1]))
    return picture * (1 - dark[..., None]) + dark[..., None] * rng.uniform(0, 80), alpha
