"""Alpha from a picture and a trimap: KNN matting joined with the closed-form Laplacian.

Affinities between distant pixels that look alike carry alpha across gaps and holes; the local
Laplacian keeps its fine structure. Alpha minimises the sum of both energies with the known
pixels held fixed, so the system has the unknown pixels only.

References
----------
Chen, Li, Tang: KNN Matting. CVPR 2012.
Levin, Lischinski, Weiss: A Closed-Form Solution to Natural Image Matting. PAMI 2008.
"""

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from matte_core.errors import InputError
from matte_core.images import (
    BACKGROUND,
    FOREGROUND,
    UNKNOWN,
    Alpha,
    Float32,
    Image,
    Trimap,
    as_float,
    check_image,
    check_trimap,
)
from matte_core.matting import closed_form, knn
from matte_core.matting.features import colour_features, with_positions
from matte_core.matting.solver import solve
from matte_core.progress import ProgressCallback, part

# (neighbours, weight of the picture's longer side in feature units)
_NEIGHBOURS = ((10, 1.0), (2, 0.1))
_KNN_WEIGHT = 0.02


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
    unknown = trimap == UNKNOWN
    if not unknown.any():
        return alpha
    _check_known(trimap)
    report = part(progress, 0, 1)
    report(0.0, "Matting")
    if min(unknown.shape) < 3:
        # The local windows are 3 x 3: a strip thinner than that is given copies of its rim.
        thick_image, thick_trimap = (
            np.pad(plane, ((1, 1), (1, 1)) + ((0, 0),) * (plane.ndim - 2), mode="edge")
            for plane in (image, trimap)
        )
        solved = _solve_unknown(as_float(thick_image), thick_trimap, report)
        alpha[unknown] = solved[1:-1, 1:-1][unknown]
    else:
        solved = _solve_unknown(as_float(image), trimap, report)
        alpha[unknown] = solved[unknown]
    report(1.0, "Matting")
    return alpha


def _check_known(trimap: Trimap) -> None:
    for value, name, colour in (
        (FOREGROUND, "foreground", "white"),
        (BACKGROUND, "background", "black"),
    ):
        if not (trimap == value).any():
            raise InputError(
                f"The trimap has no known {name}.",
                f"Paint some pixels that surely belong to the {name} {colour}.",
            )


def _solve_unknown(image: Float32, trimap: Trimap, progress: ProgressCallback) -> Float32:
    """Return alpha (H, W) with the unknown pixels solved for."""
    unknown = trimap == UNKNOWN
    height, width = unknown.shape
    count = int(unknown.sum())
    # Unknown pixels are the first nodes, known ones follow: the system is a leading block.
    order = np.concatenate([np.flatnonzero(unknown), np.flatnonzero(~unknown)])
    nodes = np.empty(height * width, np.intp)
    nodes[order] = np.arange(len(order))
    system = closed_form.laplacian(image, unknown, nodes.reshape(height, width))
    progress(0.2, "Comparing pixels")
    system = system + _knn_laplacian(image, order, count)
    progress(0.6, "Solving for alpha")
    known_alpha = (trimap.ravel()[order[count:]] == FOREGROUND).astype(np.float64)
    rows = system[:count].tocsr()
    solution = solve(
        rows[:, :count].tocsr(),
        -(rows[:, count:] @ known_alpha),
        progress=part(progress, 0.6, 1.0),
    )
    alpha: Alpha = (trimap == FOREGROUND).astype(np.float32)
    alpha[unknown] = np.clip(solution.x[nodes[np.flatnonzero(unknown)]], 0, 1)
    return alpha


def _knn_laplacian(image: Float32, order: NDArray[np.intp], count: int) -> scipy.sparse.csr_array:
    height, width = image.shape[:2]
    rows, columns = np.divmod(order, width)
    colours = colour_features(image).reshape(height * width, -1)[order]
    graph = None
    for neighbours, weight in _NEIGHBOURS:
        points = with_positions(colours, rows, columns, weight, max(height, width))
        one = knn.affinities(points[:count], points, np.arange(len(order)), neighbours, len(order))
        graph = one if graph is None else graph + one
    return knn.laplacian(graph) * _KNN_WEIGHT
