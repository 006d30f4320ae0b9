"""What strokes change: from a few marked pixels to all that they mean.

A stroke says for certain what a few pixels are. It is spread over the picture, reduced to some
7,000 pixels, along two kinds of ties: neighbors whose colors lie on a line belong together
(closed-form matting), and so do pixels that look alike, wherever they are (KNN matting). What has
been found without strokes is the weak prior, which is forgotten around strokes that contradict it::

    (L + K + diag(w) + diag(m)) x = w p + m s

L and K are the Laplacians of the two, p the prior with the weights w, s the strokes with the
weights m. The same system without strokes has a solution too; the difference between the two is
what the strokes change. It is brought to full size along the picture's own edges and added to the
probability. So strokes leave no trace where they mean nothing: there the difference is zero, and
the fine outline stays as it was.

The matrix without strokes is factorized once per picture. With strokes, conjugate gradients
preconditioned by those factors take a few steps.

References
----------
Levin, Lischinski, Weiss: A Closed-Form Solution to Natural Image Matting. PAMI 2008.
Chen, Li, Tang: KNN Matting. CVPR 2012.
Saad: Iterative Methods for Sparse Linear Systems, 2nd ed., 2003, algorithm 9.1.
"""

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from matte_core.base.errors import NoSubjectError
from matte_core.base.messages import Message
from matte_core.filters.guided import GuidedFilter, apply_guided
from matte_core.images import UNKNOWN, Float32, Image, Mask, as_float, resized
from matte_core.segmentation.outline import lifted
from matte_core.segmentation.result import Segmentation

Vector = NDArray[np.float64]

# Chosen as `docs/strokes.md` describes.
_SIDE_PX = 96  # longer side of the picture on which strokes are spread
_EPSILON = 1e-4  # regularization of the closed-form term
_NEIGHBORS = 14  # of each pixel in the KNN term
_KNN_WEIGHT = 0.01  # of the KNN term relative to the closed-form one
# Lengths of the KNN term's axes: the disc of hue and saturation, the step from black to white, and
# the longer side of the picture.
_DISC_WEIGHT, _VALUE_WEIGHT, _POSITION_WEIGHT = 0.8, 0.5, 0.3
_PRIOR_WEIGHT = 0.02
_LONE_WEIGHT = 3e-4  # of the background where nothing has been found
_MARK_WEIGHT = 10.0  # of a pixel that is marked as a whole
_FORGET = 2.0  # how far strokes weaken a prior they contradict, per depth that they are inside it
_GAIN = 1.5  # by how much the change is enlarged: the prior around a stroke damps it
_TOLERANCE = 1e-4  # largest residual of the system, relative to its right side
_GUIDE_PX = 512  # longer side of the picture whose edges the change follows

_MOST_ITERATIONS = 200
_MOST_CENTERS = 64  # pixels of a stroke that are looked at


