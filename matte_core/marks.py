"""What a person has marked in an image: what belongs to the subject, what does not, and hair."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from matte_core.base.errors import InputError
from matte_core.base.messages import Message
from matte_core.images import BACKGROUND, FOREGROUND, UNKNOWN, Alpha, Mask, Trimap, check_mask


@dataclass(frozen=True)
class Marks:
    """Marked pixels of one image."""

    # (H, W) bool: what belongs to the subject, and what does not; nothing is in both.
    keep: Mask
    remove: Mask
    unknown: Mask  # (H, W) bool: where soft edges are to be looked for

    @classmethod
    def of(
        cls, shape: tuple[int, int], keep: Any = None, remove: Any = None, unknown: Any = None
    ) -> "Marks | None":
        """Check what was marked in an image of that shape; return None if nothing was given.

        Raises
        ------
        InputError
            If an array is not (H, W) bool, or a pixel is both to keep and to remove.
        """
        given = {"keep": keep, "remove": remove, "unknown": unknown}
        planes = {
            name: np.zeros(shape, np.bool_) if plane is None else check_mask(plane, shape, name)
            for name, plane in given.items()
        }
        if keep is None and remove is None and unknown is None:
            return None
        both = int(np.count_nonzero(planes["keep"] & planes["remove"]))
        if both:
            raise InputError(
                Message("{count} pixels are marked both to keep and to remove.", count=both),
                Message("Mark each pixel as one or the other."),
            )
        return cls(**planes)

    @property
    def moves_mask(self) -> bool:
        """Whether anything is marked to keep or to remove."""
        return bool(self.keep.any() or self.remove.any())

    def onto(self, trimap: Trimap) -> Trimap:
        """Return a trimap with what was marked in it, whatever was there before."""
        marked = trimap.copy()
        marked[self.unknown] = UNKNOWN
        marked[self.remove] = BACKGROUND
        marked[self.keep] = FOREGROUND
        return marked

    def onto_alpha(self, alpha: Alpha) -> Alpha:
        """Return an alpha with what was marked to keep and to remove in it."""
        marked = alpha.copy()
        marked[self.remove], marked[self.keep] = 0, 1
        return marked
