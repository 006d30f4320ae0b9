"""Find a subject in a picture: `segment`.

References
----------
Chen et al.: Rethinking Atrous Convolution for Semantic Image Segmentation, 2017: scores are
lifted to the picture bilinearly before the best class is taken.
"""

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.base.errors import ModelError, NoSubjectError
from matte_core.base.messages import Message
from matte_core.base.progress import ProgressCallback, part
from matte_core.boxes import Box
from matte_core.catalog.registry import resolve
from matte_core.catalog.spec import assumption
from matte_core.filters.guided import apply_guided, guided_coefficients
from matte_core.images import (
    Float32,
    Image,
    Mask,
    as_float,
    check_image,
    check_mask,
    resized,
    row_bands,
)
from matte_core.networks.grid import ScoreField
from matte_core.networks.network import Network, load_network
from matte_core.segmentation.colors import HARDLY_KNOWN, decide_by_color
from matte_core.segmentation.grabcut import grabcut
from matte_core.segmentation.instances import Grounds, InstanceMap, find_instances, grid_size
from matte_core.segmentation.looks import (
    FIRST_LOOK_PX,
    Look,
    blend,
    closer_looks,
    finest_cell_px,
    first_look,
)
from matte_core.segmentation.result import Segmentation, label_map
from matte_core.segmentation.subject import PresentClass, Wanted, choose, parse_subject

_MARGIN = 0.15  # of the selection's longer side: the surroundings the network is shown
_MIN_SHARE = 5e-4  # of the picture: a class that covers less is noise
_MIN_CONFIDENCE = 0.5
_MIN_INSIDE = 0.5  # of a connected part, for it to be meant by the selection
_LEAST_CONTRAST = 4  # in steps of 8 bit: networks see things in perfect flatness
_DRAWN_PX = 1024  # the longer side of the reduced picture that the outline is drawn on
_REACH_CELLS = 1.0
#: In log odds. The rim of things is left out when networks are trained, so they claim it.
_LEAD = 0.3
_MOST_REACH_PX = 24
_SPECK_CELLS = 2.0
_SURVEY_PX = 513


