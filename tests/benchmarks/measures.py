"""Four errors of an alpha against the true alpha, as defined by Rhemann et al.

Each is computed over the unknown region only, on alphas in [0, 1].

References
----------
C. Rhemann, C. Rother, J. Wang, M. Gelautz, P. Kohli, P. Rott: A Perceptually Motivated Online
Benchmark for Image Matting, CVPR 2009 (section 4 for the gradient and connectivity errors).
"""

import itertools
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float64]
Region = NDArray[np.bool_]

GRADIENT_SIGMA = 1.4
CONNECTIVITY_STEP = 0.1
CONNECTIVITY_THETA = 0.15


@dataclass(frozen=True)
class Errors:
    """The errors of one alpha."""

    sad: float  # sum of absolute differences, in thousands
    mse: float  # mean of squared differences
    gradient: float  # sum of squared differences of gradient magnitudes
    connectivity: float  # sum of differences of connectedness, in thousands


def measure(alpha: NDArray[np.floating], truth: NDArray[np.floating], unknown: Region) -> Errors:
    """Measure an alpha against the true alpha; all arrays (H, W), alphas in [0, 1]."""
    ours, theirs = alpha.astype(np.float64), truth.astype(np.float64)
    difference = (ours - theirs)[unknown]
    return Errors(
        sad=float(np.abs(difference).sum()) / 1000,
        mse=float((difference**2).mean()),
        gradient=gradient_error(ours, theirs, unknown),
        connectivity=connectivity_error(ours, theirs, unknown) / 1000,
    )


def gradient_error(alpha: Plane, truth: Plane, unknown: Region) -> float:
    """Sum the squared differences of gradient magnitudes (first-order Gaussian derivatives)."""
    difference = _gradient_length(alpha) - _gradient_length(truth)
    return float((difference[unknown] ** 2).sum())


def _gradient_length(alpha: Plane) -> Plane:
    """Return |grad alpha| per pixel: a ramp that rises by 0.1 per pixel gives 0.1."""
    half = int(np.ceil(4 * GRADIENT_SIGMA))
    x = np.arange(-half, half + 1, dtype=np.float64)
    bell = np.exp(-(x**2) / (2 * GRADIENT_SIGMA**2))
    bell /= bell.sum()
    slope = x * bell
    slope /= (x * slope).sum()
    across = cv2.sepFilter2D(alpha, -1, slope, bell, borderType=cv2.BORDER_REPLICATE)
    down = cv2.sepFilter2D(alpha, -1, bell, slope, borderType=cv2.BORDER_REPLICATE)
    return np.hypot(across, down)


def connectivity_error(alpha: Plane, truth: Plane, unknown: Region) -> float:
    """Sum the differences in how well pixels are connected to the certain foreground.

    A pixel's distance is how far its alpha lies above the highest level at which it still
    belongs to the largest connected component that both alphas share.
    """
    levels = np.arange(0, 1 + CONNECTIVITY_STEP / 2, CONNECTIVITY_STEP)
    connected = np.full(alpha.shape, -1.0)
    for below, level in itertools.pairwise(levels):
        # A tiny slack, so that 0.3 reached as 3 x 0.1 counts as 0.3.
        shared = (alpha >= level - 1e-9) & (truth >= level - 1e-9)
        is_lost = (connected < 0) & ~_largest_part(shared)
        connected[is_lost] = below
    connected[connected < 0] = 1
    ours, theirs = (_connectedness(plane - connected) for plane in (alpha, truth))
    return float(np.abs(ours - theirs)[unknown].sum())


def _connectedness(distance: Plane) -> Plane:
    return 1 - distance * (distance >= CONNECTIVITY_THETA)


def _largest_part(mask: Region) -> Region:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=4)
    if count < 2:
        return np.zeros_like(mask)
    return labels == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
