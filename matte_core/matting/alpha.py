"""Alpha from an image and a trimap: KNN matting combined with local and sampled evidence.

Affinities between pixels that look alike carry alpha across gaps and into holes (`knn`); the
closed-form Laplacian keeps fine structure (`closed_form`); nearby known colors tell where between
them a pixel's color lies (`sampling`); a part of a color that is new belongs to what it is joined
to (`novelty`). Alpha minimizes the sum of these energies with the known pixels held fixed, so only
the unknown pixels are in the system. It is solved on a reduced image and brought to full size by
guided upsampling (`upsampling`) and a refinement (`refinement`).

References
----------
Chen, Li, Tang: KNN Matting. CVPR 2012.
Levin, Lischinski, Weiss: A Closed-Form Solution to Natural Image Matting. PAMI 2008.
"""

import math
from typing import Any

import numpy as np

from matte_core.base.errors import InputError
from matte_core.base.messages import Message
from matte_core.base.progress import ProgressCallback, part
from matte_core.base.threads import second_thread
from matte_core.boxes import Box
from matte_core.images import (
    BACKGROUND,
    FOREGROUND,
    UNKNOWN,
    Alpha,
    Float32,
    Image,
    Mask,
    Trimap,
    check_image,
    check_trimap,
)
from matte_core.matting import closed_form, knn, novelty, refinement, sampling, upsampling
from matte_core.matting.level import Level, make_level, without_border
from matte_core.matting.sampling import Samples
from matte_core.matting.solver import solve

# Chosen as `docs/matting.md` describes. Up to so many unknown pixels, the image is solved at full
# size; beyond, it is reduced until about so many are left, which take about a second.
_FULL_SIZE_UNKNOWN = 30_000
_LEVEL_UNKNOWN = 100_000
_LARGEST_FACTOR = 4  # of that reduction, because detail is worth more than time
_MOST_UNKNOWN = 250_000  # more need too much memory: then the image is reduced even further
_LEAST_SIDE_PX = 8  # of a level: the local windows must fit in
_MARGIN_PX = 24  # around the unknown region, taken into account
_TOLERANCE = 7e-4  # largest residual of the linear system, relative to its right side
# Alphas this close to 0 and 1 become 0 and 1, and the rest is stretched: the quadratic energies
# come close to the ends but do not reach them.
_HAZE = 0.025
# Regularization of the local energy within veils, whose colors vary though their alpha does not.
_VEIL_EPSILON = 2e-4


def estimate_alpha(
    image: Image,
    trimap: Trimap,
    *,
    progress: ProgressCallback | None = None,
) -> Alpha:
    """Estimate how much of each pixel belongs to the foreground.

    Parameters
    ----------
    image : (H, W, 3) uint8 or float in [0, 1], sRGB
    trimap : (H, W) uint8, {0, 128, 255}
        Known background, unknown, known foreground. One stroke on each side is enough.
    progress : callable, optional
        Called several times a second with the fraction done and the step; may raise `Cancelled`.

    Returns
    -------
    alpha : (H, W) float32, [0, 1]
        Exactly 0 and 1 where the trimap is known.

    Raises
    ------
    InputError
        If the arrays are not as described, or there are unknown pixels but no known
        foreground or no known background.
    ConvergenceError
        If the system could not be solved.

    Examples
    --------
    >>> gray = np.array([0, 0, 0, 64, 128, 191, 255, 255, 255], np.uint8)
    >>> image = np.tile(gray[:, None], (9, 1, 3))
    >>> trimap = np.tile(np.array([0, 0, 0, 128, 128, 128, 255, 255, 255], np.uint8), (9, 1))
    >>> [round(value, 1) for value in estimate_alpha(image, trimap)[4].tolist()]
    [0.0, 0.0, 0.0, 0.2, 0.5, 0.8, 1.0, 1.0, 1.0]
    """
    image = check_image(image)
    trimap = check_trimap(trimap, image.shape[:2])
    alpha: Alpha = (trimap == FOREGROUND).astype(np.float32)
    if not (trimap == UNKNOWN).any():
        return alpha
    _check_known(trimap)
    if min(trimap.shape) < 3:
        # The local windows are 3 x 3: a thinner strip is padded with copies of its outer pixels.
        thick: Any = np.pad(image, ((1, 1), (1, 1), (0, 0)), mode="edge")
        thick_trimap = np.pad(trimap, 1, mode="edge")
        padded = estimate_alpha(thick, thick_trimap, progress=progress)
        return padded[1:-1, 1:-1].copy()
    report = part(progress, 0, 1)
    report(0.0, Message("Reducing"))
    box = _region(trimap)
    region = (image[box], trimap[box], alpha[box])
    level = _solving_level(region[0], region[1], part(progress, 0.0, 0.05))
    known = novelty.known_colors(image, trimap)
    is_known = novelty.background_is_known(trimap)
    coarse, samples = _solve_level(level, known, is_known, part(progress, 0.05, 0.75))
    if level.factor == 1:
        unknown = region[1] == UNKNOWN
        region[2][unknown] = without_border(coarse)[unknown]
    else:
        upsampling.upsample(level, coarse, *region, progress=part(progress, 0.75, 0.8))
    if level.factor == 2:
        refinement.refine(
            *region,
            level,
            samples,
            progress=part(progress, 0.8, 1.0),
        )
    unknown = trimap == UNKNOWN
    alpha[unknown] = np.clip((alpha[unknown] - _HAZE) / (1 - 2 * _HAZE), 0, 1)
    report(1.0, Message("Done"))
    return alpha


