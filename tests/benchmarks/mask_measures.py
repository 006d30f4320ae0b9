"""How well a mask fits: overlap, outline, and matching instances."""

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Labels = NDArray[np.uint8]

GROWN_PX = 31  # people farther back are not labeled: only pixels this close are counted
TOLERANCE_PX = 3
SAME_THING = 0.5  # intersection over union, as in the PASCAL VOC challenge


def grown(mask: Mask, size_px: int) -> Mask:
    """Dilate a mask by an ellipse `size_px` wide."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size_px, size_px))
    return cv2.dilate(mask.astype(np.uint8), disc) > 0


def iou(one: Mask, other: Mask) -> float:
    """Return the intersection over union."""
    return float((one & other).sum() / max(int((one | other).sum()), 1))


def boundary_f(found: Mask, truth: Mask) -> float:
    """Return the F-score of the inner edge pixels within 3 px of the other mask's."""

    def edge(mask: Mask) -> Mask:
        return mask & ~(cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)

    ours, theirs = edge(found), edge(truth)
    if not ours.any() or not theirs.any():
        return 0.0
    size_px = 2 * TOLERANCE_PX + 1
    precision = (ours & grown(theirs, size_px)).sum() / ours.sum()
    recall = (theirs & grown(ours, size_px)).sum() / theirs.sum()
    return float(2 * precision * recall / max(precision + recall, 1e-9))


def same_things(found: Labels, truth: Labels) -> tuple[int, int, int]:
    """Count labeled instances, instances found, and labeled instances matched by one found.

    Found instances that lie mostly away from all labels are not counted: people farther back have
    no label.
    """
    near = grown(truth > 0, GROWN_PX)
    labeled = [truth == number for number in np.unique(truth)[1:]]
    held = []
    for number in np.unique(found[found > 0]):
        mask = found == number
        if (mask & near).sum() > mask.sum() / 2:
            held.append(mask & near)
    matched = sum(any(iou(one, other) > SAME_THING for other in held) for one in labeled)
    return len(labeled), len(held), matched
