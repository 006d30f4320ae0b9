"""GIF files: one picture or an animation, each frame with the best colors of its own.

A pixel of a GIF is transparent or it is not, so an alpha is cut at one half.

References
----------
Graphics Interchange Format, version 89a; Netscape's application extension for loops.
"""

import struct
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import GifImagePlugin
from PIL import Image as Pillow

_COLORS = 255
_TRANSPARENT = 255
_CLEAR = 2  # a frame leaves nothing behind
_MOST_SHORT = 0xFFFF


def encode(frames: Iterable[tuple[NDArray[np.uint8], float]], plays: int) -> bytes:
    """Encode one or more pictures.

    Parameters
    ----------
    frames : iterable of ((H, W), (H, W, 2), (H, W, 3) or (H, W, 4) uint8, float)
        And how many milliseconds each is shown.
    plays : int
        How often all are shown; 0 is forever.

    Raises
    ------
    ValueError
        If they are too large for the format.
    """
    parts: list[bytes] = []
    for pixels, milliseconds in frames:
        if not parts:
            height, width = pixels.shape[:2]
            if max(height, width) > _MOST_SHORT:
                raise ValueError("too large")
            parts = [b"GIF89a" + struct.pack("<HHBBB", width, height, 0, 0, 0), _loop(plays)]
        hundredths = min(round(milliseconds / 10), _MOST_SHORT)
        parts += GifImagePlugin.getdata(
            _reduced(pixels),
            duration=10 * hundredths,
            disposal=_CLEAR,
            transparency=_TRANSPARENT,
            include_color_table=True,
        )
    return b"".join([*parts, b";"])


def _loop(plays: int) -> bytes:
    """Return the block that says how often the frames are shown again; none for once."""
    if plays == 1:
        return b""
    again = 0 if plays == 0 else min(plays - 1, _MOST_SHORT)
    return b"!\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<H", again) + b"\0"


def _reduced(pixels: NDArray[np.uint8]) -> Pillow.Image:
    """Return a picture with a palette, in which the last color is transparent."""
    colors, is_shown = _parts(pixels)
    shown = colors[is_shown]
    packed = shown.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    found, numbers = np.unique(packed, return_inverse=True)
    palette: NDArray[Any]
    if len(found) <= _COLORS:
        palette = np.stack([found >> 16, found >> 8 & 255, found & 255], axis=1)
    else:
        # Without dithering, which would flicker from frame to frame.
        strip = Pillow.fromarray(np.ascontiguousarray(shown[None]))
        few = strip.quantize(_COLORS, Pillow.Quantize.MEDIANCUT, dither=Pillow.Dither.NONE)
        numbers = np.asarray(few)[0]
        palette = np.array(few.getpalette(), np.uint8).reshape(-1, 3)
    indexed = np.full(is_shown.shape, _TRANSPARENT, np.uint8)
    indexed[is_shown] = numbers
    picture = Pillow.fromarray(indexed)
    full = np.zeros((256, 3), np.uint8)
    full[: len(palette)] = palette
    picture.putpalette(full.tobytes())
    return picture


def _parts(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    stacked = pixels[..., None] if pixels.ndim == 2 else pixels
    has_alpha = stacked.shape[2] in (2, 4)
    colors = stacked[..., :-1] if has_alpha else stacked
    if colors.shape[2] == 1:
        colors = np.repeat(colors, 3, axis=2)
    shown = stacked[..., -1] > 127 if has_alpha else np.ones(stacked.shape[:2], np.bool_)
    return colors, shown
