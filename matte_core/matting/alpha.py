"""Alpha from a picture and a trimap: KNN matting joined with local and sampled evidence.

Affinities between pixels that look alike carry alpha across gaps and into holes
(`knn`); the closed-form Laplacian keeps fine structure (`closed_form`); near known colors say
where between them a pixel lies (`sampling`). Alpha minimizes the sum of the three energies with
the known pixels held fixed, so the system has the unknown pixels only. It is solved on a
reduced picture and carried to the full one by a guided filter (`guided`).

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
from matte_core.images import (
    BACKGROUND,
    FOREGROUND,
    UNKNOWN,
    Alpha,
    Float32,
    Image,
    Trimap,
    check_image,
    check_trimap,
)
from matte_core.matting import closed_form, guided, knn, refinement, sampling
from matte_core.matting.level import Level, make_level, without_rim
from matte_core.matting.solver import solve

# Up to so many unknown pixels the picture is solved as it is.
_FULL_SIZE_UNKNOWN = 12_000
# Beyond, it is reduced by 2, 3 or 4 so that about so many are left, which takes two seconds.
_LEVEL_UNKNOWN = 150_000
_LARGEST_FACTOR = 4
# Detail is worth more than that, but not more memory than so many take.
_MOST_UNKNOWN = 500_000
_MARGIN_PX = 24
_LEAST_SIDE_PX = 8
_TOLERANCE = 5e-4
# Alphas this near to 0 or 1 are haze: the quadratic energies never quite get there.
_HAZE = 0.02


def estimate_alpha(
    image: Image, trimap: Trimap, *, progress: ProgressCallback | None = None
) -> Alpha:
    """Estimate how much of each pixel belongs to the foreground.

    Parameters
    ----------
    image : (H, W, 3) uint8 or float in [0, 1], sRGB
    trimap : (H, W) uint8, {0, 128, 255}
        Known background, unknown, known foreground.
    progress : callable, optional
        Given the fraction done and the step, several times a second; may raise `Cancelled`.

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
    """
    image = check_image(image)
    trimap = check_trimap(trimap, image.shape[:2])
    alpha: Alpha = (trimap == FOREGROUND).astype(np.float32)
    unknown_rows = np.flatnonzero((trimap == UNKNOWN).any(axis=1))
    if len(unknown_rows) == 0:
        return alpha
    _check_known(trimap)
    if min(trimap.shape) < 3:
        # The local windows are 3 x 3: a strip thinner than that is given copies of its rim.
        thick: Any = np.pad(image, ((1, 1), (1, 1), (0, 0)), mode="edge")
        thick_alpha = estimate_alpha(thick, np.pad(trimap, 1, mode="edge"), progress=progress)
        return thick_alpha[1:-1, 1:-1].copy()
    report = part(progress, 0, 1)
    report(0.0, "Reducing")
    rows, columns = _region(trimap)
    region = (image[rows, columns], trimap[rows, columns], alpha[rows, columns])
    level = _solving_level(region[0], region[1], part(progress, 0.0, 0.05))
    coarse = _solve_level(level, part(progress, 0.05, 0.75))
    if level.factor == 1:
        unknown = region[1] == UNKNOWN
        region[2][unknown] = without_rim(coarse)[unknown]
    else:
        guided.lift(level, coarse, *region, progress=part(progress, 0.75, 0.8))
    if level.factor == 2:
        refinement.refine(*region, progress=part(progress, 0.8, 1.0))
    unknown = trimap == UNKNOWN
    alpha[unknown] = np.clip((alpha[unknown] - _HAZE) / (1 - 2 * _HAZE), 0, 1)
    report(1.0, "Done")
    return alpha


def _solve_level(level: Level, progress: ProgressCallback) -> Float32:
    """Return the alpha of the whole level, its rim included, as (H, W) float32."""
    coarse = level.known_alpha.copy()
    if len(level.unknown) > 0:
        extent = float(max(level.trimap.shape))
        system = knn.laplacian(level, extent, progress=part(progress, 0.0, 0.3))
        system += sampling.data_term(level, extent, progress=part(progress, 0.3, 0.4))
        system += closed_form.laplacian(level, progress=part(progress, 0.4, 0.55))
        solution = solve(
            system.matrix,
            system.right,
            tolerance=_TOLERANCE,
            progress=part(progress, 0.55, 1.0),
        )
        coarse[level.unknown] = np.clip(solution.x, 0, 1)
    return coarse.reshape(level.trimap.shape)


def _check_known(trimap: Trimap) -> None:
    if not (trimap == FOREGROUND).any():
        raise InputError(
            Message("The trimap has no known foreground."),
            Message("Paint some pixels that surely belong to the subject white."),
        )
    if not (trimap == BACKGROUND).any():
        raise InputError(
            Message("The trimap has no known background."),
            Message("Paint some pixels that surely belong to the background black."),
        )


def _region(trimap: Trimap) -> tuple[slice, slice]:
    """Return the rows and columns around the unknown pixels that the estimate looks at."""
    unknown = trimap == UNKNOWN
    spans = []
    for axis, length in ((1, trimap.shape[0]), (0, trimap.shape[1])):
        where = np.flatnonzero(unknown.any(axis=axis))
        spans.append(
            slice(max(int(where[0]) - _MARGIN_PX, 0), min(int(where[-1]) + _MARGIN_PX + 1, length))
        )
    inside = trimap[spans[0], spans[1]]
    if (inside == FOREGROUND).any() and (inside == BACKGROUND).any():
        return spans[0], spans[1]
    return slice(0, trimap.shape[0]), slice(0, trimap.shape[1])


def _solving_level(image: Image, trimap: Trimap, progress: ProgressCallback) -> Level:
    """Reduce the picture as far as the size of its unknown region asks for."""
    unknown = int((trimap == UNKNOWN).sum())
    factor = 1
    if unknown > _FULL_SIZE_UNKNOWN:
        factor = min(max(math.ceil(math.sqrt(unknown / _LEVEL_UNKNOWN)), 2), _LARGEST_FACTOR)
        factor = max(factor, math.ceil(math.sqrt(unknown / _MOST_UNKNOWN)))
    # A strip must stay thick enough for the local windows.
    factor = max(1, min(factor, min(trimap.shape) // _LEAST_SIDE_PX))
    while True:
        level = make_level(image, trimap, factor, progress=progress)
        if factor == 1 or level.has_both:
            return level
        factor -= 1
