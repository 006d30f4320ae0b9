"""Let colors decide where the network is unsure.

What the network is sure of gives GrabCut its color models; only the rest is decided anew.
A subject that the network hardly knows (a rabbit, to one that knows cats) is mostly unsure,
and is completed from the little that it is sure of.

References
----------
Rother, Kolmogorov, Blake: "GrabCut": interactive foreground extraction using iterated graph
cuts, SIGGRAPH 2004, section 3.2 (incomplete labeling).
"""

import cv2
import numpy as np

from matte_core.images import Float32, Image, as_uint8, resized
from matte_core.segmentation.grabcut import LONG_SIDE_PX, cut

#: A subject whose mean probability is below this is one that the network hardly knows.
HARDLY_KNOWN = 0.8
_SURE = (0.03, 0.9)
_LEAST_SURE = 20  # pixels of each side, to build a color model from


def decide_by_color(image: Image, probability: Float32) -> Float32:
    """Decide a probability's unsure part by the colors of its sure parts.

    Parameters
    ----------
    image : (h, w, 3) uint8 or float in [0, 1], sRGB
    probability : (h, w) float32, [0, 1]

    Returns
    -------
    (h, w) float32, [0, 1]
        The probability itself where too little is sure for colors to be learned from.
    """
    height, width = probability.shape
    scale = min(1.0, LONG_SIDE_PX / max(height, width))
    size = (max(2, round(width * scale)), max(2, round(height * scale)))
    small = np.asarray(cv2.resize(probability, size, interpolation=cv2.INTER_AREA))
    labels = np.full(small.shape, cv2.GC_PR_BGD, np.uint8)
    labels[small > 0.5] = cv2.GC_PR_FGD
    labels[small <= _SURE[0]] = cv2.GC_BGD
    labels[small >= _SURE[1]] = cv2.GC_FGD
    sure = np.bincount(labels.ravel(), minlength=4)
    if sure[cv2.GC_BGD] < _LEAST_SURE or sure[cv2.GC_FGD] < _LEAST_SURE:
        return probability
    pixels = as_uint8(resized(image, size[1], size[0]))
    found = cut(np.ascontiguousarray(pixels), labels).astype(np.float32)
    return np.asarray(cv2.resize(found, (width, height), interpolation=cv2.INTER_LINEAR))
