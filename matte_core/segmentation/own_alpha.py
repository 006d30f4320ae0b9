"""A picture that is cut out already: its own transparency says what the subject is."""

import cv2
import numpy as np

from matte_core.base.subjects import AUTO, EVERYTHING
from matte_core.boxes import Box
from matte_core.images import BACKGROUND, FOREGROUND, UNKNOWN, Alpha, Mask, Trimap
from matte_core.segmentation.result import OWN_ALPHA, Segmentation

_SEEN = 0.02  # less of a pixel is not seen
_OPAQUE = 1 - 0.5 / 255
_CLEAR_BORDER = 0.5  # the least share of the picture's border that is transparent
_FILLED = 0.97  # of the tightest rectangle around it: a photo that was turned or letterboxed
_LOOK_PX = 512


def names_no_subject(subject: str | tuple[str, ...]) -> bool:
    """Return whether a subject is left to the picture to say."""
    return subject in (AUTO, EVERYTHING, (AUTO,), (EVERYTHING,))


def is_cut_out(opacity: Alpha) -> bool:
    """Return whether a picture's transparency has the shape of a subject.

    Parameters
    ----------
    opacity : (H, W) float32, [0, 1]

    Returns
    -------
    bool
        False where the border is opaque, or what is seen is a rectangle, however it is turned: a
        photo in a transparent frame, in which a subject has yet to be found.
    """
    seen = opacity > _SEEN
    border = np.concatenate((seen[0], seen[-1], seen[:, 0], seen[:, -1]))
    if 1 - border.mean() < _CLEAR_BORDER or not seen.any():
        return False
    return _share_of_rectangle(seen) < _FILLED


def has_shape(opacity: Alpha) -> bool:
    """Return whether a picture is transparent in some places and not in others."""
    return bool(opacity.max() > _SEEN > opacity.min())


def of_opacity(opacity: Alpha) -> Segmentation:
    """Return a picture's own transparency as what was found in it."""
    return Segmentation(opacity > 0.5, (), opacity, 1.0, OWN_ALPHA)


def trimap_of_opacity(opacity: Alpha) -> Trimap:
    """Return the trimap of a transparency, which is unknown where it is soft."""
    trimap: Trimap = np.full(opacity.shape, UNKNOWN, np.uint8)
    trimap[opacity <= 1 - _OPAQUE] = BACKGROUND
    trimap[opacity >= _OPAQUE] = FOREGROUND
    return trimap


def _share_of_rectangle(seen: Mask) -> float:
    """Return how much of the tightest rectangle around a mask, at any angle, is in it."""
    box = Box.around(seen)
    assert box is not None  # the caller has looked
    part = seen[box.slices]
    step = max(1, max(part.shape) // _LOOK_PX)
    part = part[::step, ::step]
    points = np.argwhere(part).astype(np.float32)
    (width, height) = cv2.minAreaRect(points)[1]
    return float(len(points) / ((width + 1) * (height + 1)))
