"""Pixels of a drawable in and out, in the encodings that keep them exact.

Layer masks and the selection are linear in GIMP. They are read and written as ``Y``; written as
``Y'`` an alpha of one half would become one fifth. A channel has the image's own encoding, and its
stored values become the selection's as they are: see `stored_gray`.
"""

import hashlib
from dataclasses import dataclass

import gi

gi.require_version("Babl", "0.1")
gi.require_version("Gegl", "0.4")
gi.require_version("Gimp", "3.0")
from gi.repository import Babl, Gegl, Gimp

from matte_core.protocol import Array

_EIGHT_BIT = (
    Gimp.Precision.U8_LINEAR,
    Gimp.Precision.U8_NON_LINEAR,
    Gimp.Precision.U8_PERCEPTUAL,
)
_BAND_PIXELS = 1 << 20


@dataclass(frozen=True)
class Colours:
    """A subject's own colours, and where they differ from the photo's.

    Attributes
    ----------
    foreground : Array, (H, W, 3)
    changed : Array, (H, W) uint8
        255 where they differ, else 0.
    """

    foreground: Array
    changed: Array

    @classmethod
    def of(cls, arrays):
        """Return the colours in a worker's answer; None where it has none."""
        if "foreground" not in arrays:
            return None
        return cls(arrays["foreground"], arrays["changed"])


def is_eight_bit(image):
    """Say whether the pixels of an image have 8 bits a channel."""
    return image.get_precision() in _EIGHT_BIT


def read(drawable, left, top, width, height, format_name):
    """Read a rectangle; what lies beyond the drawable is 0."""
    rectangle = Gegl.Rectangle.new(left, top, width, height)
    return drawable.get_buffer().get(rectangle, 1.0, format_name, Gegl.AbyssPolicy.NONE)


def read_reduced(drawable, left, top, width, height, scale, format_name):
    """Read a rectangle at a scale of at most 1.

    Returns
    -------
    data : bytes
    width, height : int
        Of the reduced rectangle.
    """
    small = max(1, round(width * scale)), max(1, round(height * scale))
    rectangle = Gegl.Rectangle.new(round(left * scale), round(top * scale), *small)
    found = drawable.get_buffer().get(rectangle, scale, format_name, Gegl.AbyssPolicy.NONE)
    return found, *small


def write(drawable, left, top, array, format_name):
    """Write an array; what lies beyond the drawable is left out."""
    array, left, top = _cropped(array, left, top, drawable.get_width(), drawable.get_height())
    height, width = array.shape[:2]
    if width == 0 or height == 0:
        return
    buffer = drawable.get_buffer()
    buffer.set(Gegl.Rectangle.new(left, top, width, height), format_name, bytes(array.data))
    buffer.flush()
    drawable.update(0, 0, drawable.get_width(), drawable.get_height())


def _cropped(array, left, top, width, height):
    """Cut off what would lie beyond a drawable: a tile out there ends the plug-in at once."""
    rows, columns = array.shape[:2]
    first_row, last_row = max(-top, 0), min(rows, height - top)
    first, last = max(-left, 0), min(columns, width - left)
    if (first_row, last_row, first, last) == (0, rows, 0, columns):
        return array, left, top
    last_row, last = max(last_row, first_row), max(last, first)
    data = memoryview(array.data).cast("B")
    size = data.nbytes // max(rows * columns, 1)
    kept = b"".join(
        data[(row * columns + first) * size : (row * columns + last) * size]
        for row in range(first_row, last_row)
    )
    shape = (last_row - first_row, last - first, *array.shape[2:])
    return Array(array.dtype, shape, kept), max(left, 0), max(top, 0)


def clear(drawable):
    """Set every pixel of a drawable to 0."""
    rectangle = Gegl.Rectangle.new(0, 0, drawable.get_width(), drawable.get_height())
    drawable.get_buffer().clear(rectangle)


def fill(drawable, colour):
    """Set every pixel of a drawable to a colour."""
    buffer = drawable.get_buffer()
    rectangle = Gegl.Rectangle.new(0, 0, drawable.get_width(), drawable.get_height())
    buffer.set_color(rectangle, colour)
    buffer.flush()
    drawable.update(0, 0, drawable.get_width(), drawable.get_height())


def write_colours(layer, colours):
    """Set a layer's colours and leave its own transparency.

    Only the pixels that differ are touched: all others keep their stored bits, whatever the
    image's precision and colour profile are.
    """
    height, width, _ = colours.foreground.shape
    format_name = Babl.get_name(layer.get_format())
    before = [read(layer, 0, top, width, rows, None) for top, rows in _bands(height, width)]
    _write_all_colours(layer, colours.foreground)
    changed = memoryview(colours.changed.data).cast("B")
    for stored, (top, rows) in zip(before, _bands(height, width), strict=True):
        new = read(layer, 0, top, width, rows, None)
        mask = _widened(changed[top * width : (top + rows) * width], len(new) // (rows * width))
        # Whole numbers as wide as the band: picking bytes by a mask at the speed of memory.
        picked = (new_bits := int.from_bytes(new)) ^ (
            (new_bits ^ int.from_bytes(stored)) & ~int.from_bytes(mask)
        )
        rectangle = Gegl.Rectangle.new(0, top, width, rows)
        layer.get_buffer().set(rectangle, format_name, picked.to_bytes(len(new)))
    layer.get_buffer().flush()
    layer.update(0, 0, width, height)


def _bands(height, width):
    """Return the first row and the number of rows of bands of about a million pixels."""
    step = max(_BAND_PIXELS // width, 1)
    return [(top, min(step, height - top)) for top in range(0, height, step)]


def _widened(plane, size):
    """Repeat each byte of a plane `size` times."""
    wide = bytearray(len(plane) * size)
    for number in range(size):
        wide[number::size] = plane
    return wide


def _write_all_colours(layer, foreground):
    """Set the colours of every pixel; gray layers take the first band, a gray photo's are equal."""
    height, width, _ = foreground.shape
    kind, item = ("u8", "B") if foreground.dtype == "uint8" else ("float", "I")
    colours = memoryview(foreground.data).cast("B").cast(item)
    name, bands = ("Y'", 1) if layer.is_gray() else ("R'G'B'", 3)
    if not layer.has_alpha():
        if bands == 1:
            foreground = Array(foreground.dtype, (height, width), colours[::3].tobytes())
        write(layer, 0, 0, foreground, f"{name} {kind}")
        return
    pixels = bytearray(read(layer, 0, 0, width, height, f"{name}A {kind}"))
    target = memoryview(pixels).cast(item)
    for band in range(bands):
        target[band :: bands + 1] = colours[band::3]
    shape = (height, width, bands + 1)
    write(layer, 0, 0, Array(foreground.dtype, shape, pixels), f"{name}A {kind}")


def stored_gray(channel):
    """Name the gray component in which a channel takes values as it stores them, uncurved."""
    is_perceptual = Babl.format_get_encoding(channel.get_format()).startswith("Y'")
    return "Y'" if is_perceptual else "Y"


def digest(*drawables):
    """Return a short text that changes when a pixel of the drawables does."""
    state = hashlib.blake2b(digest_size=16)
    for drawable in drawables:
        width, height = drawable.get_width(), drawable.get_height()
        state.update(f"{width} x {height}".encode())
        state.update(read(drawable, 0, 0, width, height, None))
    return state.hexdigest()