def segment(
    image: Image,
    subject: str | Iterable[str] = "auto",
    model: str | Path | None = None,
    *,
    hint: Mask | None = None,
    refine: bool = True,
    progress: ProgressCallback | None = None,
) -> Segmentation:
    """Find the subject of a picture.

    Parameters
    ----------
    image : (H, W, 3) uint8 or float in [0, 1], sRGB
    subject : str or iterable of str
        "auto" (the largest class present, people first when they cover a third of it), a
        class name, several (a sequence, or separated by commas), or "everything" (all but
        the background). A class name with a number, left, middle, right or largest after it is
        one thing of that class: "person 2", counted from the left, or "dog left". So has one
        with a place, "person at 0.31 0.52": the one there, or the nearest one to it, at these
        fractions of the picture's width and height.
    model : str or Path, optional
        A registered name or an ONNX file; by default the installed default.
    hint : (H, W) bool, optional
        A rough selection. Only its surroundings are looked at, and only what lies mostly
        inside it is kept.
    refine : bool
        Whether to look at the subject more closely and to draw its outline to the picture's
        edges. Without it the mask is the published recipe's: one look at the size the network
        was trained for, its scores interpolated.
    progress : callable, optional
        See `matte_core.base.progress`.

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
            raise NoSubjectError(
                Message("The selection is empty."), Message("Select the subject roughly.")
            )
    part(progress, 0.0, 1.0)(0.0, Message("Loading the network"))
    try:
        path = resolve(model)
    except ModelError as error:
        if model is not None:
            raise
        note = Message(
            "{problem} The mask was estimated from colors alone. {hint}",
            problem=error.message,
            hint=error.hint,
        )
        return _stand_in(image, hint, note)
    network = load_network(path)
    wanted = parse_subject(subject, network.spec.classes)
    try:
        return _with_network(image, network, wanted, hint, refine, part(progress, 0.1, 1.0))
    except NoSubjectError as error:
        if hint is None:
            assumed = assumption(network.spec)
            if assumed:
                error.hint = Message("{hint} {assumed}", hint=error.hint, assumed=assumed)
            raise
        note = Message(
            "{problem} The mask was estimated from colors within the selection.",
            problem=error.message,
        )
        return _stand_in(image, hint, note)


def _with_network(
    image: Image,
    network: Network,
    wanted: Sequence[Wanted],
    hint: Mask | None,
    refine: bool,
    progress: ProgressCallback,
) -> Segmentation:
    shape = (image.shape[0], image.shape[1])
    box = Box.whole(shape) if hint is None else _surroundings(hint)
    progress(0.0, Message("Finding the subject"))
    sample = image[:: max(1, shape[0] // 64), :: max(1, shape[1] // 64)]
    if np.ptp(sample) < (_LEAST_CONTRAST if image.dtype == np.uint8 else _LEAST_CONTRAST / 255):
        raise NoSubjectError(
            Message("The picture is all one color: there is nothing in it to find."),
            Message("Check that the layer with the photo is selected."),
        )
    first = first_look(network, image, box, FIRST_LOOK_PX if refine else None)
    present = _present_classes(first.scores, network.spec.classes, shape, hint)
    things = _instances(first, present, shape)
    chosen = choose(wanted, present, things)
    subject = [held.index for held in chosen.classes]
    area = sum(held.share for held in chosen.classes)
    confidence = sum(held.share * held.confidence for held in chosen.classes) / area
    grounds = things.belonging(chosen.whole, chosen.instances)
    looks = [first]
    if refine:
        progress_of_looks = part(progress, 0.3, 0.7)
        looks += closer_looks(network, image, first, subject, progress_of_looks, grounds)
    progress(0.7, Message("Drawing the mask"))
    cell_px = finest_cell_px(looks)
    probability = draw(image, looks, subject, cell_px if refine else None, confidence, grounds)
    mask = probability > 0.5
    if refine:
        mask = without_specks(mask, cell_px)
    if hint is not None:
        mask = keep_inside(mask, hint, cell_px)
        probability *= _near(mask, 2 * cell_px)
    if not mask.any():
        names = ", ".join(chosen.names)
        message = (
            Message("No {subject} is large enough.", subject=names)
            if hint is None
            else Message("No {subject} lies mostly inside the selection.", subject=names)
        )
        raise NoSubjectError(message, Message("Select the subject roughly."))
    return Segmentation(
        mask=mask,
        classes=present,
        probability=probability,
        probabilities=softmax(first.scores.values),
        grid_px=cell_px,
        source="network",
        subject=chosen.names,
        instances=things.instances,
        instance_grid=things.numbers(shape, grid_size(Box.whole(shape))),
        _labels=lambda: label_map(network.score(image, Box.whole(shape)), shape),
        _instance_labels=lambda: things.lifted(label_map(first.scores, shape), present),
    )


def draw(
    image: Image,
    looks: Sequence[Look],
    subject: Sequence[int],
    cell_px: float | None,
    confidence: float = 1.0,
    grounds: Grounds | None = None,
) -> Float32:
    """Return the subject's probability at every pixel.

    Parameters
    ----------
    image : (H, W, 3) uint8 or float in [0, 1], sRGB
    looks : sequence of Look
    subject : sequence of int
        Class numbers.
    cell_px : float or None
        Picture pixels per cell of the closest look: within about that distance the outline
        is drawn to the picture's own edges. None leaves the interpolated scores as they are.
    confidence : float
        The network's mean probability over the subject, in [0, 1].
    grounds : Grounds, optional
        Where those things of the classes are that are meant, if not all of them are.
    """
    shape = (image.shape[0], image.shape[1])
    if cell_px is None:
        whole = np.empty(shape, np.float32)
        for rows in row_bands(shape):
            window = np.s_[rows[0] : rows[-1] + 1]
            whole[window] = blend(looks, subject, shape, shape, rows)
            if grounds is not None:
                whole[window] *= grounds.at(shape, shape, rows)
        return whole
    scale = min(1.0, _DRAWN_PX / max(shape))
    size = (max(1, round(shape[0] * scale)), max(1, round(shape[1] * scale)))
    guide = as_float(resized(image, *size))
    radius = int(np.clip(round(_REACH_CELLS * cell_px * scale), 1, _MOST_REACH_PX))
    probability = blend(looks, subject, shape, size, lead=_LEAD)
    if grounds is not None:
        probability *= grounds.at(shape, size)
    if confidence < HARDLY_KNOWN:
        probability = decide_by_color(guide, probability)
    coefficients = guided_coefficients(guide, probability, radius)
    return apply_guided(image, coefficients)


def _surroundings(hint: Mask) -> Box:
    box = Box.around(hint)
    assert box is not None  # segment() has refused an empty selection
    return box.grown(round(_MARGIN * max(box.height, box.width)), hint.shape)


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
    # A side that is shorter than a step is looked at in its middle.
    rows, columns = (np.arange(min(step, length) // 2, length, step) for length in shape)
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


def _instances(first: Look, present: Sequence[PresentClass], shape: tuple[int, int]) -> InstanceMap:
    """Tell the things of the classes present apart, from the first look."""
    box = first.box
    rows, columns = box.sampled(grid_size(box))
    scores = first.scores.at(rows, columns, range(first.scores.values.shape[0]))
    likely = softmax(scores)
    certainty = []
    for held in present:
        others = np.delete(scores, held.index, axis=0).max(axis=0)
        certainty.append(1 / (1 + np.exp(np.clip(others - scores[held.index], -30, 30))))
    probability = [likely[held.index] for held in present]
    return find_instances(box, present, certainty, probability, shape)


def without_specks(mask: Mask, cell_px: float) -> Mask:
    """Remove specks and pinholes that are smaller than the network can have meant.

    Holes as large as two by two cells are true ones, and stay.
    """
    # What crosses a picture that is narrower than a cell is no speck.
    least = max(4.0, math.prod(min(_SPECK_CELLS * cell_px, length) for length in mask.shape))
    cleaned = mask
    for value in (True, False):
        count, parts, stats, _ = cv2.connectedComponentsWithStats(
            (cleaned == value).astype(np.uint8), connectivity=4
        )
        tiny = np.asarray(stats[:, cv2.CC_STAT_AREA] < least)
        tiny[0] = False
        if tiny.any() and tiny[1:].sum() < count - 1:
            cleaned = np.where(tiny[parts], not value, cleaned)
    return cleaned


def keep_inside(mask: Mask, hint: Mask, cell_px: float) -> Mask:
    """Keep the connected parts of a mask that lie mostly inside a selection.

    What of them goes on far outside is cut off: it is another one of the same kind that
    touches the one selected.
    """
    count, parts = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)
    whole = np.bincount(parts.ravel(), minlength=count)
    inside = np.bincount(parts[hint], minlength=count)
    keep = inside >= _MIN_INSIDE * np.maximum(whole, 1)
    keep[0] = False
    around = Box.around(hint)
    size = 0 if around is None else max(around.height, around.width)
    return np.asarray(keep[parts] & _near(hint, max(cell_px, _MARGIN / 3 * size)))


def _near(mask: Mask, reach_px: float) -> NDArray[Any]:
    """Return where a mask is near: true within `reach_px` of it."""
    distance = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 3)
    return np.asarray(distance <= reach_px)


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
        note=note,
    )
