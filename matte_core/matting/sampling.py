"""Color sampling: a data term for each alpha from nearby known colors.

A pixel's color is written as a mixture of the colors of its nearest known foreground and
background pixels. The share of the foreground colors is an estimate of alpha. It counts as far as
it can be expected to be right: the more, the more the two sides differ, the nearer the color is to
the line between their means, and the nearer it is to one of the two ends. What the samples do not
explain is no evidence, and a color of the middle may be a mixture, or a third color.

For the weights w of locally linear embedding, which minimize
``|c - sum w_i c_i|^2 + lambda |w|^2`` with ``sum w_i = 1``, the sum over the foreground has a
closed form: with the differences ``d_i = c_i - c`` as the rows of D and
``y = (lambda Id + D^T D)^-1 D^T 1``, it is ``(K - s_F . y) / (2 K - s . y)``, where s and s_F are
the sums of all d_i and of those of the foreground.

References
----------
Aksoy, Aydin, Pollefeys: Designing Effective Inter-Pixel Information Flow for Natural Image
Matting. CVPR 2017, section 3.2 (known-to-unknown flow).
"""

from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.base.messages import Message
from matte_core.base.progress import ProgressCallback, part, silent
from matte_core.images import BACKGROUND, FOREGROUND, UNKNOWN, Float32, Mask
from matte_core.matting.features import with_positions
from matte_core.matting.knn import SLACK, nearest
from matte_core.matting.level import Level, clear_border
from matte_core.matting.system import System, from_values

_Value = TypeVar("_Value", bound=np.generic)

# Chosen as `docs/matting.md` describes.
_SAMPLES = 5  # known pixels of each side that a color is mixed from
_WEIGHT = 0.07  # of this energy relative to the closed-form one, where a share is fully trusted
# Feature distance of two pixels at opposite ends of the level; black and white are sqrt(3) apart.
# Larger than in KNN: samples have to be near.
_POSITION_WEIGHT = 3.0
# Squared error of a share at which it counts half, in units of the estimate in `trust_in`.
_HALF_TRUSTED = 1e-3
_REGULARIZATION = 1e-3  # lambda, as a fraction of the trace of D^T D
_BAND_PX = 20  # samples come from this near the unknown region, in pixels of the level
_KNOWN_STEP = 4  # one known pixel in this many is a candidate, which speeds up the search
_QUERY_STEP = 5  # one unknown pixel in this many is sampled: neighbors give nearly the same
_TETHER = 1e-7  # weight of the estimate 1/2 for every pixel, so that one tied to nothing has one
_ENOUGH = 200  # samples: a picture of a few pixels has none to spare
# A veil: within a square of this side, in pixels of the level, the mean of the shares is at least
# this far from 0 and 1, and their standard deviation at most this.
_PATCH_PX = 9
_VEILED = 0.25
_EVEN = 0.12


@dataclass(frozen=True)
class Samples:
    """The known colors near some unknown pixels of a level."""

    size: int  # N, the number of unknown pixels
    step: int  # one of them in this many was sampled; it stands for those that follow it
    # (M, 3) float32, sRGB, [0, 1]: means of each sampled pixel's nearest known colors on either
    # side.
    foreground: Float32
    background: Float32
    share: NDArray[np.float64]  # (M,) float64, [0, 1]: the foreground's share of each sampled pixel
    # (M,) float64: of each sampled pixel's color from the line between the two means.
    distance: NDArray[np.float64]
    trust: NDArray[np.float64]  # (M,) float64, [0, 1]: how far the share is evidence
    # (N,) bool: is part of something wide, even, and half transparent, such as glass.
    is_veil: Mask

    def spread(self, of_sampled: NDArray[_Value]) -> NDArray[_Value]:
        """Return for all unknown pixels, (N,), what holds for the sampled ones, (M,)."""
        return np.repeat(of_sampled, self.step)[: self.size]


def sample(level: Level, *, progress: ProgressCallback = silent) -> Samples:
    """Look up the known colors near every few unknown pixels, and compare.

    Parameters
    ----------
    level : Level
    progress : callable
        Called between blocks of queries; may raise `Cancelled`.
    """
    step = _step(len(level.unknown), _QUERY_STEP)
    pixels = level.unknown[::step]
    colors = level.colors
    per_px = _POSITION_WEIGHT / level.extent_px
    queries = with_positions(colors[pixels], pixels, level.width, per_px)
    samples = []
    for place, value in enumerate((FOREGROUND, BACKGROUND)):
        known = _known_near(level, value)
        points = with_positions(colors[known], known, level.width, per_px)
        half = part(progress, 0.5 * place, 0.5 * (place + 1), Message("Sampling colors"))
        _, neighbors = nearest(queries, points, _SAMPLES, SLACK, half)
        samples.append(colors[known[neighbors]])
    differences = [side - colors[pixels][:, None] for side in samples]
    share = _foreground_share(differences[0], differences[1])
    foreground, background = (side.mean(axis=1) for side in samples)
    _, distance, length = compare(colors[pixels], foreground, background)
    trust = trust_in(share, distance, length)
    size = len(level.unknown)
    is_veil = _in_veil(level, np.repeat(share, step)[:size])
    return Samples(size, step, foreground, background, share, distance, trust, is_veil)


