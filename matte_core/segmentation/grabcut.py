"""The stand-in where no network helps: GrabCut from a rough selection, or from the centre.

References
----------
Rother, Kolmogorov, Blake: "GrabCut": interactive foreground extraction using iterated graph
cuts, SIGGRAPH 2004.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.errors import NoSubjectError
from matte_core.images import Float32, Image, Mask, as_uint8
from matte_core.segmentation.grid import Box
from matte_core.words import say

LONG_SIDE_PX = 480
_ITERATIONS = 5
_MARGIN = 0.25  # of the selection's longer side: how far around it is looked at
_MIN_SHARE = 1e-4


def grabcut(image: Image, hint: Mask | None = None) -> tuple[Float32, float]:
    """Estimate the subject's mask from colours alone.

    Parameters
    ----------
    image : (H, W, 3) uint8 or float in [0, 1], sRGB
    hint : (H, W) bool, optional
        A rough selection: the subject lies within it. Without one, it is taken to lie within
        an ellipse around the picture's centre.

    Returns
    -------
    probability : (H, W) float32, [0, 1]
    cell_px : float
        Picture pixels per pixel of the reduced picture that it was computed on.

    Raises
    ------
    NoSubjectError
        If the selection is empty, or nothing in it differs from what is around it.
    """
    shape = image.shape[:2]
    inside = _centre(shape) if hint is None else hint
    around = Box.around(inside)
    if around is None:
        raise NoSubjectError(say("The selection is empty."), say("Select the subject roughly."))
    margin = max(8, round(_MARGIN * max(around.height, around.width)))
    box = around.grown(margin, shape)
    window = np.s_[box.top : box.bottom, box.left : box.right]
    scale = min(1.0, LONG_SIDE_PX / max(box.height, box.width))
    size = (max(2, round(box.width * scale)), max(2, round(box.height * scale)))
    small = cv2.resize(as_uint8(image[window]), size, interpolation=cv2.INTER_AREA)
    prior = cv2.resize(inside[window].astype(np.float32), size, interpolation=cv2.INTER_AREA)
    labels = _labels(prior >= 0.5)
    found = cut(np.ascontiguousarray(small), labels)
    if found.mean() < _MIN_SHARE:
        raise NoSubjectError(
            say("Nothing in the selection stands out from its surroundings."),
            say("Draw the selection closer around the subject, or fetch a network."),
        )
    probability = np.zeros(shape, np.float32)
    soft = cv2.GaussianBlur(found.astype(np.float32), (0, 0), 0.7)
    probability[window] = cv2.resize(soft, (box.width, box.height), interpolation=cv2.INTER_LINEAR)
    return np.clip(probability, 0, 1, out=probability), 1 / scale


def _centre(shape: tuple[int, ...]) -> Mask:
    height, width = shape[:2]
    rows = (np.arange(height) + 0.5) / height * 2 - 1
    columns = (np.arange(width) + 0.5) / width * 2 - 1
    ellipse: Mask = (rows[:, None] / 0.9) ** 2 + (columns[None, :] / 0.8) ** 2 <= 1
    return ellipse


def _labels(inside: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return GrabCut's labels: outside is background, the selection's core leads its inside."""
    distance = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 3)
    labels = np.full(inside.shape, cv2.GC_BGD, np.uint8)
    labels[inside] = cv2.GC_PR_BGD
    labels[distance > 0.25 * distance.max()] = cv2.GC_PR_FGD
    if inside.all():  # Then the border is the only background there is.
        labels[[0, -1], :] = cv2.GC_BGD
        labels[:, [0, -1]] = cv2.GC_BGD
    return labels


def cut(image: NDArray[np.uint8], labels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Run GrabCut on an (h, w, 3) picture from its four labels; return the subject."""
    is_subject: NDArray[np.bool_] = (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)
    if is_subject.all() or not is_subject.any():
        return is_subject  # it learns both kinds from their pixels, and one has none
    cv2.setRNGSeed(0)  # its clustering draws lots; the same picture is to give the same mask
    cv2.grabCut(
        image,
        labels,
        (0, 0, 0, 0),
        np.zeros((1, 65)),
        np.zeros((1, 65)),
        _ITERATIONS,
        cv2.GC_INIT_WITH_MASK,
    )
    found: NDArray[np.bool_] = (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)
    return found
