"""Follow one subject through the frames of an animation."""

from collections.abc import Iterable

import numpy as np

from matte_core.boxes import Box
from matte_core.catalog.subject_words import class_word
from matte_core.images import Mask
from matte_core.segmentation import Segmentation
from matte_core.segmentation.outline import near
from matte_core.segmentation.result import OWN_ALPHA

#: How far a subject may move from one frame to the next, as a share of its longer side.
_MOVE = 0.1
_LEAST_PX = 8.0


class Follower:
    """Says what to look for in each frame, from what was found in those before.

    The first frame in which something is found decides what the subject is. After that, only what
    overlaps the last mask, widened by as far as the subject may have moved, counts; of one thing of
    a class, such as "person 2", the one that is nearest to where it was.

    Parameters
    ----------
    subject : str or iterable of str
        What to cut out, as for `matte_core.segment`.
    hint : (H, W) bool, optional
        A rough selection in the first frame.
    """

    def __init__(self, subject: str | Iterable[str] = "auto", hint: Mask | None = None) -> None:
        self._words = tuple(subject.split(",") if isinstance(subject, str) else subject)
        self._kinds = tuple(class_word(word) for word in self._words)
        self._is_single = len(self._words) == 1 and self._words != self._kinds
        self._first_hint = hint
        self._mask: Mask | None = None
        self._has_own_alpha = False
        self._missed = 0

    @property
    def subject(self) -> tuple[str, ...]:
        """What to look for in the next frame, as for `matte_core.segment`."""
        if self._mask is None:
            return self._words
        if not self._is_single:
            return self._kinds
        down, across = (float(places.mean()) for places in np.nonzero(self._mask))
        height, width = self._mask.shape
        return (f"{self._kinds[0]} at {across / width:.4f} {down / height:.4f}",)

    @property
    def hint(self) -> Mask | None:
        """(H, W) bool: where to look in the next frame; None is everywhere."""
        if self._mask is None:
            return self._first_hint
        if self._has_own_alpha or self._is_single:
            return None
        box = Box.around(self._mask)
        assert box is not None  # an empty mask is not kept
        move = max(_MOVE * max(box.height, box.width), _LEAST_PX)
        return near(self._mask, move * (1 + self._missed))

    def saw(self, found: Segmentation | None) -> None:
        """Take note of what was found in a frame; None is nothing."""
        if found is None or not found.mask.any():
            self._missed += 1
            return
        self._has_own_alpha = self._has_own_alpha or found.source == OWN_ALPHA
        self._mask, self._missed = found.mask, 0