class Affinities:
    """How much the pixels of a reduced picture belong together; made once for each picture.

    Parameters
    ----------
    image : (H, W, 3) uint8 or float in [0, 1], sRGB
    """

    def __init__(self, image: Image) -> None:
        from scipy.sparse.linalg import splu

        self._kept: tuple[Float32, Vector] | None = None
        self.size = _reduced_size(image, _SIDE_PX)
        small = as_float(resized(image, *self.size))
        local = _closed_form(small)
        alike = _alike(small)
        self._matrix = (local + alike).tocsr()
        guide = as_float(resized(image, *_reduced_size(image, _GUIDE_PX)))
        self._guide_size = (guide.shape[0], guide.shape[1])
        cell_px = max(self._guide_size) / max(self.size)
        self._windows = GuidedFilter(guide, max(1, round(cell_px)))
        weak = _PRIOR_WEIGHT
        # Ties across the picture would fill the factors: their diagonal stands for them.
        near = local + scipy.sparse.diags_array(weak + alike.diagonal())
        self._diagonal: Vector = near.diagonal()
        self._factors = splu(
            near.tocsc(),
            permc_spec="MMD_AT_PLUS_A",
            diag_pivot_thresh=0.0,
            options={"SymmetricMode": True},
        )

    def solve(self, weights: Vector, right: Vector, start: Vector) -> Vector:
        """Solve the system whose diagonal has these weights added."""
        from scipy.sparse.linalg import LinearOperator, cg, spsolve

        matrix = self._matrix + scipy.sparse.diags_array(weights).tocsr()
        # Marked pixels are held fast, which the factors do not know: scale their rows down.
        scale = np.sqrt(np.maximum(matrix.diagonal() / self._diagonal, 1e-6))
        inverse = LinearOperator(
            matrix.shape, lambda vector: self._factors.solve(vector / scale) / scale, dtype=float
        )
        found, failed = cg(
            matrix,
            right,
            start,
            rtol=_TOLERANCE,
            maxiter=_MOST_ITERATIONS,
            M=inverse,
        )
        return np.asarray(spsolve(matrix.tocsc(), right) if failed else found)

    def _without(self, prior: Float32, weights: Vector, belief: Vector) -> Vector:
        """Return the solution without strokes, which is the same for every stroke."""
        if self._kept is None or self._kept[0] is not prior:
            self._kept = prior, self.solve(weights, weights * belief, belief)
        return self._kept[1]

    def spread(self, prior: Float32 | None, keep: Mask, remove: Mask) -> Float32:
        """Return by how much strokes change a probability.

        Parameters
        ----------
        prior : (H, W) float32, [0, 1], optional
            What was found without strokes; None for nothing.
        keep, remove : (H, W) bool

        Returns
        -------
        (h, w) float32, about -1 to 1
            Of the reduced picture, `size`.
        """
        kept, removed = _shares(keep, self.size), _shares(remove, self.size)
        if prior is None:
            belief = np.zeros(kept.size)
            weights = np.full(kept.size, _LONE_WEIGHT)
            without = belief
        else:
            belief = _shrunk(prior, self.size).ravel().astype(np.float64)
            weights = np.full(kept.size, _PRIOR_WEIGHT)
            without = self._without(prior, weights, belief)
            is_in = belief.reshape(self.size) >= 0.5
            weights = weights * (_far_from(kept, ~is_in) * _far_from(removed, is_in))
        held = _MARK_WEIGHT * kept.ravel()
        total = weights + held + _MARK_WEIGHT * removed.ravel()
        change = self.solve(total, weights * belief + held, without) - without
        if prior is not None:
            change *= _GAIN
        # By themselves, strokes to keep only add, and strokes to remove only take away.
        least, most = (-np.inf if removed.any() else 0.0), (np.inf if kept.any() else 0.0)
        return np.asarray(np.clip(change, least, most).reshape(self.size), np.float32)

    def lifted(self, image: Image, change: Float32) -> Float32:
        """Bring a change to the full size of the picture, along its edges."""
        plain = lifted(change, self._guide_size)
        span = max(float(np.abs(change).max()), 1e-6)
        # The filter works on [0, 1].
        share = plain / (2 * span) + np.float32(0.5)
        drawn = apply_guided(image, self._windows.coefficients(share))
        low, high = min(change.min(), 0), max(change.max(), 0)
        return np.asarray(np.clip((drawn - 0.5) * (2 * span), low, high), np.float32)


