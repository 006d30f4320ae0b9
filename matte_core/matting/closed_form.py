"""The closed-form matting Laplacian: alpha is locally linear in color.

In every 3 x 3 window k with mean color mu and covariance S, alpha is assumed to be an affine
function of color. Eliminating its coefficients leaves, for pixels i and j of the window::

    L_ij += delta_ij - 1/9 (1 + (I_i - mu)^T (S + eps/9 Id)^-1 (I_j - mu))

With ``S + eps/9 Id = C C^T`` the last term is ``v_i . v_j`` for ``v = (C^-1 (I - mu), 1) / 3``, so
a window costs 36 short dot products. They are computed for many windows at once, and collected by
the unknown pixels.

With r independent directions of color in a window, its 9 alphas have ``8 - r`` ways to be wrong.
So that gray pictures (r = 1) are not held together more than others (r = 3), each window is
weighted by ``(5 / (8 - r))^2``, where r is the trace of the fit, ``sum |C^-1 (I - mu)|^2 / 9``.

References
----------
Levin, Lischinski, Weiss: A Closed-Form Solution to Natural Image Matting. PAMI 2008, eq. 12.
"""

import numpy as np
from numpy.typing import NDArray

from matte_core.base.messages import Message
from matte_core.base.progress import ProgressCallback, silent
from matte_core.images import UNKNOWN, Float32, Trimap
from matte_core.matting.level import Level, clear_border
from matte_core.matting.system import Rows, System, from_stencil, stacked

EPSILON = 1e-7  # Levin's; larger values blur alpha across weak edges

_SIDE = 3  # of a window, in pixels
_REACH = 2  # from a pixel to the farthest one that shares a window with it
_STENCIL = 2 * _REACH + 1
_CHUNK = 4_096  # unknown pixels at once

Floats = NDArray[np.float64]


def stencil_offsets(width: int) -> NDArray[np.intp]:
    """Return the flat offsets of the 5 x 5 pixels around a pixel, in rows of `width` pixels."""
    steps = np.arange(-_REACH, _REACH + 1)
    return np.asarray((steps[:, None] * width + steps).ravel(), np.intp)


def laplacian(
    level: Level, epsilon: float | Floats = EPSILON, *, progress: ProgressCallback = silent
) -> System:
    """Set up the energy of all 3 x 3 windows that contain an unknown pixel.

    Parameters
    ----------
    level : Level
    epsilon : float or (N,) float64
        Regularization of the windows' covariances, or of those around each unknown pixel; smaller
        values trust the colors more. Windows around known pixels have the least of them.
    progress : callable
        Called between blocks of pixels; may raise `Cancelled`.

    Returns
    -------
    System
        The matrix is symmetric and positive semi-definite.
    """
    windows = _touched_windows(level.trimap)
    regularization = np.full(level.trimap.size, np.min(epsilon))
    regularization[level.unknown] = epsilon
    rows = []
    for start in range(0, len(level.unknown), _CHUNK):
        progress(start / len(level.unknown), Message("Comparing neighbors"))
        pixels = level.unknown[start : start + _CHUNK]
        rows.append(_rows(level, windows, pixels, regularization))
    return stacked(rows)


def _rows(
    level: Level, windows: NDArray[np.intp], pixels: NDArray[np.intp], regularization: Floats
) -> Rows:
    """Set up the rows of some unknown pixels, which are in the order of the level."""
    within = (np.arange(_SIDE)[:, None] * level.width + np.arange(_SIDE)).ravel()
    start = int(pixels[0] - within[-1])
    first, last = np.searchsorted(windows, [start, pixels[-1] + 1])
    corners = windows[first:last]
    # A window that does not exist, because it would reach beyond the image, adds nothing.
    places = np.full(int(pixels[-1]) - start + 1, len(corners))
    places[corners - start] = np.arange(len(corners))
    owners = [places[pixels - offset - start] for offset in within]
    epsilon = regularization[corners + within[_SIDE * _SIDE // 2]]
    whitened = _whitened_colors(level.colors, corners, within, epsilon)
    directions = np.einsum("ick,ick->k", whitened[:, :3], whitened[:, :3])
    whitened *= (_SIDE * _SIDE - 4) / (_SIDE * _SIDE - 1 - directions)
    stencil = np.zeros((_STENCIL * _STENCIL, len(pixels)))
    center = _STENCIL * _STENCIL // 2
    pair, taken = np.zeros(len(corners) + 1), np.empty(len(pixels))
    for i in range(_SIDE * _SIDE):
        for j in range(i + 1, _SIDE * _SIDE):
            np.einsum("ck,ck->k", whitened[i], whitened[j], out=pair[:-1])
            code = (j // _SIDE - i // _SIDE) * _STENCIL + (j % _SIDE - i % _SIDE)
            stencil[center + code] -= pair.take(owners[i], out=taken, mode="clip")
            stencil[center - code] -= pair.take(owners[j], out=taken, mode="clip")
    return from_stencil(level, pixels, stencil, stencil_offsets(level.width))


def _touched_windows(trimap: Trimap) -> NDArray[np.intp]:
    """Return the first pixels of the windows with an unknown pixel and none of the border."""
    unknown = trimap == UNKNOWN
    across = unknown[:, :-2] | unknown[:, 1:-1] | unknown[:, 2:]
    touched = clear_border(across[:-2] | across[1:-1] | across[2:])
    rows, columns = np.nonzero(touched)
    return np.asarray(rows * trimap.shape[1] + columns, np.intp)


def _whitened_colors(
    colors: Float32, corners: NDArray[np.intp], window: NDArray[np.intp], epsilon: float | Floats
) -> Floats:
    """Return ``(C^-1 (I - mu), 1) / 3`` of each pixel of each window, as (9, 4, K)."""
    whitened = np.empty((_SIDE * _SIDE, 4, len(corners)))
    for place, offset in enumerate(window):
        whitened[place, :3] = colors.take(corners + offset, axis=0).T
    values = whitened[:, :3]
    values -= values.mean(axis=0)
    red, green, blue = values[:, 0], values[:, 1], values[:, 2]
    floor = epsilon / (_SIDE * _SIDE)

    def covariance(a: Floats, b: Floats) -> Floats:
        return np.asarray(np.einsum("ik,ik->k", a, b)) / (_SIDE * _SIDE)

    # Cholesky factor of each 3 x 3 covariance, then forward substitution, in place.
    c00 = np.sqrt(covariance(red, red) + floor)
    c10 = covariance(green, red) / c00
    c20 = covariance(blue, red) / c00
    c11 = np.sqrt(covariance(green, green) + floor - c10 * c10)
    c21 = (covariance(blue, green) - c20 * c10) / c11
    c22 = np.sqrt(covariance(blue, blue) + floor - c20 * c20 - c21 * c21)
    red /= c00
    green -= c10 * red
    green /= c11
    blue -= c20 * red
    blue -= c21 * green
    blue /= c22
    whitened[:, 3] = 1
    whitened /= _SIDE
    return whitened
