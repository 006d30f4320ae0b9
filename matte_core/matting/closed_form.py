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

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.base.messages import Message
from matte_core.base.progress import ProgressCallback, silent
from matte_core.images import UNKNOWN, Float32, Image, Trimap
from matte_core.matting.level import BORDER_PX, Level
from matte_core.matting.system import Rows, System, from_stencil, stacked

EPSILON = 1e-7  # Levin's; larger values blur alpha across weak edges

_SIDE = 3  # of a window, in pixels
_REACH = 2  # from a pixel to the farthest one that shares a window with it
_STENCIL = 2 * _REACH + 1
_CHUNK = 4_096  # unknown pixels at once

Floats = NDArray[np.float64]


class Windows:
    """The energy of the 3 x 3 windows around some pixels, given by its gradient, not by a matrix.

    This is less work than the matrix if the gradient is needed only a few times. The gradient is
    what affine functions of the colors, fitted to alpha in every window, leave of it. It is in
    single precision, so it is not for solving to convergence.

    Parameters
    ----------
    image : (H, W, 3) uint8 or float in [0, 1], sRGB
    pixels : (N,) int
        Indices into the flattened image, ascending. There are no windows around those at the
        image's border.
    progress : callable
        Called between blocks of pixels; may raise `Cancelled`.
    """

    def __init__(
        self, image: Image, pixels: NDArray[np.intp], *, progress: ProgressCallback = silent
    ) -> None:
        height, width = image.shape[:2]
        rows, columns = np.divmod(pixels, width)
        has_window = (rows > 0) & (rows < height - 1) & (columns > 0) & (columns < width - 1)
        centers = pixels[has_window]
        count = len(centers)
        reach = width + 1
        offsets = _window(width) - reach
        self._positions = centers + offsets[:, None]
        # The window around each pixel of the image and of a margin; the last one does not exist.
        around = np.full(height * width + 2 * reach, count, np.int32)
        around[centers + reach] = np.arange(count, dtype=np.int32)
        places = np.arange(len(offsets)) * (count + 1)
        self._places = around[pixels - offsets[:, None] + reach] + places[:, None]
        self._left = np.zeros((len(offsets), count + 1), np.float32)
        self._whitened = np.empty((len(offsets), 4, count), np.float32)
        self._weights = np.empty(count, np.float32)
        colors = image.reshape(-1, 3)
        epsilon = EPSILON * (255**2 if image.dtype == np.uint8 else 1)
        for start in range(0, count, _CHUNK):
            progress(start / count, Message("Comparing neighbors"))
            block = slice(start, start + _CHUNK)
            whitened = _whitened_colors(colors, self._positions[0, block], _window(width), epsilon)
            self._whitened[..., block], self._weights[block] = whitened, _weights(whitened)

    def gradient(self, alpha: Float32) -> Float32:
        """Return the derivative by the alpha of each of the N pixels, (N,), at (H * W,) alphas."""
        values = alpha.take(self._positions)
        fit = np.einsum("ick,ik->ck", self._whitened, values)
        return self._collected(values - np.einsum("ick,ck->ik", self._whitened, fit))

    def diagonal(self) -> Float32:
        """Return the second derivative by each pixel's alpha, (N,)."""
        return self._collected(1 - np.einsum("ick,ick->ik", self._whitened, self._whitened))

    def _collected(self, left: Float32) -> Float32:
        np.multiply(left, self._weights, out=self._left[:, :-1])
        return np.asarray(self._left.take(self._places).sum(axis=0))


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
    within = _window(level.width)
    start = int(pixels[0] - within[-1])
    first, last = np.searchsorted(windows, [start, pixels[-1] + 1])
    corners = windows[first:last]
    # A window that does not exist, because it would reach beyond the image, adds nothing.
    places = np.full(int(pixels[-1]) - start + 1, len(corners))
    places[corners - start] = np.arange(len(corners))
    owners = [places[pixels - offset - start] for offset in within]
    epsilon = regularization[corners + within[_SIDE * _SIDE // 2]]
    whitened = _whitened_colors(level.colors, corners, within, epsilon)
    whitened *= np.sqrt(_weights(whitened))
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


def _window(width: int) -> NDArray[np.intp]:
    """Return the flat offsets of a window's pixels from its first one."""
    return np.asarray((np.arange(_SIDE)[:, None] * width + np.arange(_SIDE)).ravel(), np.intp)


def _touched_windows(trimap: Trimap) -> NDArray[np.intp]:
    """Return the first pixels of the windows with an unknown pixel and none of the border."""
    unknown = (trimap == UNKNOWN).view(np.uint8)
    touched = cv2.dilate(unknown, np.ones((_SIDE, _SIDE), np.uint8)).view(np.bool_)
    centers = np.zeros_like(touched)
    inside = slice(BORDER_PX + 1, -BORDER_PX - 1)
    centers[inside, inside] = touched[inside, inside]
    return np.asarray(np.flatnonzero(centers) - (trimap.shape[1] + 1), np.intp)


def _whitened_colors(
    colors: Image, corners: NDArray[np.intp], window: NDArray[np.intp], epsilon: float | Floats
) -> Floats:
    """Return ``(C^-1 (I - mu), 1) / 3`` of each pixel of each window, as (9, 4, K).

    With ``3 C`` in place of C, which is the factor of the sum of squares rather than of their mean,
    the first three come out divided by 3.
    """
    whitened = np.empty((_SIDE * _SIDE, 4, len(corners)))
    for place, offset in enumerate(window):
        whitened[place, :3] = colors.take(corners + offset, axis=0).T
    values = whitened[:, :3]
    values -= values.mean(axis=0)
    red, green, blue = values[:, 0], values[:, 1], values[:, 2]

    def products(a: Floats, b: Floats) -> Floats:
        return np.asarray(np.einsum("ik,ik->k", a, b))

    # Cholesky factor of each 3 x 3 matrix, then forward substitution, in place.
    c00 = np.sqrt(products(red, red) + epsilon)
    c10 = products(green, red) / c00
    c20 = products(blue, red) / c00
    c11 = np.sqrt(products(green, green) + epsilon - c10 * c10)
    c21 = (products(blue, green) - c20 * c10) / c11
    c22 = np.sqrt(products(blue, blue) + epsilon - c20 * c20 - c21 * c21)
    red /= c00
    green -= c10 * red
    green /= c11
    blue -= c20 * red
    blue -= c21 * green
    blue /= c22
    whitened[:, 3] = 1 / _SIDE
    return whitened


def _weights(whitened: Floats) -> Floats:
    """Return how much each window counts, (K,)."""
    directions = np.einsum("ick,ick->k", whitened[:, :3], whitened[:, :3])
    return np.asarray(((_SIDE * _SIDE - 4) / (_SIDE * _SIDE - 1 - directions)) ** 2)
