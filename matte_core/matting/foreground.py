"""Foreground colors: the subject's own colors where the old background shows through.

Along hair and soft edges a pixel is a mixture, ``I = alpha F + (1 - alpha) B``. Placed on a new
background as it is, it brings a fringe of the old one along. F and B are estimated together, coarse
to fine, on a pyramid of images of half the size of the one before; each level starts from the
colors of the coarser one (`foreground_solver` has the equation), and the last step to full size is
a local one. Only the unknown region and a narrow border around it take part; the known pixels
beyond are fixed.

References
----------
T. Germer, T. Uelwer, S. Conrad, S. Harmeling: Fast Multi-Level Foreground Estimation. ICPR 2020.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.base.errors import InputError
from matte_core.base.messages import Message
from matte_core.base.progress import ProgressCallback, part
from matte_core.boxes import Box
from matte_core.images import Alpha, Image, Mask, as_float, check_alpha, check_image
from matte_core.matting.foreground_solver import Colors, PyramidLevel, solve_level, with_neighbors

STEP = Message("Foreground colors")

BORDER_PX = 8  # around soft pixels; a Lanczos kernel at half size reaches 6 px
COARSEST_PX = 16  # longer side of the smallest image of the pyramid
_BLOCK_PIXELS = 1 << 15  # at once, so that float copies stay in the cache


def estimate_foreground(
    image: Image, alpha: Alpha, *, progress: ProgressCallback | None = None
) -> Image:
    """Estimate the subject's own colors, without the background that shows through.

    Parameters
    ----------
    image : (H, W, 3) uint8, or float in [0, 1], sRGB
    alpha : (H, W) float, [0, 1]
    progress : callable, optional
        Called with the fraction done and the step; may raise `Cancelled`.

    Returns
    -------
    foreground : (H, W, 3), the type of `image`
        Where alpha is 1, identical to the image. Where alpha is strictly between 0 and 1, the
        estimated colors. Where alpha is 0 and a soft pixel is within `BORDER_PX` rows and columns,
        the subject's colors continued outward, because scaling, feathering or painting on the mask
        can uncover those pixels. Everywhere else, the image.

    Raises
    ------
    InputError
        If an array is not as described, or the sizes differ.

    Notes
    -----
    Time and memory grow with the number of soft pixels, which are solved in strips of about a
    million. The strips overlap by as far as a color can travel in the sweeps, so the result does
    not depend on where they are cut.

    Examples
    --------
    A red subject on blue, with a purple edge that becomes red:

    >>> image = np.zeros((3, 5, 3), np.uint8)
    >>> image[:, :2], image[:, 2], image[:, 3:] = (255, 0, 0), (128, 0, 127), (0, 0, 255)
    >>> alpha = np.tile(np.float32([1, 1, 0.5, 0, 0]), (3, 1))
    >>> red, _, blue = estimate_foreground(image, alpha)[1, 2].tolist()
    >>> red > 240, blue < 15
    (True, True)
    """
    check_image(image)
    alpha = check_alpha(alpha, (image.shape[0], image.shape[1]))
    if image.dtype == np.float16:  # which OpenCV cannot resize; no value is lost
        return estimate_foreground(as_float(image), alpha, progress=progress).astype(np.float16)
    report = part(progress, 0.0, 1.0, STEP)
    report(0.0, STEP)
    foreground = image.copy()
    is_soft = (alpha > 0) & (alpha < 1)
    box = Box.around(is_soft)
    if box is not None:
        near = box.grown(BORDER_PX + 2, alpha.shape).slices
        _fill(foreground[near], image[near], alpha[near], is_soft[near], report)
    report(1.0, STEP)
    return foreground


def decontaminate(image: Image, foreground: Image, amount: float) -> Image:
    """Mix estimated foreground colors into the image.

    Parameters
    ----------
    image, foreground : (H, W, 3), both uint8, or both float in [0, 1], sRGB
    amount : float, [0, 1]
        0 returns the image, 1 the foreground.

    Returns
    -------
    mixed : (H, W, 3), the type of `image`
        A new array, identical to both where they agree.

    Raises
    ------
    InputError
        If the arrays are not as described, differ in size or type, or the amount is out of range.
    """
    check_image(image)
    check_image(foreground, "foreground")
    if image.shape != foreground.shape or image.dtype != foreground.dtype:
        raise InputError(
            f"The image is {image.shape} {image.dtype}, "
            f"the foreground {foreground.shape} {foreground.dtype}.",
            "Pass the foreground that was estimated for this image.",
        )
    if not 0 <= amount <= 1:
        raise InputError(f"The amount is {amount:g}.", "It must be in [0, 1].")
    if amount in (0, 1):
        return (foreground if amount else image).copy()
    mixed = image.copy()
    # A narrow band, much smaller than the image.
    differs = np.flatnonzero((foreground != image).any(axis=2))
    ours, theirs = (
        as_float(picture.reshape(-1, 3).take(differs, axis=0)).T for picture in (image, foreground)
    )
    _store(mixed, differs, ours + np.float32(amount) * (theirs - ours))
    return mixed


def _store(image: Image, place: NDArray[np.intp], colors: NDArray[np.floating[Any]]) -> None:
    """Write colors, (3, n) float in [0, 1], at flat indices, rounded if `image` is uint8."""
    if image.dtype == np.uint8:
        colors = np.rint(colors * np.float32(255))
    flat = image.reshape(-1, 3)
    flat[place] = colors.astype(image.dtype).T
    if not np.shares_memory(flat, image):  # the rows of a box are not contiguous
        image[...] = flat.reshape(image.shape)


def _fill(
    foreground: Image,
    image: Image,
    alpha: Alpha,
    is_soft: Mask,
    report: ProgressCallback,
) -> None:
    """Write the estimated colors of the soft pixels and the border into `foreground`."""
    square = np.ones((2 * BORDER_PX + 1, 2 * BORDER_PX + 1), np.uint8)
    near = cv2.dilate(is_soft.view(np.uint8), square).view(np.bool_)
    levels = _pyramid(PyramidLevel(image, alpha, near & (alpha < 1)))
    counts = [int(np.count_nonzero(level.is_wanted)) for level in levels]
    done, whole = 0, sum(counts)
    colors = _mean_colors(levels[-1])
    for level, count in zip(levels[:0:-1], counts[:0:-1], strict=True):
        colors = solve_level(level, colors)
        done += count
        report(done / whole, STEP)
    block = max(_BLOCK_PIXELS // alpha.shape[1] & ~1, 2)
    for start in range(0, len(alpha), block):
        rows = slice(start, start + block)
        done += _finish_rows(foreground, levels[0], colors, rows)
        report(done / whole, STEP)


def _finish_rows(foreground: Image, level: PyramidLevel, coarse: Colors, rows: slice) -> int:
    """Move the colors from half size so that they mix to the image; return how many.

    Of all pairs F, B with ``alpha F + (1 - alpha) B = I``, the result is the one closest to the
    coarse colors. Solving the whole system at full size as well triples the time and gains little.
    """
    alpha = level.alpha[rows]
    place = np.flatnonzero(level.is_wanted[rows])
    parents = coarse.nodes[rows.start // 2 : (rows.stop + 1) // 2]
    parents = parents.repeat(2, axis=0)[: alpha.shape[0]].repeat(2, axis=1)[:, : alpha.shape[1]]
    start = coarse.values.take(parents.take(place), axis=0).T.copy()
    pixels = as_float(level.image[rows].reshape(-1, 3).take(place, axis=0)).T
    a = alpha.take(place)
    residual = a * start[:3] + (1 - a) * start[3:] - pixels
    colors = start[:3] - a / (a * a + (1 - a) ** 2) * residual
    _store(foreground[rows], place, np.clip(colors, 0, 1))
    return len(a)


def _pyramid(finest: PyramidLevel) -> list[PyramidLevel]:
    """Halve the image until it is tiny; a coarse pixel is the mean of its 2 x 2 finer ones."""
    levels = [finest, _halve_level(finest, finest.is_wanted)]
    while max(levels[-1].alpha.shape) > COARSEST_PX:
        levels.append(_halve_level(levels[-1], with_neighbors(levels[-1].is_wanted)))
    return levels


def _halve_level(level: PyramidLevel, touched: Mask) -> PyramidLevel:
    return PyramidLevel(_halve(level.image), _halve(level.alpha), _any_of_four(touched))


def _halve(values: NDArray[Any]) -> NDArray[Any]:
    """Average 2 x 2 pixels; pixel (y, x) always goes into coarse pixel (y // 2, x // 2)."""
    height, width = values.shape[:2]
    if height % 2 or width % 2:
        values = cv2.copyMakeBorder(values, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
        height, width = values.shape[:2]
    return cv2.resize(values, (width // 2, height // 2), interpolation=cv2.INTER_AREA)


def _any_of_four(mask: Mask) -> Mask:
    """Halve a mask; a coarse pixel is true if any of its 2 x 2 finer ones is."""
    even = np.pad(mask, [(0, length % 2) for length in mask.shape])
    pairs = even[0::2] | even[1::2]
    either: Mask = pairs[:, 0::2] | pairs[:, 1::2]
    return either


def _mean_colors(level: PyramidLevel) -> Colors:
    """Start from one foreground and one background color: the means weighted by alpha."""
    pixels = as_float(level.image).reshape(-1, 3)
    alpha = level.alpha.reshape(-1, 1)
    means = [
        (weights * pixels).sum(axis=0) / max(float(weights.sum()), 1e-6)
        for weights in (alpha, 1 - alpha)
    ]
    return Colors(np.zeros(level.alpha.shape, np.int32), np.concatenate(means)[None])
