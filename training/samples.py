"""What the network sees while it learns: photos, crops, composites, made-up pictures, nothing."""

from collections.abc import Callable

import cv2
import made_up
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from photos import Labeled

Picture = NDArray[np.uint8]
Sample = tuple[NDArray[np.float32], NDArray[np.float32]]  # size x size x 3 and size x size, 0..1
KINDS = {"photo": 0.52, "crowd": 0.14, "composite": 0.20, "drawing": 0.08, "nothing": 0.06}
STREET = "ccp/"  # photos of one person each, standing in the street
SEAM_PX = 12  # over which photos side by side are faded into each other
GRAY = 127.0  # what the network gets as zero; fills what a letterbox leaves
CLEAR_SHARE = 0.06  # most of a photo that may be undecided for its subject to be pasted elsewhere
EMPTY = 8  # alpha, of 255, below which a teacher finds nothing
SHORTEST_PX = 40  # of a crop


class Samples:
    """Pictures to learn from, each made anew.

    Parameters
    ----------
    photos : list of Labeled
        What the teacher labeled.
    seed : int
        The same seed gives the same pictures.
    """

    def __init__(self, photos: list[Labeled], seed: int):
        self.photos = photos
        self.rng = np.random.default_rng(seed)
        self.order: list[int] = []
        areas = [float(one.alpha.mean()) / 255 for one in photos]
        self.subjects = [
            one
            for one, area in zip(photos, areas, strict=True)
            if 0.02 < area < 0.85 and one.undecided < CLEAR_SHARE
        ]
        self.people = [one for one in self.subjects if one.name.startswith(STREET)]
        self.quiet = [one for one, area in zip(photos, areas, strict=True) if area < 0.6]

    def batch(self, count: int, size: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return pictures (N x 3 x size x size, as the network takes them) and their answers.

        The answers are N x 1 x size/2 x size/2, in [0, 1].
        """
        made = [self.sample(size) for _ in range(count)]
        pictures = np.stack([(picture - GRAY) / 128 for picture, _ in made]).transpose(0, 3, 1, 2)
        half = (size // 2, size // 2)
        answers = [cv2.resize(alpha, half, interpolation=cv2.INTER_AREA) for _, alpha in made]
        return pictures.astype(np.float32), np.stack(answers)[:, None].astype(np.float32)

    def sample(self, size: int) -> Sample:
        """Return one picture, RGB 0..255, and how much each pixel belongs to its subject."""
        rng = self.rng
        kind = rng.choice(list(KINDS), p=list(KINDS.values()))
        picture, alpha = getattr(self, kind)(size)
        if rng.random() < 0.5:
            picture, alpha = picture[:, ::-1], alpha[:, ::-1]
        return disturbed(rng, np.ascontiguousarray(picture)), np.ascontiguousarray(alpha)

    def next_photo(self) -> Labeled:
        """Return each photo once before any comes again."""
        if not self.order:
            self.order = self.rng.permutation(len(self.photos)).tolist()
        return self.photos[self.order.pop()]

    def photo(self, size: int) -> Sample:
        """Return a photo: whole, a part of it, or its subject from nearby."""
        return self.seen(self.next_photo(), size)

    def crowd(self, size: int) -> Sample:
        """Return two or three people of the street side by side, seen as a photo is."""
        rng = self.rng
        if not self.people:
            return self.composite(size)
        chosen = rng.integers(len(self.people), size=rng.integers(2, 4))
        return self.seen(side_by_side(rng, [self.people[k] for k in chosen]), size)

    def seen(self, one: Labeled, size: int) -> Sample:
        """Return a photo: whole, a part of it, its subject from nearby, or cut by the border."""
        rng = self.rng
        height, width = one.alpha.shape
        box = 0.0, 0.0, float(width), float(height)
        kind = rng.random()
        if kind < 0.3:
            box = around_subject(rng, one.alpha)
        elif kind < 0.45:
            box = within_subject(rng, one.alpha)
        elif kind < 0.62:
            box = part(rng, width, height)
        keep_shape = rng.random() < 0.3
        turn = rng.normal(0, 8) if rng.random() < 0.15 else 0.0
        picture, alpha = look(one, box, size, keep_shape, turn)
        if alpha.max() < 0.5 and one.alpha.max() > 127:  # a part that misses the subject
            return look(one, (0.0, 0.0, float(width), float(height)), size, keep_shape, turn)
        return picture, alpha

    def composite(self, size: int) -> Sample:
        """Paste one to three subjects of other photos over a background."""
        rng = self.rng
        if not self.subjects:
            return self.drawing(size)
        picture = self.ground(size, 0.5, made_up.plain, 0.8)
        alpha = np.zeros((size, size), np.float32)
        for _ in range(rng.choice([1, 2, 3], p=[0.7, 0.2, 0.1])):
            one = self.subjects[rng.integers(len(self.subjects))]
            colors, share = pasted(rng, one, size)
            if rng.random() < 0.3:
                picture = shadowed(rng, picture, share)
            picture = picture + share[..., None] * (colors - picture)
            alpha = np.maximum(alpha, share)
        return picture, alpha

    def drawing(self, size: int) -> Sample:
        """Draw something over a plain, shaded or photographed background."""
        rng = self.rng
        kind = rng.random()
        if kind < 0.2:
            colors, alpha = made_up.line_art(rng, size)
            return colors, alpha
        if kind < 0.35:
            colors, alpha = made_up.sprite(rng, size)
        elif kind < 0.6:
            colors, alpha = made_up.thin(rng, size)
        else:
            colors, alpha = made_up.figure(rng, size)
        under = self.background(size) if rng.random() < 0.25 else made_up.ground(rng, size)
        if rng.random() < 0.2:  # white on white, dark on dark
            base = made_up.color(rng)
            colors = made_up.painted(rng, size, alpha, made_up.close_to(rng, base, 45))
            under = np.broadcast_to(base, (size, size, 3)).astype(np.float32)
        if rng.random() < 0.4:
            under = shadowed(rng, under, alpha)
        return under + alpha[..., None] * (colors - under), alpha

    def nothing(self, size: int) -> Sample:
        """Return a picture without any subject."""
        picture = self.ground(size, 0.45, made_up.texture, 0.85)
        return picture, np.zeros((size, size), np.float32)

    def ground(
        self, size: int, photos: float, draw: Callable[..., NDArray[np.float32]], drawn: float
    ) -> NDArray[np.float32]:
        """Return something without a subject: of a photo, drawn in a way of its own, or shaded."""
        kind = self.rng.random()
        if kind < photos:
            return self.background(size)
        return draw(self.rng, size) if kind < drawn else made_up.ground(self.rng, size)

    def background(self, size: int) -> NDArray[np.float32]:
        """Return a part of some photo where the teacher finds nothing; else something made up."""
        rng = self.rng
        for _ in range(8 if self.quiet else 0):
            one = self.quiet[rng.integers(len(self.quiet))]
            height, width = one.alpha.shape
            left, top, right, bottom = (round(edge) for edge in part(rng, width, height, 0.08))
            inside = one.alpha[top:bottom, left:right]
            if inside.mean() < EMPTY and (inside > 127).mean() < 0.005:
                return look(one, (left, top, right, bottom), size, False, 0.0)[0]
        return made_up.texture(rng, size)


def part(
    rng: Generator, width: int, height: int, least: float = 0.35
) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of a part of at least that share of the area."""
    side = np.sqrt(rng.uniform(least, 1))
    across = max(SHORTEST_PX, width * min(1, side * rng.uniform(0.8, 1.25)))
    down = max(SHORTEST_PX, height * min(1, side * rng.uniform(0.8, 1.25)))
    across, down = min(width, across), min(height, down)
    left, top = rng.uniform(0, width - across + 1e-6), rng.uniform(0, height - down + 1e-6)
    return left, top, left + across, top + down


def around_subject(rng: Generator, alpha: Picture) -> tuple[float, float, float, float]:
    """Return the box of the subject, or of one of its parts, with some margin."""
    height, width = alpha.shape
    count, _, sizes, _ = cv2.connectedComponentsWithStats((alpha > 127).astype(np.uint8))
    large = [i for i in range(1, count) if sizes[i, cv2.CC_STAT_AREA] > 0.01 * alpha.size]
    if not large:
        return 0.0, 0.0, float(width), float(height)
    left, top, across, down = sizes[large[rng.integers(len(large))], :4].tolist()
    margin = rng.uniform(0.02, 0.6)
    edges = rng.uniform(0.5, 1.2, 4) * margin * max(across, down)
    right, bottom = left + across + edges[2], top + down + edges[3]
    left, top = max(0.0, left - edges[0]), max(0.0, top - edges[1])
    right, bottom = min(float(width), right), min(float(height), bottom)
    if right - left < SHORTEST_PX or bottom - top < SHORTEST_PX:
        return 0.0, 0.0, float(width), float(height)
    return left, top, right, bottom


def within_subject(rng: Generator, alpha: Picture) -> tuple[float, float, float, float]:
    """Return a box whose sides cut through the subject, one to three of them."""
    height, width = alpha.shape
    rows, columns = np.nonzero(alpha > 127)
    if not rows.size:
        return 0.0, 0.0, float(width), float(height)
    left, right = float(columns.min()), float(columns.max() + 1)
    top, bottom = float(rows.min()), float(rows.max() + 1)
    across, down = right - left, bottom - top
    inward = np.where(rng.random(4) < 0.5, rng.uniform(0.05, 0.4, 4), rng.uniform(-0.4, 0, 4))
    left, right = max(0.0, left + inward[0] * across), min(width, right - inward[1] * across)
    top, bottom = max(0.0, top + inward[2] * down), min(height, bottom - inward[3] * down)
    if right - left < SHORTEST_PX or bottom - top < SHORTEST_PX:
        return 0.0, 0.0, float(width), float(height)
    return left, top, right, bottom


def side_by_side(rng: Generator, photos: list[Labeled]) -> Labeled:
    """Return photos brought to one height and faded into each other at their seams."""
    height = min(len(one.alpha) for one in photos)
    strips = []
    for one in photos:
        across = round(one.alpha.shape[1] * height / len(one.alpha) * rng.uniform(0.85, 1.1))
        both = np.dstack([one.photo, one.alpha])
        strip = cv2.resize(both, (across, height), interpolation=cv2.INTER_AREA)
        strips.append(strip[:, ::-1] if rng.random() < 0.5 else strip)
    joined = strips[0].astype(np.float32)
    ramp = np.linspace(0, 1, SEAM_PX, dtype=np.float32)[:, None]
    for strip in strips[1:]:
        shared = joined[:, -SEAM_PX:] * (1 - ramp) + strip[:, :SEAM_PX] * ramp
        joined = np.hstack([joined[:, :-SEAM_PX], shared, strip[:, SEAM_PX:]])
    whole = joined.round().astype(np.uint8)
    return Labeled("crowd", np.ascontiguousarray(whole[..., :3]), whole[..., 3].copy())


def look(
    one: Labeled, box: tuple[float, float, float, float], size: int, keep_shape: bool, turn: float
) -> Sample:
    """Bring a box of a photo to size x size: squashed, or in its own shape with gray beside it."""
    left, top, right, bottom = box
    across, down = size / (right - left), size / (bottom - top)
    if keep_shape:
        across = down = min(across, down)
    angle = np.deg2rad(turn)
    spin = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = np.diag([across, down]) @ spin
    center = np.array([(left + right) / 2, (top + bottom) / 2])
    shift = np.array([size / 2, size / 2]) - matrix @ center - 0.5 + matrix @ np.array([0.5, 0.5])
    affine = np.hstack([matrix, shift[:, None]])
    photo, alpha, offset = one.photo, one.alpha, np.zeros(2)
    if keep_shape or turn:  # show nothing from outside the box
        low = np.array([int(left), int(top)])
        rows, columns = slice(int(top), int(np.ceil(bottom))), slice(int(left), int(np.ceil(right)))
        photo, alpha, offset = photo[rows, columns], alpha[rows, columns], low
    affine[:, 2] += affine[:, :2] @ offset
    edge = cv2.BORDER_CONSTANT if keep_shape else cv2.BORDER_REPLICATE
    gray = (GRAY, GRAY, GRAY)
    picture = cv2.warpAffine(
        np.ascontiguousarray(photo), affine, (size, size), borderMode=edge, borderValue=gray
    )
    answer = cv2.warpAffine(np.ascontiguousarray(alpha), affine, (size, size), borderMode=edge)
    return picture.astype(np.float32), answer.astype(np.float32) / 255


def pasted(rng: Generator, one: Labeled, size: int) -> Sample:
    """Place a photo's subject anywhere in an empty picture; its colors reach beyond its edge."""
    rows, columns = np.nonzero(one.alpha > EMPTY)
    top, bottom, left, right = rows.min(), rows.max() + 1, columns.min(), columns.max() + 1
    photo, alpha = one.photo[top:bottom, left:right], one.alpha[top:bottom, left:right]
    photo = photo.astype(np.float32)
    share = np.clip((alpha.astype(np.float32) / 255 - 0.05) / 0.9, 0, 1)
    sure = (share > 0.95).astype(np.float32)
    near = cv2.boxFilter(sure, -1, (9, 9)) + 1e-3
    inner = cv2.boxFilter(photo * sure[..., None], -1, (9, 9)) / near[..., None]
    known = np.clip(near * 20, 0, 1)[..., None] * (1 - sure[..., None])
    colors = photo + known * (inner - photo)
    colors = colors * rng.uniform(0.75, 1.25) + rng.uniform(-20, 20)
    height, width = share.shape
    scale = size * np.sqrt(rng.uniform(0.06, 0.75)) / np.sqrt(height * width)
    scale = min(scale, 1.15 * size / max(height, width))
    stretch = rng.uniform(0.85, 1.18)
    across, down = width * scale * stretch, height * scale / stretch
    room = np.array([size - across, size - down])
    beyond = 0.15 if rng.random() < 0.3 else 0.0  # over the picture's border
    low, high = np.minimum(0, room) - beyond * size, np.maximum(0, room) + beyond * size
    column, row = rng.uniform(low, high)
    if (one.alpha[-2:] > 127).any() or rng.random() < 0.1:  # what was cut off there stays so
        row = max(size - down, row) if rng.random() < 0.3 else size - down
    affine = np.float32([[across / width, 0, column], [0, down / height, row]])
    colors = cv2.warpAffine(colors, affine, (size, size), borderMode=cv2.BORDER_REPLICATE)
    share = cv2.warpAffine(share, affine, (size, size))
    return np.clip(colors, 0, 255), share


def shadowed(
    rng: Generator, picture: NDArray[np.float32], alpha: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Let a subject throw a soft shadow, which does not belong to it."""
    size = len(alpha)
    blur = cv2.GaussianBlur(alpha, (0, 0), size * rng.uniform(0.01, 0.06))
    shift = np.round(rng.uniform(-0.06, 0.08, 2) * size).astype(int)
    return picture * (1 - rng.uniform(0.1, 0.5) * np.roll(blur, tuple(shift), (0, 1)))[..., None]


def disturbed(rng: Generator, picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """Change light and color, blur, add noise, compress: what cameras and the web do."""
    picture = picture.astype(np.float32)
    if rng.random() < 0.7:
        middle = picture.mean()
        contrast = rng.uniform(0.6, 1.35)
        picture = (picture - middle) * contrast + middle * rng.uniform(0.75, 1.25)
    if rng.random() < 0.3:
        picture = picture * rng.uniform(0.85, 1.15, 3).astype(np.float32)
    if rng.random() < 0.12:
        gray = picture.mean(2, keepdims=True)
        picture = np.repeat(gray, 3, 2) if rng.random() < 0.6 else picture + (gray - picture) * 0.6
    if rng.random() < 0.15:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.4, 1.8))
    if rng.random() < 0.15:
        noise = rng.standard_normal(picture.shape, dtype=np.float32)
        picture = picture + noise * np.float32(rng.uniform(2, 14))
    picture = np.clip(picture, 0, 255)
    if rng.random() < 0.15:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 85))]
        _, packed = cv2.imencode(".jpg", picture.astype(np.uint8), quality)
        picture = cv2.imdecode(packed, cv2.IMREAD_UNCHANGED).astype(np.float32)
    return picture