def correct(
    image: Image, found: Segmentation | None, affinities: Affinities, keep: Mask, remove: Mask
) -> Segmentation:
    """Return a segmentation as strokes change it.

    Parameters
    ----------
    image : (H, W, 3) uint8 or float in [0, 1], sRGB
    found : Segmentation, optional
        What was found in the image without strokes; None for nothing.
    affinities : Affinities
        Of the image.
    keep, remove : (H, W) bool
        What the strokes say belongs to the subject, and what does not.

    Raises
    ------
    NoSubjectError
        If nothing is left.
    """
    prior = None if found is None else found.probability
    change = affinities.spread(prior, keep, remove)
    probability = affinities.lifted(image, change)
    if prior is not None:
        probability += prior
    np.clip(probability, 0, 1, out=probability)
    probability[keep], probability[remove] = 1, 0
    mask = probability > 0.5
    if not mask.any():
        raise NoSubjectError(
            Message("The strokes leave nothing of the subject."),
            Message("Mark something to keep, or take strokes away."),
        )
    if found is None:
        cell_px = max(image.shape[:2]) / max(affinities.size)
        return Segmentation(mask, (), probability, cell_px, "strokes")
    return replace(found, mask=mask, probability=probability)


def _closed_form(small: Float32) -> Any:
    from matte_core.matting.closed_form import laplacian
    from matte_core.matting.level import number_unknown

    shape = small.shape[:2]
    level = number_unknown(
        small, np.full(shape, UNKNOWN, np.uint8), np.zeros(shape, np.float32), factor=1
    )
    return laplacian(level, _EPSILON).matrix


def _alike(small: Float32) -> Any:
    """Return the Laplacian of the graph that ties every pixel to those that look like it."""
    from sklearn.neighbors import kneighbors_graph

    from matte_core.matting.features import color_disc, with_positions

    colors = small.reshape(-1, 3)
    count = min(_NEIGHBORS, len(colors) - 1)
    if count < 1:
        return scipy.sparse.csr_array((len(colors), len(colors)))
    features = with_positions(
        color_disc(colors, _DISC_WEIGHT, _VALUE_WEIGHT),
        np.arange(len(colors)),
        small.shape[1],
        _POSITION_WEIGHT / max(small.shape[:2]),
    )
    graph = scipy.sparse.csr_array(kneighbors_graph(features, count, mode="distance"))
    farthest = np.sqrt(2 * _DISC_WEIGHT**2 + _VALUE_WEIGHT**2)
    graph.data = np.maximum(1 - graph.data / (2 * farthest), 0) * _KNN_WEIGHT / count
    graph = graph + graph.T
    return scipy.sparse.diags_array(np.asarray(graph.sum(axis=1))).tocsr() - graph


def _far_from(marked: Float32, contradicts: Mask) -> Vector:
    """Return by how much the prior still counts where it contradicts strokes: 0 to 1.

    A stroke deep inside what it contradicts means all of that; one near the edge of it is about
    the edge.
    """
    counts = np.ones(marked.shape)
    rows, columns = np.nonzero((marked > 0) & contradicts)
    if rows.size:
        depth = cv2.distanceTransform(
            np.pad(contradicts.astype(np.uint8), 1), cv2.DIST_L2, cv2.DIST_MASK_PRECISE
        )[1:-1, 1:-1]
        kept = np.linspace(0, rows.size - 1, min(rows.size, _MOST_CENTERS)).astype(np.intp)
        rows, columns = rows[kept], columns[kept]
        reach = _FORGET * depth[rows, columns]
        down = (np.arange(marked.shape[0]) - rows[:, None]) / reach[:, None]
        across = (np.arange(marked.shape[1]) - columns[:, None]) / reach[:, None]
        nearest = (down[:, :, None] ** 2 + across[:, None, :] ** 2).min(axis=0)
        counts[contradicts] = (1 - np.exp(-nearest))[contradicts]
    return counts.ravel()


def _reduced_size(image: Image, side_px: int) -> tuple[int, int]:
    scale = min(1.0, side_px / max(image.shape[:2]))
    return max(1, round(image.shape[0] * scale)), max(1, round(image.shape[1] * scale))


def _shares(mask: Mask, size: tuple[int, int]) -> Float32:
    """Return how much of each reduced pixel is marked."""
    return _shrunk(mask.astype(np.float32), size)


def _shrunk(plane: Float32, size: tuple[int, int]) -> Float32:
    return np.asarray(cv2.resize(plane, size[::-1], interpolation=cv2.INTER_AREA), np.float32)