def data_term(samples: Samples, ignored: Mask) -> System:
    """Pull the alphas of a level's unknown pixels toward the share of their samples.

    Parameters
    ----------
    samples : Samples
    ignored : (N,) bool
        Unknown pixels whose samples say nothing.
    """
    values = np.full(len(ignored), 0.5)
    weights = np.full(len(ignored), _TETHER)
    values[:: samples.step] = samples.share
    trust = np.where(ignored[:: samples.step], 0, samples.trust)
    weights[:: samples.step] += _WEIGHT * samples.step * trust
    return from_values(values, weights)


def compare(
    colors: Float32, foreground: Float32, background: Float32
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Compare each color with the line from a background color to a foreground color.

    Parameters
    ----------
    colors, foreground, background : (N, 3) float32, sRGB, [0, 1]

    Returns
    -------
    share : (N,) float64, [0, 1]
        How far along the line it is.
    distance : (N,) float64
        How far off the line it is.
    length : (N,) float64
        Of the line.
    """
    line = foreground.astype(np.float64) - background
    toward = colors.astype(np.float64) - background
    square = np.einsum("nc,nc->n", line, line)
    share = np.clip(np.einsum("nc,nc->n", toward, line) / (square + 1e-9), 0, 1)
    toward -= share[:, None] * line
    distance = np.sqrt(np.einsum("nc,nc->n", toward, toward))
    return share, distance, np.sqrt(square)


def trust_in(
    share: NDArray[np.float64], distance: NDArray[np.float64], length: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return how far shares are evidence, [0, 1], from how wrong such shares are on average.

    The estimate of the squared error was fitted on pictures with known alpha, up to a factor; the
    small constants keep it from becoming 0.

    Parameters
    ----------
    share, distance, length : (N,) float64
        See `compare`.
    """
    length = length + 0.02
    aside = ((distance / length) ** 2 + 1e-3) ** (2 / 3)
    error = aside * (share * (1 - share) + 0.01) / length
    return _HALF_TRUSTED / (_HALF_TRUSTED + error)


def _in_veil(level: Level, share: NDArray[np.float64]) -> Mask:
    """Return which unknown pixels, (N,), are in a wide, even patch of shares of the middle."""
    planes = np.zeros((3, *level.trimap.shape), np.float32)
    for plane, values in zip(planes.reshape(3, -1), (share, share**2, 1), strict=True):
        plane[level.unknown] = values
    size = (_PATCH_PX, _PATCH_PX)
    sums = [cv2.boxFilter(plane, -1, size, normalize=False) for plane in planes]
    count, total, squares = (plane.ravel()[level.unknown] for plane in (sums[2], *sums[:2]))
    mean = total / count
    is_even = squares / count - mean**2 < _EVEN**2
    return np.asarray(is_even & (np.abs(mean - 0.5) < 0.5 - _VEILED))


def _known_near(level: Level, value: int) -> NDArray[np.intp]:
    """Return some known pixels of one side, those near the unknown region if there are any."""
    unknown = (level.trimap == UNKNOWN).astype(np.uint8)
    side_px = 2 * _BAND_PX + 1
    near = cv2.dilate(unknown, np.ones((side_px, side_px), np.uint8))
    side = clear_border(level.trimap == value)
    known = np.flatnonzero(side & (near > 0))
    if len(known) == 0:
        known = np.flatnonzero(side)
    return known[:: _step(len(known), _KNOWN_STEP)]


def _step(count: int, wanted: int) -> int:
    """Return the step at which pixels are taken, such that enough of a few are left."""
    return max(1, min(wanted, count // _ENOUGH))


def _foreground_share(foreground: Float32, background: Float32) -> NDArray[np.float64]:
    """Return the foreground's share, (M,), from (M, K, 3) differences of samples and color."""
    count = foreground.shape[1] + background.shape[1]
    sum_foreground = foreground.sum(axis=1, dtype=np.float64)
    sum_all = sum_foreground + background.sum(axis=1, dtype=np.float64)
    both = np.concatenate([foreground, background], axis=1).astype(np.float64)
    gram = np.einsum("nkc,nkd->ncd", both, both)
    ridge = _REGULARIZATION * np.trace(gram, axis1=1, axis2=2) + 1e-9
    gram += ridge[:, None, None] * np.eye(3)
    y = np.linalg.solve(gram, sum_all[..., None])[..., 0]
    numerator = foreground.shape[1] - np.einsum("nc,nc->n", sum_foreground, y)
    denominator = count - np.einsum("nc,nc->n", sum_all, y)
    return np.asarray(np.clip(numerator / denominator, 0, 1))
