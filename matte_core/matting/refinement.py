"""Refining an upsampled alpha at full size: a few steps down the local energy.

Where the upsampled alpha is neither foreground nor background, a fixed number of conjugate
gradient steps, starting from it, lowers the sum of two energies of the full-size image: the
closed-form one, and the distance to what the samples of the reduced image say of the full-size
colors. A few steps restore what the reduction lost, hairs and sharp edges, and keep what it got
right, the large scale: the steps are a filter, not a solution, and are not run to convergence.
"""

import cv2
import numpy as np

from matte_core.base.messages import Message
from matte_core.base.progress import ProgressCallback, part, silent
from matte_core.images import UNKNOWN, Alpha, Float32, Image, Trimap, as_float
from matte_core.matting import closed_form
from matte_core.matting.level import Level
from matte_core.matting.sampling import Samples, compare, trust_in
from matte_core.matting.solver import conjugate_gradients

STEPS = 6  # more would undo what the reduced image got right
WEIGHT = 3.0  # of the samples' energy for sides that differ by 1, relative to the closed-form one
LEAST_CURVATURE = 1e-4  # of a pixel's energy, because one without windows has none
DECIDED = 0.3  # an alpha this close to 0 or 1 is final if its neighbors are as well


def refine(
    image: Image,
    trimap: Trimap,
    alpha: Alpha,
    level: Level,
    samples: Samples,
    *,
    progress: ProgressCallback = silent,
) -> None:
    """Refine alpha, in place, where it is undecided.

    Parameters
    ----------
    image : (H, W, 3) uint8 or float in [0, 1], sRGB
    trimap : (H, W) uint8, {0, 128, 255}
    alpha : (H, W) float32, [0, 1]
        Known pixels are left alone.
    level : Level
        Made from this image and trimap.
    samples : Samples
        Of that level. Its veils are left alone as well.
    progress : callable
        Called several times a second; may raise `Cancelled`, which leaves alpha unchanged.
    """
    undecided = ((alpha > DECIDED) & (alpha < 1 - DECIDED)).astype(np.uint8)
    active = (cv2.dilate(undecided, np.ones((3, 3), np.uint8)) > 0) & (trimap == UNKNOWN)
    pixels = np.flatnonzero(active)
    nodes = level.node_of(*np.divmod(pixels, active.shape[1]))
    is_sampled = nodes >= 0  # trimming may have made the others known
    is_veil = np.zeros(len(nodes), np.bool_)
    is_veil[is_sampled] = samples.is_veil[nodes[is_sampled]]
    pixels, nodes, is_sampled = pixels[~is_veil], nodes[~is_veil], is_sampled[~is_veil]
    if not pixels.size:
        return
    rows, columns = np.divmod(pixels, active.shape[1])
    progress = part(progress, 0.0, 1.0, Message("Refining"))
    windows = closed_form.Windows(image, pixels, progress=part(progress, 0.0, 0.6))
    places = nodes[is_sampled] // samples.step
    share, weight = np.zeros((2, len(nodes)), np.float32)
    found, distance, length = compare(
        as_float(image[rows[is_sampled], columns[is_sampled]]),
        samples.foreground[places],
        samples.background[places],
    )
    share[is_sampled] = found
    weight[is_sampled] = WEIGHT * length**2 * trust_in(found, distance, length)
    plane = alpha.flatten()
    before = plane[pixels]
    right = weight * (share - before) - windows.gradient(plane)
    plane[:] = 0  # known and decided alphas do not change

    def multiply(change: Float32) -> Float32:
        plane[pixels] = change
        return windows.gradient(plane) + weight * change

    change, _ = conjugate_gradients(
        multiply,
        np.maximum(windows.diagonal() + weight, LEAST_CURVATURE),
        right,
        None,
        absolute_tolerance=0.0,
        max_iterations=STEPS,
        progress=part(progress, 0.6, 1.0),
    )
    alpha[rows, columns] = np.clip(before + change, 0, 1)
