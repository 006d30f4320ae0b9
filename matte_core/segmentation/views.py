"""A picture at three sizes, so that what looks at a large part need not read all of it."""

from dataclasses import dataclass

import cv2
import numpy as np

from matte_core.boxes import Box
from matte_core.images import Image, as_float, resized

#: Longer side of the reduced picture, on which sources are combined.
SIDE_PX = 512
#: Longer side of the picture that the outline follows; beyond, it is interpolated.
FINE_PX = 2048


@dataclass(frozen=True)
class Views:
    """A picture at three sizes; a small one is the same array three times."""

    full: Image  # (H, W, 3) uint8 or float in [0, 1], sRGB
    fine: Image  # (h, w, 3), of the same type: all of it, its longer side at most `FINE_PX`
    reduced: Image  # (h, w, 3), of the same type: all of it, its longer side at most `SIDE_PX`

    @classmethod
    def of(cls, image: Image) -> "Views":
        """Return the views of a picture."""
        image = image if image.dtype == np.uint8 else as_float(image)  # OpenCV knows no float16
        height, width = _size(image.shape, FINE_PX)
        if height < image.shape[0] < 2 * height:
            # Each pixel is made of four, which hold nearly all that there is to average.
            fine: Image = cv2.resize(image, (width, height), interpolation=cv2.INTER_LINEAR)  # type: ignore[assignment]
        else:
            fine = resized(image, height, width)
        return cls(image, fine, resized(fine, *_size(image.shape, SIDE_PX)))

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
            The box that the part shows, which may differ by less than a pixel of that view.
        """
        for view in (self.reduced, self.fine):
            scale = max(self.shape) / max(view.shape)
            if scale > 1 and max(box.height, box.width) >= side_px * scale:
                return _part(view, box, self.shape)
        return self.full[box.slices], box


def _size(shape: tuple[int, ...], side_px: int) -> tuple[int, int]:
    scale = min(1.0, side_px / max(shape[:2]))
    return max(1, round(shape[0] * scale)), max(1, round(shape[1] * scale))


def _part(view: Image, box: Box, shape: tuple[int, int]) -> tuple[Image, Box]:
    """Return what a view of a picture of a shape has of a box, and the box that this shows."""
    down, across = shape[0] / view.shape[0], shape[1] / view.shape[1]
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
    return view[small.slices], shown
