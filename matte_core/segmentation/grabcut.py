"""The stand-in without a network: GrabCut from a rough selection, faces, or the center.

GrabCut learns the subject's colors from what it is told is rather the subject. A selection tells
more of the background than of it, so a guess comes first: the selection's innermost part is the
subject's, what is outside is not, and what lies between goes with the one that is alike in color
and near. What no edge parts from the outside goes with that.

References
----------
Rother, Kolmogorov, Blake: "GrabCut": interactive foreground extraction using iterated graph
cuts, SIGGRAPH 2004.
Wei, Wen, Zhu, Sun: Geodesic saliency using background priors, ECCV 2012 (section 3: what no edge
parts from the outside).
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.base.errors import NoSubjectError
from matte_core.base.messages import Message
from matte_core.boxes import Box
from matte_core.filters.guided import guided_coefficients
from matte_core.images import Float32, Image, Mask, as_float, as_uint8
from matte_core.segmentation.faces import bodies

LONG_SIDE_PX = 480
_ITERATIONS = 5
_MARGIN = 0.5  # of the selection's longer side: how far around it is looked at
_MIN_SHARE = 1e-4

_GUESS_PX = 128  # the longer side of the picture that the guess is made on
_INNERMOST = 0.8  # of the depth a selection has there
_ROUNDS = 4
_NEIGHBORS = 16
_FROM_SIDE_TO_SIDE = 40.0  # as far apart as this difference of color, in CIELAB
_LIGHTNESS = 0.7  # how much a difference in it counts: shadow changes it, and not the subject
_NOISE = 2.0  # differences of color below this say nothing
_DECISIVE = 9.0
_SEED = 0.6
_SMOOTH_PX = 2
_SURE = (0.2, 0.8)


def grabcut(image: Image, hint: Mask | None = None) -> tuple[Float32, float]:
    """Estimate the subject's mask from colors alone.

    Parameters
    ----------
    image : (H, W, 3) uint8 or float in [0, 1], sRGB
    hint : (H, W) bool, optional
        A rough selection: the subject lies within it. Without one it is the people whose faces
        are seen or, if there are none, taken to lie in an ellipse that touches the border.

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
    inside = _likely(as_uint8(image)) if hint is None else hint
    around = Box.around(inside)
    if around is None:
        raise NoSubjectError(
            Message("The selection is empty."), Message("Select the subject roughly.")
        )
    margin = max(8, round(_MARGIN * max(around.height, around.width)))
    box = around.grown(margin, shape)
    window = np.s_[box.top : box.bottom, box.left : box.right]
    seen, inside = as_uint8(image[window]), inside[window]
    small, within = _reduced(seen, inside, _GUESS_PX)
    guess = guessed(small, within)
    small, within = _reduced(seen, inside, LONG_SIDE_PX)
    found = cut(small, _labels(guess, within))
    if found.mean() < _MIN_SHARE:
        raise NoSubjectError(
            Message("Nothing in the selection stands out from its surroundings."),
            Message("Draw the selection closer around the subject, or fetch a network."),
        )
    probability = np.zeros(shape, np.float32)
    soft = cv2.GaussianBlur(found.astype(np.float32), (0, 0), 0.7)
    probability[window] = cv2.resize(soft, (box.width, box.height), interpolation=cv2.INTER_LINEAR)
    cell_px = max(box.height, box.width) / max(found.shape)
    return np.clip(probability, 0, 1, out=probability), cell_px


def guessed(image: NDArray[np.uint8], inside: NDArray[np.bool_]) -> Float32:
    """Guess the subject's probability from a selection, by what is alike and near.

    Parameters
    ----------
    image : (h, w, 3) uint8, sRGB
        A small picture: the time grows with its pixels.
    inside : (h, w) bool
        The selection; some of the picture must be outside.

    Returns
    -------
    (h, w) float32, [0, 1]; 0 outside.
    """
    guide = np.asarray(cv2.GaussianBlur(as_float(image), (0, 0), 0.7), np.float32)
    lightness = np.array([_LIGHTNESS, 1, 1], np.float32)
    colors = np.asarray(cv2.cvtColor(guide, cv2.COLOR_RGB2LAB) * lightness, np.float32)
    rows, columns = np.indices(inside.shape) * (_FROM_SIDE_TO_SIDE / max(inside.shape))
    samples = np.dstack([colors, rows, columns])
    ours = samples[inside]
    to_others = np.minimum(_distance(samples[~inside], ours), _change(colors, ~inside)[inside])
    is_seed = _depth(inside)[inside] > _INNERMOST
    probability = np.zeros(inside.shape, np.float32)
    for _ in range(_ROUNDS):
        to_seeds = _distance(ours[is_seed], ours)
        # The logistic function of a multiple of the logarithm of the ratio.
        probability[inside] = 1 / (1 + ((to_seeds + _NOISE) / (to_others + _NOISE)) ** _DECISIVE)
        line = guided_coefficients(guide, probability, _SMOOTH_PX)
        probability = (line[..., :3] * guide).sum(axis=-1) + line[..., 3]
        probability[~inside] = 0
        is_seed = probability[inside] > _SEED
        if is_seed.sum() <= _NEIGHBORS:
            break
    return np.asarray(np.clip(probability, 0, 1))