def _solve_level(
    level: Level,
    known: Mask,
    background_is_known: bool,
    progress: ProgressCallback,
) -> tuple[Float32, Samples]:
    """Return the alpha of the whole level, border included, as (H, W) float32, and its samples."""
    coarse = level.known_alpha.copy().reshape(level.trimap.shape)
    with second_thread() as start:
        affinities = start(knn.laplacian, level)
        samples = sampling.sample(level, progress=part(progress, 0.0, 0.2))
        if len(level.unknown) == 0:
            return coarse, samples
        parts = novelty.find_parts(level, samples, known)
        epsilon = np.where(samples.is_veil, _VEIL_EPSILON, closed_form.EPSILON)
        local = closed_form.laplacian(level, epsilon, progress=part(progress, 0.2, 0.5))
        system = affinities() + sampling.data_term(samples, parts > 0) + local
    islands = novelty.find_islands(level)
    if background_is_known and (parts.any() or islands.any()):
        system += novelty.data_term(level, samples, parts, islands)
    solution = solve(
        system.matrix,
        system.right,
        samples.spread(samples.share),
        tolerance=_TOLERANCE,
        progress=part(progress, 0.5, 1.0),
    )
    coarse.ravel()[level.unknown] = np.clip(solution.x, 0, 1)
    return coarse, samples


def _check_known(trimap: Trimap) -> None:
    if not (trimap == FOREGROUND).any():
        raise InputError(
            Message("The trimap has no known foreground."),
            Message("Paint part of the subject white."),
        )
    if not (trimap == BACKGROUND).any():
        raise InputError(
            Message("The trimap has no known background."),
            Message("Paint part of the background black."),
        )


def _region(trimap: Trimap) -> tuple[slice, slice]:
    """Return the part of the image around the unknown pixels that the estimate looks at."""
    box = Box.around(trimap == UNKNOWN)
    assert box is not None  # the caller has checked
    region = box.grown(_MARGIN_PX, trimap.shape).slices
    is_enough = (trimap[region] == FOREGROUND).any() and (trimap[region] == BACKGROUND).any()
    return region if is_enough else Box.whole(trimap.shape).slices


def _solving_level(image: Image, trimap: Trimap, progress: ProgressCallback) -> Level:
    """Reduce the image as far as the size of its unknown region requires."""
    unknown = int((trimap == UNKNOWN).sum())
    factor = 1
    if unknown > _FULL_SIZE_UNKNOWN:
        factor = math.ceil(math.sqrt(unknown / _LEVEL_UNKNOWN))
        factor = min(max(factor, 2), _LARGEST_FACTOR)
        factor = max(factor, math.ceil(math.sqrt(unknown / _MOST_UNKNOWN)))
    factor = max(1, min(factor, min(trimap.shape) // _LEAST_SIDE_PX))
    while True:
        level = make_level(image, trimap, factor, progress=progress)
        if factor == 1 or level.has_both:
            return level
        factor -= 1
