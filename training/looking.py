"""Look at whole photos with the exported network: once, then closer at what was found."""

from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Alpha = NDArray[np.float32]
Box = tuple[int, int, int, int]  # left, top, right, bottom

SMALLEST = 0.002  # share of the picture that a thing must have for a closer look
SURE = 0.5


class Network:
    """The exported network.

    Parameters
    ----------
    path : Path
        The ONNX file.
    size, closer_size : int
        Side in px of what the network is shown, first and then closer; multiples of 32.
    letterbox : bool
        Keep a photo's shape and fill up with gray; otherwise squash it to a square.
    closer : int
        How often to look again, closer.
    margin : float
        What a closer look shows around a thing, as a share of its longer side.
    threads : int
        Processor cores to use.
    """

    def __init__(
        self,
        path: Path,
        size: int = 256,
        closer_size: int = 320,
        letterbox: bool = False,
        closer: int = 0,
        margin: float = 0.25,
        threads: int = 2,
    ):
        self.size, self.closer_size, self.letterbox = size, closer_size, letterbox
        self.closer, self.margin = closer, margin
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(path, options)

    def __call__(self, photo: Picture) -> Alpha:
        """Return alpha (H x W, [0, 1]) of a photo (H x W x 3, uint8, RGB)."""
        alpha = self.look(photo, self.size)
        for _ in range(self.closer):
            alpha = self.look_closer(photo, alpha)
        return alpha

    def look(self, photo: Picture, size: int) -> Alpha:
        """Look once at all of a photo, at size x size px."""
        height, width = photo.shape[:2]
        across = down = size
        if self.letterbox:
            share = size / max(height, width)
            across, down = max(1, round(width * share)), max(1, round(height * share))
        way = cv2.INTER_AREA if across < width else cv2.INTER_LINEAR
        small = cv2.resize(photo, (across, down), interpolation=way).astype(np.float32)
        values = np.zeros((1, 3, size, size), np.float32)
        top, left = (size - down) // 4 * 2, (size - across) // 4 * 2
        shown = (small - 127) / 128
        values[0, :, top : top + down, left : left + across] = shown.transpose(2, 0, 1)
        (answer,) = self.session.run(None, {"image": values})
        rows = slice(top // 2, top // 2 + max(1, (down + 1) // 2))
        columns = slice(left // 2, left // 2 + max(1, (across + 1) // 2))
        found = answer[0, 0, rows, columns]
        return cv2.resize(found, (width, height), interpolation=cv2.INTER_LINEAR)

    def look_closer(self, photo: Picture, alpha: Alpha) -> Alpha:
        """Look again at each thing that does not fill the picture, and believe the closer look."""
        better, weight = alpha.copy(), np.zeros_like(alpha)
        for left, top, right, bottom in things(alpha, self.margin):
            if (right - left) * (bottom - top) > 0.8 * alpha.size:
                continue
            place = np.s_[top:bottom, left:right]
            near = self.look(photo[place], self.closer_size)
            fresh = weight[place] == 0
            better[place] = np.where(fresh, near, np.maximum(better[place], near))
            weight[place] = 1
        return better


def things(alpha: Alpha, margin: float) -> list[Box]:
    """Return a box with margin for each thing found; boxes that overlap much are joined."""
    height, width = alpha.shape
    count, _, sizes, _ = cv2.connectedComponentsWithStats((alpha > SURE).astype(np.uint8))
    boxes = []
    for left, top, across, down, area in sizes[1:count].tolist():
        if area >= SMALLEST * alpha.size:
            boxes.append((left, top, left + across, top + down))
    joined = True
    while joined:
        joined = False
        for i in range(len(boxes)):
            for j in range(i + 1, len(boxes)):
                if not joined and overlap(boxes[i], boxes[j]) > 0.3:
                    one, other = boxes.pop(j), boxes.pop(i)
                    boxes.append((*map(min, one[:2], other[:2]), *map(max, one[2:], other[2:])))
                    joined = True
    grown = []
    for left, top, right, bottom in boxes:
        more = round(margin * max(right - left, bottom - top))
        low = max(0, left - more), max(0, top - more)
        grown.append((*low, min(width, right + more), min(height, bottom + more)))
    return grown


def overlap(one: Box, other: Box) -> float:
    """Return the share of the smaller box that lies in the other one."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    if across <= 0 or down <= 0:
        return 0.0
    areas = [(right - left) * (bottom - top) for left, top, right, bottom in (one, other)]
    return across * down / min(areas)
