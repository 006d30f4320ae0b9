"""Find a subject in a picture: `segment`.

References
----------
Chen et al.: Rethinking Atrous Convolution for Semantic Image Segmentation, 2017: scores are
lifted to the picture bilinearly before the best class is taken.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.errors import ModelError, NoSubjectError
from matte_core.images import Float32, Image, Mask, check_image, check_mask
from matte_core.models.registry import resolve
from matte_core.progress import ProgressCallback, silent
from matte_core.segmentation.grabcut import grabcut
from matte_core.segmentation.grid import Box, ScoreField
from matte_core.segmentation.network import Network, load_network
from matte_core.segmentation.result import Segmentation, bands
from matte_core.segmentation.subject import PresentClass, choose_classes, parse_subject

_MARGIN = 0.15  # of the selection's longer side: the surroundings the network is shown
_MIN_SHARE = 5e-4  # of the picture: a class that covers less is noise
_MIN_CONFIDENCE = 0.5
_MIN_INSIDE = 0.5  # of a connected part, for it to be meant by the selection
_NEGLIGIBLE = 0.01
_SURVEY_PX = 513


def segment(
    image: Image,
    subject: str | Iterable[str] = "auto",
    model: str | Path | None = None,
    *,
    hint: Mask | None = None,
    progress: ProgressCallback | None = None,
) -> Segmentation:
    """Find the subject of a picture.

    Parameters
    ----------
    image : (H, W, 3) uint8 or float in [0, 1], sRGB
    subject : str or iterable of str
        "auto" (the largest class present, people first when they cover a third of it), a
        class name, several (a sequence, or separated by commas), or "everything" (all but
        the background).
    model : str or Path, optional
        A registered name or an ONNX file; by default the installed default.
    hint : (H, W) bool, optional
        A rough selection. Only its surroundings are looked at, and only what lies mostly
        inside it is kept.
    progress : callable, optional
        See `matte_core.progress`.

    Returns
    -------
    Segmentation
        Where no network is installed, or it finds nothing within the selection, GrabCut
        stands in; `source` and `note` say so.

    Raises
    ------
    InputError
        If an array or the subject cannot be used.
    NoSubjectError
        If nothing of what was asked for is in the picture.
    ModelError
        If the network named is missing or cannot be used.
    """
    image = check_image(image)
    if hint is not None:
        hint = check_mask(hint, image.shape[:2], "selection")
        if not hint.any():
            raise NoSubjectError("The selection is empty.", "Select the subject roughly.")
    report = progress or silent
    report(0.0, "Loading the network")
    try:
        path = resolve(model)
    except ModelError as error:
        if model is not None:
            raise
        note = f"{error.message} The mask was estimated from colours alone. {error.hint}"
        return _stand_in(image, hint, note)
    network = load_network(path)
    wanted = parse_subject(subject, network.spec.classes)
    report(0.2, "Finding the subject")
    if hint is None:
        scores = network.score(image, Box.whole(image.shape))
        report(0.7, "Drawing the mask")
        return _from_scores(image, network, scores, wanted, None)
    scores = network.score(image, _surroundings(hint))
    report(0.7, "Drawing the mask")
    try:
        return _from_scores(image, network, scores, wanted, hint)
    except NoSubjectError as error:
        note = f"{error.message} The mask was estimated from colours within the selection."
        return _stand_in(image, hint, note)


def _surroundings(hint: Mask) -> Box:
    box = Box.around(hint)
    assert box is not None  # segment() has refused an empty selection
    return box.grown(round(_MARGIN * max(box.height, box.width)), hint.shape)


def _from_scores(
    image: Image,
    network: Network,
    scores: ScoreField,
    wanted: Sequence[str],
    hint: Mask | None,
) -> Segmentation:
    height, width = image.shape[:2]
    probabilities = softmax(scores.values)
    present = _present_classes(scores, network.spec.classes, (height, width), hint)
    chosen = choose_classes(wanted, present)
    probability, mask = _lift(scores, probabilities, [held.index for held in chosen], image)
    if hint is not None:
        mask = keep_inside(mask, hint)
        if not mask.any():
            names = " or ".join(held.name for held in chosen)
            raise NoSubjectError(f"No {names} lies mostly inside the selection.")
        probability *= _near(mask, scores.cell_px)
    return Segmentation(
        mask=mask,
        classes=present,
        probability=probability,
        probabilities=probabilities,
        grid_px=scores.cell_px,
        source="network",
        subject=tuple(held.name for held in chosen),
        _scores=scores,
    )


def softmax(scores: Float32) -> Float32:
    """Return the softmax over the first axis."""
    raised: Float32 = np.exp(scores - scores.max(axis=0))
    raised /= raised.sum(axis=0)
    return raised


def _present_classes(
    scores: ScoreField,
    names: Sequence[str],
    shape: tuple[int, int],
    hint: Mask | None,
) -> tuple[PresentClass, ...]:
    """Return the classes present, the largest first, from a reduced look at the picture."""
    step = max(1, max(shape) // _SURVEY_PX)
    rows, columns = np.arange(step // 2, shape[0], step), np.arange(step // 2, shape[1], step)
    lifted = softmax(scores.at(rows, columns, range(scores.values.shape[0])))
    labels = lifted.argmax(axis=0)
    area = np.ones(labels.shape, np.bool_) if hint is None else hint[np.ix_(rows, columns)]
    found = []
    for index in range(1, len(names)):
        held = (labels == index) & area
        share = float(held.mean())
        least = _MIN_SHARE * (float(area.mean()) if hint is not None else 1)
        if not held.any() or share < least:
            continue
        confidence = float(lifted[index][held].mean())
        if confidence >= _MIN_CONFIDENCE:
            found.append(PresentClass(names[index], index, share, confidence))
    return tuple(sorted(found, key=lambda held: -held.share))


def _lift(
    scores: ScoreField, probabilities: Float32, subject: list[int], image: Image
) -> tuple[Float32, Mask]:
    """Return the subject's probability and mask at every pixel, band by band."""
    shape = (image.shape[0], image.shape[1])
    # Classes that are nowhere likely change neither the softmax nor the arg max.
    likely = probabilities.max(axis=(1, 2)) > _NEGLIGIBLE
    order = subject + [
        number for number in np.flatnonzero(likely).tolist() if number not in subject
    ]
    probability, mask = np.zeros(shape, np.float32), np.zeros(shape, np.bool_)
    columns = np.arange(shape[1])
    count = len(subject)
    if count == len(order):
        order.append(0)
    for rows in bands(shape):
        values = scores.at(rows, columns, order)
        ours, others = values[:count].max(axis=0), values[count:].max(axis=0)
        top = np.maximum(ours, others)
        values -= top
        np.exp(values, out=values)
        window = np.s_[rows[0] : rows[-1] + 1]
        mask[window] = ours > others
        probability[window] = values[:count].sum(axis=0) / values.sum(axis=0)
    return probability, mask


def keep_inside(mask: Mask, hint: Mask) -> Mask:
    """Keep the connected parts of a mask that lie mostly inside a selection."""
    count, parts = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)
    whole = np.bincount(parts.ravel(), minlength=count)
    inside = np.bincount(parts[hint], minlength=count)
    keep = inside >= _MIN_INSIDE * np.maximum(whole, 1)
    keep[0] = False
    kept: Mask = keep[parts]
    return kept


def _near(mask: Mask, reach_px: float) -> NDArray[Any]:
    """Return where a mask is near: true within `reach_px` of it."""
    distance = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 3)
    near: NDArray[Any] = distance <= 2 * reach_px
    return near


def _stand_in(image: Image, hint: Mask | None, note: str) -> Segmentation:
    probability, cell_px = grabcut(image, hint)
    mask = probability > 0.5
    size = (
        max(1, round(image.shape[1] / cell_px)),
        max(1, round(image.shape[0] / cell_px)),
    )
    small = cv2.resize(probability, size, interpolation=cv2.INTER_AREA)
    return Segmentation(
        mask=mask,
        classes=(),
        probability=probability,
        probabilities=np.stack([1 - small, small]),
        grid_px=cell_px,
        source="grabcut",
        note=note.strip(),
    )
