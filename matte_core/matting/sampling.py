"""What the known colors near by say about a pixel: a data term for each alpha.

A pixel's color is written as a mixture of the colors of its nearest known foreground and
background pixels; the share of the foreground ones is an estimate of alpha, and is trusted as
far as the two sides differ. For the weights w of locally linear embedding, which minimize
``|c - sum w_i c_i|^2 + lambda |w|^2`` with ``sum w_i = 1``, the sum over the foreground has a
closed form: with the differences ``d_i = c_i - c`` as the rows of D and
``y = (lambda Id + D^T D)^-1 D^T 1``, it is ``(K - s_F . y) / (2 K - s . y)`` where s and s_F
are the sums of all d_i and of those of the foreground.

References
----------
Aksoy, Aydin, Pollefeys: Designing Effective Inter-Pixel Information Flow for Natural Image
Matting. CVPR 2017, section 3.2 (known-to-unknown flow).
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.base.messages import Message
from matte_core.base.progress import ProgressCallback, part, silent
from matte_core.images import BACKGROUND, FOREGROUND, UNKNOWN
from matte_core.matting.features import with_positions
from matte_core.matting.knn import nearest
from matte_core.matting.level import RIM, Level
from matte_core.matting.system import System, from_values

SAMPLES = 5
WEIGHT = 0.1
POSITION_WEIGHT = 3.0

_REGULARISATION = 1e-3
_BAND_PX = 20
_KNOWN_STEP = 4
_QUERY_STEP = 3
_SLACK = 1.0
_TETHER = 1e-7


def data_term(level: Level, extent_px: float, *, progress: ProgressCallback = silent) -> System:
    """Pull the alphas toward what a mixture of near known colors says.

    Neighbors tell nearly the same, so only some pixels are asked, with more weight each.

    Parameters
    ----------
    level : Level
    extent_px : float
        Size of the unknown region in pixels of the level, the unit of distance.
    progress : callable
        May raise `Cancelled`.
    """
    asked = np.arange(0, len(level.unknown), _QUERY_STEP)
    pixels = level.unknown[asked]
    colors = level.colors
    per_px = POSITION_WEIGHT / extent_px
    queries = with_positions(colors[pixels], pixels, level.width, per_px)
    sides = []
    for place, value in enumerate((FOREGROUND, BACKGROUND)):
        known = _known_near(level, value)
        points = with_positions(colors[known], known, level.width, per_px)
        step = part(progress, 0.5 * place, 0.5 * (place + 1), Message("Sampling colors"))
        _, found = nearest(queries, points, SAMPLES, _SLACK, step)
        sides.append(colors[known[found]] - colors[pixels][:, None])
    share, contrast = _foreground_share(*sides)
    # A pixel that nothing else ties to anything is as much the one as the other.
    values = np.full(len(level.unknown), 0.5)
    weights = np.full(len(level.unknown), _TETHER)
    values[asked] = share
    weights[asked] += WEIGHT * _QUERY_STEP * contrast
    return from_values(values, weights)


def _known_near(level: Level, value: int) -> NDArray[np.intp]:
    """Return some known pixels of one side, of those near the unknown region if there are any."""
    unknown = (level.trimap == UNKNOWN).astype(np.uint8)
    near = cv2.dilate(unknown, np.ones((2 * _BAND_PX + 1, 2 * _BAND_PX + 1), np.uint8))
    side = level.trimap == value
    side[:RIM] = side[-RIM:] = False
    side[:, :RIM] = side[:, -RIM:] = False
    known = np.flatnonzero(side & (near > 0))
    if len(known) == 0:
        known = np.flatnonzero(side)
    return known[::_KNOWN_STEP]


def _foreground_share(
    foreground: NDArray[np.float32], background: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the foreground's share and how far the sides differ, from (M, K, 3) differences."""
    count = foreground.shape[1] + background.shape[1]
    sum_foreground = foreground.sum(axis=1, dtype=np.float64)
    sum_all = sum_foreground + background.sum(axis=1, dtype=np.float64)
    both = np.concatenate([foreground, background], axis=1).astype(np.float64)
    gram = np.einsum("nkc,nkd->ncd", both, both)
    ridge = _REGULARISATION * np.trace(gram, axis1=1, axis2=2) + 1e-9
    gram += ridge[:, None, None] * np.eye(3)
    y = np.linalg.solve(gram, sum_all[..., None])[..., 0]
    numerator = foreground.shape[1] - np.einsum("nc,nc->n", sum_foreground, y)
    denominator = count - np.einsum("nc,nc->n", sum_all, y)
    share = np.clip(numerator / denominator, 0, 1)
    difference = foreground.mean(axis=1) - background.mean(axis=1)
    contrast = np.minimum(np.einsum("nc,nc->n", difference, difference) / 3, 1)
    return share, contrast.astype(np.float64)
