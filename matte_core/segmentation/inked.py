"""Line art as what was found: what differs from the ground, in a selection, with strokes."""

from dataclasses import replace

import cv2
import numpy as np

from matte_core.base.classes import SUBJECT_NAME
from matte_core.base.errors import NoSubjectError
from matte_core.base.messages import Message
from matte_core.images import Alpha, Image, Mask, as_uint8
from matte_core.segmentation.listing import listed_alone
from matte_core.segmentation.own_alpha import names_no_subject
from matte_core.segmentation.result import INKS, Segmentation

_INSIDE = 0.5  # of a connected part, how much must lie in a selection
_HALF = np.float32(0.5)
_BESIDE = np.ones((3, 3), np.uint8)
_EDGE = np.ones((5, 5), np.uint8)  # the reach of an antialiased edge


def of_inks(alpha: Alpha, selection: Mask | None = None) -> Segmentation | None:
    """Return unmixed line art as what was found in a picture.

    Parameters
    ----------
    alpha : (H, W) float32, [0, 1]
    selection : (H, W) bool, optional
        Only parts that lie mostly in it are meant.

    Returns
    -------
    Segmentation or None
        None if nothing lies in the selection.
    """
    if selection is not None:
        count, parts = cv2.connectedComponents((alpha > 0).view(np.uint8), connectivity=8)
        whole = np.bincount(parts.reshape(-1), minlength=count)
        keep = np.bincount(parts[selection], minlength=count) >= _INSIDE * np.maximum(whole, 1)
        keep[0] = False
        alpha = np.where(keep[parts], alpha, np.float32(0))
    if not alpha.any():
        return None
    mask = _mask(alpha)
    listing = listed_alone(mask)
    return Segmentation(
        mask,
        listing.classes,
        alpha,
        1.0,
        INKS,
        listing.chosen,
        listing.instances,
        instance_grid=listing.grid,
    )


def means_all(subject: str | tuple[str, ...]) -> bool:
    """Return whether a subject can be all of the art, which is listed as the main subject."""
    words = (subject,) if isinstance(subject, str) else subject
    return names_no_subject(subject) or words in ((SUBJECT_NAME,), (f"{SUBJECT_NAME} 1",))


def with_enclosed(found: Segmentation, seen: Mask) -> Segmentation:
    """Fill what the art encloses, such as eyes, where something else sees the subject there.

    Parameters
    ----------
    found : Segmentation
        Line art.
    seen : (H, W) bool
        The subject, as a model sees it.
    """
    is_open = found.probability < _HALF
    count, parts = cv2.connectedComponents(is_open.view(np.uint8), connectivity=4)
    size = np.bincount(parts.reshape(-1), minlength=count)
    is_filled = np.bincount(parts[seen], minlength=count) > _INSIDE * size
    is_filled[0] = False
    is_filled[np.unique(parts[_frame(parts.shape)])] = False
    if not is_filled.any():
        return found
    alpha = found.probability.copy()
    alpha[_with_edge(is_filled[parts], is_open)] = 1
    return replace(found, mask=_mask(alpha), probability=alpha)


def with_strokes(found: Segmentation, inks: Image, keep: Mask, remove: Mask) -> Segmentation:
    """Return line art as strokes change it.

    Its regions are flat, so a stroke means all of those that it touches: to keep, regions of the
    ground that the art encloses (an eye, a sheet of paper); to remove, regions of one ink.

    Parameters
    ----------
    found : Segmentation
        Line art.
    inks : (H, W, 3) uint8 or float in [0, 1]
        The ink of each of its pixels.
    keep, remove : (H, W) bool

    Raises
    ------
    NoSubjectError
        If nothing is left.
    """
    alpha = found.probability.copy()
    is_open = alpha < _HALF
    filled = _touched(is_open, keep)
    border = _touched(is_open, _frame(alpha.shape))
    filled &= ~border
    alpha[_with_edge(filled, is_open)] = 1
    removed = np.zeros_like(is_open)
    colors = as_uint8(inks)
    for color in np.unique(colors[remove & ~is_open], axis=0):
        removed |= _touched(~is_open & (colors == color).all(axis=-1), remove)
    alpha[_with_edge(removed, ~is_open)] = 0
    alpha[keep], alpha[remove] = 1, 0
    if not alpha.any():
        raise NoSubjectError(
            Message("The strokes leave nothing of the subject."),
            Message("Mark something to keep, or take strokes away."),
        )
    return replace(found, mask=_mask(alpha), probability=alpha)


def clean_inks(image: Image, exact: Alpha, inks: Image, alpha: Alpha) -> Image:
    """Return the colors of line art, without its ground.

    Parameters
    ----------
    image : (H, W, 3) uint8 or float in [0, 1]
    exact : (H, W) float32, [0, 1]
    inks : (H, W, 3), the type of `image`
        What the image was unmixed into.
    alpha : (H, W) float32, [0, 1]
        The same after strokes; what they keep has its own color.

    Returns
    -------
    (H, W, 3), the type of `image`
        A few pixels beyond the art its inks go on, since shifting or scaling the edge can uncover
        those; beyond that, the image.
    """
    from matte_core.matting.foreground import BORDER_PX
    from matte_core.matting.hidden import clear_hidden

    colors = np.where((alpha > exact)[..., None], image, inks)
    clean, hidden = clear_hidden(colors, alpha, BORDER_PX)
    near = np.ones((2 * BORDER_PX + 1, 2 * BORDER_PX + 1), np.uint8)
    is_far = cv2.dilate((~hidden).view(np.uint8), near) == 0
    clean[is_far] = image[is_far]
    return clean


def _touched(region: Mask, marks: Mask) -> Mask:
    """Return the connected parts of a region that are marked somewhere."""
    _, parts = cv2.connectedComponents(region.view(np.uint8), connectivity=4)
    return np.isin(parts, np.unique(parts[marks & region])) & region


def _with_edge(part: Mask, region: Mask) -> Mask:
    """Return a part of a region with its soft edge, but nothing of the region's other parts."""
    if not part.any():
        return part
    others = cv2.dilate((region & ~part).view(np.uint8), _BESIDE) > 0
    return np.asarray(part | ((cv2.dilate(part.view(np.uint8), _EDGE) > 0) & ~others))


def _frame(shape: tuple[int, ...]) -> Mask:
    frame = np.ones(shape, np.bool_)
    frame[1:-1, 1:-1] = False
    return frame


def _mask(alpha: Alpha) -> Mask:
    mask: Mask = alpha >= _HALF
    # A hairline is nowhere half opaque, but it is the subject.
    return mask if mask.any() else alpha > 0
