"""Parts of a color that no known pixel has, such as a flag that a plush animal holds.

Colors say nothing about such a part: whichever known color is nearest to its own is so by chance.
It belongs to what it is joined to. A part that touches the subject is therefore taken for a part
of the subject, and one that touches nothing but background for background. Two things have to be
true for this: the part is a patch, not a thin line or a soft edge, and most of the background is
known, so that a color that it does not show is likely not the background's.
"""

import math

import cv2
import numpy as np
import scipy.ndimage
from numpy.typing import NDArray

from matte_core.images import (
    BACKGROUND,
    FOREGROUND,
    UNKNOWN,
    Float32,
    Image,
    Mask,
    Trimap,
    as_float,
)
from matte_core.matting.level import Level, clear_border
from matte_core.matting.sampling import Samples
from matte_core.matting.system import System, from_values

LEAST_PX = 50  # of the level; smaller parts are left to their surroundings
FAR = 0.25  # from the line between the samples, in units of one channel's range
NEAR = 0.1  # the same, for what resembles a side
CONTACT = 0.005  # share of a part's surroundings that has to be subject
WEIGHT = 0.03  # of this energy relative to the closed-form one

_BINS = 16  # of each channel
_ENOUGH = 40_000  # known pixels to look at
_RING_PX = 4


def known_colors(image: Image, trimap: Trimap) -> Mask:
    """Return which colors the known pixels have, or nearly have.

    Parameters
    ----------
    image : (H, W, 3) uint8 or float in [0, 1], sRGB
    trimap : (H, W) uint8, {0, 128, 255}

    Returns
    -------
    (16, 16, 16) bool
        By bins of red, green, and blue; the neighbors of a bin with a known color count as well.
    """
    step = max(1, math.isqrt(trimap.size // _ENOUGH))
    known = trimap[::step, ::step] != UNKNOWN
    seen = np.zeros((_BINS,) * 3, np.bool_)
    seen[_bins(as_float(image[::step, ::step][known]))] = True
    return np.asarray(scipy.ndimage.binary_dilation(seen, np.ones((3, 3, 3))), np.bool_)


def background_is_known(trimap: Trimap) -> bool:
    """Return whether there is at least as much known background as there is unknown."""
    return int((trimap == BACKGROUND).sum()) >= int((trimap == UNKNOWN).sum())


def find_parts(level: Level, samples: Samples, known: Mask) -> NDArray[np.int32]:
    """Find the parts of the unknown region whose color no known pixel has.

    Parameters
    ----------
    level : Level
    samples : Samples
        Of the level.
    known : (16, 16, 16) bool
        From `known_colors`.

    Returns
    -------
    (N,) int32
        The number of the part that each unknown pixel belongs to; 0 for most.
    """
    is_new = ~known[_bins(level.colors[level.unknown])]
    is_new &= samples.spread(samples.distance > FAR)
    candidates = np.zeros(level.trimap.shape, np.uint8)
    candidates.ravel()[level.unknown] = is_new
    patches = cv2.morphologyEx(candidates, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(patches, connectivity=8)
    is_large = stats[:, cv2.CC_STAT_AREA] >= LEAST_PX
    is_large[0] = False
    numbers = np.asarray(np.where(is_large, np.arange(len(stats)), 0), np.int32)
    return np.asarray(numbers[labels.ravel()[level.unknown]])


def find_islands(level: Level) -> Mask:
    """Return which unknown pixels, (N,), are in a part of the unknown region without foreground.

    Nothing that is known to be foreground touches such a part.
    """
    unknown = (level.trimap == UNKNOWN).astype(np.uint8)
    foreground = (level.trimap == FOREGROUND).astype(np.uint8)
    count, labels = cv2.connectedComponents(unknown, connectivity=8)
    numbers = labels.ravel()[level.unknown]
    beside = cv2.dilate(foreground, np.ones((3, 3), np.uint8)).ravel()[level.unknown] > 0
    is_joined = np.zeros(count, np.bool_)
    is_joined[numbers[beside]] = True
    return np.asarray(~is_joined[numbers])


def data_term(level: Level, samples: Samples, parts: NDArray[np.int32], islands: Mask) -> System:
    """Pull each part toward what it is joined to, and the rest of islands to the background.

    An island is pulled only as far as its samples say nothing.

    Parameters
    ----------
    level : Level
    samples : Samples
        Of the level.
    parts : (N,) int32
        From `find_parts`.
    islands : (N,) bool
        From `find_islands`.
    """
    labels = np.zeros(level.trimap.shape, np.float32)
    labels.ravel()[level.unknown] = parts
    side = 2 * _RING_PX + 1
    grown = cv2.dilate(labels, np.ones((side, side), np.uint8))
    ring = (labels == 0) & (grown > 0)
    count = int(parts.max()) + 1
    around = []
    for value, share in ((FOREGROUND, samples.share), (BACKGROUND, 1 - samples.share)):
        resembles = clear_border(level.trimap == value)
        resembles.ravel()[level.unknown] = samples.spread((share > 0.9) & (samples.distance < NEAR))
        # Single pixels resemble either side by chance.
        opened = cv2.morphologyEx(resembles.astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2)))
        numbers = grown[ring & (opened > 0)].astype(np.intp)
        around.append(np.bincount(numbers, minlength=count))
    is_joined = around[0] > CONTACT * (around[0] + around[1])
    trust = np.where(islands, samples.spread(samples.trust), 1)
    weights = WEIGHT * np.where(parts > 0, 1, 1 - trust)
    return from_values(is_joined[parts].astype(np.float64), weights)


def _bins(colors: Float32) -> tuple[NDArray[np.intp], ...]:
    bins = np.minimum((colors * _BINS).astype(np.intp), _BINS - 1)
    return tuple(bins.T)
