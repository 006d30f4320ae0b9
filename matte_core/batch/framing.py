"""How a cut-out is cropped: to what is seen of the subject, a square, or a canvas."""

import re
from dataclasses import dataclass

from matte_core.base.errors import InputError
from matte_core.base.messages import Message

#: A lower alpha is not seen.
SEEN = 0.02
LARGEST_PX = 100_000


@dataclass(frozen=True)
class Frame:
    """The part of a picture that a result shows; it may reach beyond the picture."""

    # In pixels of the scaled picture.
    left: int
    top: int
    width: int
    height: int
    scale: float = 1.0  # how the picture is scaled before it is cropped; at most 1


@dataclass(frozen=True)
class Framing:
    """How to crop.

    Attributes
    ----------
    margin : float
        Around the subject, in pixels or as a share.
    is_share : bool
        Whether the margin is a share of the longer side: that of the subject, or of the canvas.
    is_square : bool
        Whether the shorter side gets more margin, so that the result is square.
    canvas : (width, height), optional
        The size of the result in pixels. The subject is centered on it, and scaled down if it does
        not fit; it is never scaled up.
    """

    margin: float = 0.0
    is_share: bool = False
    is_square: bool = False
    canvas: tuple[int, int] | None = None

    def around(self, box: tuple[int, int, int, int]) -> Frame:
        """Return the frame for a subject.

        Parameters
        ----------
        box : tuple of int
            Left, top, right, and bottom of what is seen; the last two are the first ones outside.

        Raises
        ------
        InputError
            If the margin leaves no room on the canvas.

        Examples
        --------
        >>> Framing(margin=0.1, is_share=True).around((20, 30, 120, 80))
        Frame(left=10, top=20, width=120, height=70, scale=1.0)
        >>> Framing(is_square=True).around((20, 30, 120, 80))
        Frame(left=20, top=5, width=100, height=100, scale=1.0)
        >>> Framing(canvas=(200, 100)).around((0, 0, 400, 100))
        Frame(left=0, top=-25, width=200, height=100, scale=0.5)
        """
        left, top, right, bottom = box
        width, height = right - left, bottom - top
        if self.canvas is not None:
            return self._on_canvas(left, top, width, height, self.canvas)
        margin = self._margin_px(max(width, height))
        across, down = width + 2 * margin, height + 2 * margin
        if self.is_square:
            across = down = max(across, down)
        return Frame(left - (across - width) // 2, top - (down - height) // 2, across, down)

    def _on_canvas(
        self, left: int, top: int, width: int, height: int, canvas: tuple[int, int]
    ) -> Frame:
        across, down = canvas
        margin = self._margin_px(max(canvas))
        room = across - 2 * margin, down - 2 * margin
        if min(room) < 1:
            raise InputError(
                Message(
                    "A margin of {margin} pixels leaves no room on a canvas of {width} x {height} "
                    "pixels.",
                    margin=margin,
                    width=across,
                    height=down,
                ),
                Message("Choose a smaller margin or a larger canvas."),
            )
        scale = min(1.0, room[0] / width, room[1] / height)
        return Frame(
            round((left + width / 2) * scale - across / 2),
            round((top + height / 2) * scale - down / 2),
            across,
            down,
            scale,
        )

    def _margin_px(self, side: int) -> int:
        return round(self.margin * side if self.is_share else self.margin)


def read_size(text: str) -> tuple[int, int]:
    """Read the size of a canvas, such as "2000 x 1500"; return width and height in pixels.

    Raises
    ------
    InputError
        If it is not a size, or too large.
    """
    found = re.fullmatch(r"(\d{1,6})\s*[xX×]\s*(\d{1,6})", text.strip())
    size = (int(found[1]), int(found[2])) if found else (0, 0)
    if min(size) < 1 or max(size) > LARGEST_PX:
        raise InputError(
            Message("“{text}” is not the size of a canvas.", text=text),
            Message(
                "Give width and height in pixels, such as 2000 x 2000, of at most {most}.",
                most=LARGEST_PX,
            ),
        )
    return size
