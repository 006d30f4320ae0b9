"""A picture in full and reduced, so that what looks at a large part need not read all of it."""

from dataclasses import dataclass

import numpy as np

from matte_core.boxes import Box
from matte_core.images import Image, as_float, resized

#: Longer side of the reduced picture, on which sources are combined and the outline is drawn.
SIDE_PX = 1024


@dataclass(frozen=True)
class Views:
    """A picture at two sizes."""

    full: Image  # (H, W, 3) uint8 or float in [0, 1], sRGB
    reduced: Image  # (h, w, 3), of the same type: all of it, its longer side at most `SIDE_PX`

    @classmethod
    def of(cls, image: Image) -> "Views":
        """Return the views of a picture."""
        image = image if image.dtype == np.uint8 else as_float(image)  # OpenCV knows no float16
        scale = min(1.0, SIDE_PX / max(image.shape[:2]))
        size = (max(1, round(image.shape[0] * scale)), max(1, round(image.shape[1] * scale)))
        return cls(image, resized(image, *size))

    @property
    def shape(self) -> tuple[int, int]:
        """The full picture's rows and columns."""
        return self.full.shape[0], self.full.shape[1]

    @property
    def reduced_shape(self) -> tuple[int, int]:
        """The reduced picture's rows and columns."""
        return self.reduced.shape[0], self.reduced.shape[1]

    def part(self, box: Box, side_px: int) -> tuple[Image, Box]:
        """Return what is in a box, from the smallest view that has enough pixels of it.

        Parameters
        ----------
        box : Box
            In pixels of the full picture.
        side_px : int
            How many pixels are wanted along the longer side.

        Returns
        -------
        part : (h, w, 3)
        box : Box
            The box that the part shows, which may differ by less than a reduced pixel.
        """
        scale = max(self.shape) / max(self.reduced_shape)
        if scale == 1 or max(box.height, box.width) < side_px * scale:
            return self.full[box.slices], box
        rows, columns = self.reduced_shape
        down, across = self.shape[0] / rows, self.shape[1] / columns
        small = Box(
            round(box.top / down),
            round(box.left / across),
            max(round(box.bottom / down), round(box.top / down) + 1),
            max(round(box.right / across), round(box.left / across) + 1),
        )
        shown = Box(
            round(small.top * down),
            round(small.left * across),
            round(small.bottom * down),
            round(small.right * across),
        )
        return self.reduced[small.slices], shown