def _distance(samples: Float32, points: Float32) -> Float32:
    """Return the mean distance of points from the nearest samples other than themselves."""
    from scipy.spatial import cKDTree  # a tenth of a second to load

    count = min(_NEIGHBORS, len(samples))
    nearest = cKDTree(samples).query(points, k=[*range(1, count + 2)])[0]
    is_itself = nearest[:, :1] == 0
    others = np.where(is_itself, nearest[:, 1:], nearest[:, :-1])
    is_there = np.isfinite(others)
    total = np.where(is_there, others, 0).sum(axis=1)
    return np.asarray(total / np.maximum(is_there.sum(axis=1), 1))  # 0 for one that is alone


def _change(colors: Float32, outside: NDArray[np.bool_]) -> Float32:
    """Return how much the color changes in all on the smoothest way from outside."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import dijkstra

    height, width = outside.shape
    numbers = np.arange(outside.size).reshape(outside.shape)
    links = []
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        here = np.s_[: height - down, max(0, -right) : width - max(0, right)]
        there = np.s_[down:, max(0, right) : width + min(0, right)]
        change = np.linalg.norm(colors[here] - colors[there], axis=-1)
        links.append((numbers[here].ravel(), numbers[there].ravel(), change.ravel()))
    starts, ends, changes = (np.concatenate(held) for held in zip(*links, strict=True))
    # A link of no weight would be none.
    graph = coo_matrix((np.maximum(changes, 1e-3), (starts, ends)), (outside.size, outside.size))
    way = dijkstra(graph.tocsr(), directed=False, indices=numbers[outside], min_only=True)
    return np.asarray(way.reshape(outside.shape), np.float32)


def _depth(inside: NDArray[np.bool_]) -> Float32:
    """Return the distance to a selection's outline, over the radius of the largest disc there."""
    distance = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 5)
    radius = distance.copy()
    for size in np.linspace(1, distance.max(), 24):
        to_center = cv2.distanceTransform((distance < size).astype(np.uint8), cv2.DIST_L2, 5)
        radius[to_center < size] = np.maximum(radius[to_center < size], size)
    return np.asarray(distance / np.maximum(radius, 1))


def _reduced(
    image: NDArray[np.uint8], inside: NDArray[np.bool_], side_px: int
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Return picture and selection at that longer side; something is always outside."""
    height, width = inside.shape
    scale = min(1.0, side_px / max(height, width))
    size = (max(2, round(width * scale)), max(2, round(height * scale)))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    within = cv2.resize(inside.astype(np.float32), size, interpolation=cv2.INTER_AREA) >= 0.5
    if within.all():  # Then the border is the only background there is.
        within[[0, -1], :] = False
        within[:, [0, -1]] = False
    return np.ascontiguousarray(small), within


def _likely(image: NDArray[np.uint8]) -> Mask:
    """Return where a subject is to be expected in a picture without a selection."""
    people = bodies(image)
    if people.any():
        return people
    height, width = image.shape[:2]
    rows = (np.arange(height) + 0.5) / height * 2 - 1
    columns = (np.arange(width) + 0.5) / width * 2 - 1
    ellipse: Mask = rows[:, None] ** 2 + (columns[None, :] / 0.95) ** 2 <= 1
    return ellipse


def _labels(guess: Float32, inside: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return GrabCut's labels from a guess at any size."""
    height, width = inside.shape
    likely = cv2.resize(guess, (width, height), interpolation=cv2.INTER_LINEAR)
    labels = np.full(inside.shape, cv2.GC_PR_BGD, np.uint8)
    labels[likely > 0.5] = cv2.GC_PR_FGD
    labels[(likely < _SURE[0]) | ~inside] = cv2.GC_BGD
    labels[(likely > _SURE[1]) & inside] = cv2.GC_FGD
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
