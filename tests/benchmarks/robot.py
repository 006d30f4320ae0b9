"""A robot that corrects masks: it puts one dot where the error is largest, and looks again."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
from mask_measures import iou
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
#: From what is marked to keep and to remove to a mask.
Corrector = Callable[[Mask, Mask], Mask]

DOT = 0.012  # its width, as a share of the diagonal


@dataclass
class Game:
    """What happened: overlap before the first dot and after each, seconds, and what was marked.

    Attributes
    ----------
    overlaps, seconds : list of float
    dots : list of (Mask, Mask)
        All that is marked to keep, and to remove, after each dot.
    worst : float
        By how much of the picture a dot to keep made the mask smaller, or one to remove larger.
    """

    overlaps: list[float]
    seconds: list[float] = field(default_factory=list)
    dots: list[tuple[Mask, Mask]] = field(default_factory=list)
    worst: float = 0.0


def play(truth: Mask, start: Mask, correct: Corrector, count: int) -> Game:
    """Let the robot correct a mask with that many dots."""
    keep, remove = np.zeros_like(truth), np.zeros_like(truth)
    mask, game = start, Game([iou(start, truth)])
    for _ in range(count):
        found = worst_place(mask, truth)
        if found is not None:
            is_missing, row, column = found
            dot = disc(truth.shape, row, column)
            keep, remove = (
                (keep | dot, remove & ~dot) if is_missing else (keep & ~dot, remove | dot)
            )
            began = time.perf_counter()
            after = correct(keep, remove)
            game.seconds.append(time.perf_counter() - began)
            grown = float(after.mean() - mask.mean())
            game.worst = max(game.worst, -grown if is_missing else grown)
            mask = after
        game.dots.append((keep, remove))
        game.overlaps.append(iou(mask, truth))
    return game


def worst_place(mask: Mask, truth: Mask) -> tuple[bool, int, int] | None:
    """Return the middle of the largest wrong region, and whether it is missing in the mask.

    The middle is the pixel farthest from the region's edge; the picture's border is one too.
    """
    best: tuple[int, bool, Mask] | None = None
    for is_missing, wrong in ((True, truth & ~mask), (False, mask & ~truth)):
        count, parts, stats, _ = cv2.connectedComponentsWithStats(
            wrong.astype(np.uint8), connectivity=4
        )
        if count > 1:
            largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
            area = int(stats[largest, cv2.CC_STAT_AREA])
            if best is None or area > best[0]:
                best = area, is_missing, parts == largest
    if best is None:
        return None
    depth = cv2.distanceTransform(np.pad(best[2].astype(np.uint8), 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
    row, column = np.unravel_index(int(depth.argmax()), depth.shape)
    return best[1], int(row), int(column)


def disc(shape: tuple[int, ...], row: int, column: int) -> Mask:
    """Return a dot of the robot's brush."""
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    radius = DOT * np.hypot(shape[0], shape[1]) / 2
    return np.asarray((rows - row) ** 2 + (columns - column) ** 2 <= radius**2)


def grab_cut(image: NDArray[np.uint8], start: Mask, keep: Mask, remove: Mask) -> Mask:
    """Return what OpenCV's GrabCut makes of dots: five rounds, as in its own example.

    References
    ----------
    Rother, Kolmogorov, Blake: GrabCut. SIGGRAPH 2004.
    """
    labels = np.where(start, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[keep], labels[remove] = cv2.GC_FGD, cv2.GC_BGD
    is_fore = (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)
    if not is_fore.any() or is_fore.all():
        return is_fore
    models = np.zeros((1, 65)), np.zeros((1, 65))
    bgr = np.ascontiguousarray(image[..., ::-1])
    cv2.grabCut(bgr, labels, None, *models, 5, cv2.GC_INIT_WITH_MASK)
    return (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)
