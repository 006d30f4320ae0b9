"""Reads and writes the pixels of a drawable, in encodings that keep them exact.

Layer masks and the selection are linear in GIMP, so they are read and written as ``Y``; written as
``Y'``, an alpha of one half would become one fifth. A channel has the encoding of its image, and
its stored values become those of the selection unchanged: see `channel_format`.

A format name alone means sRGB; `own_format` names the same format in a drawable's color space.
"""

import hashlib
from array import array
from dataclasses import dataclass

from gi.repository import Babl, Gegl, Gimp

from matte_core.link.protocol import Array

_EIGHT_BIT = (
    Gimp.Precision.U8_LINEAR,
    Gimp.Precision.U8_NON_LINEAR,
    Gimp.Precision.U8_PERCEPTUAL,
)
_EIGHT_BIT_SRGB = (Gimp.Precision.U8_NON_LINEAR, Gimp.Precision.U8_PERCEPTUAL)
_SIXTEEN_BIT = (Gimp.Precision.U16_NON_LINEAR, Gimp.Precision.U16_PERCEPTUAL)
# By name of the type of an array, or by bytes: the item of a memoryview, and babl's name.
_ITEMS = {"uint8": ("B", "u8"), "uint16": ("H", "u16"), "float32": ("I", "float")}
_ITEM_OF_SIZE = {1: "B", 2: "H", 4: "I", 8: "Q"}
_BAND_PIXELS = 1 << 20
# By number of bands: for integers in sRGB, and for everything else, in the drawable's own space.
# GIMP blends our layers in these values, see `copying.pixel_copy`.
_SRGB, _OWN = {1: "Y'", 3: "R'G'B'"}, {1: "Y~", 3: "R~G~B~"}


@dataclass(frozen=True)
class Colors:
    """The clean colors of a subject, and where they differ from the photo.

    Attributes
    ----------
    foreground : Array, (H, W, 3)
        uint8 or uint16 in sRGB, or float32 as `own_format` names ``R~G~B~ float``.
    changed : Array, (H, W) uint8
        255 where they differ, else 0.
    """

    foreground: Array
    changed: Array

    @classmethod
    def of(cls, result):
        """Return the colors in a worker's result, or None."""
        if result.foreground is None:
            return None
        return cls(result.foreground, result.changed)

    @classmethod
    def behind(cls, result):
        """Return the colors of the image without its subject in a worker's result, or None."""
        if result.background is None:
            return None
        return cls(result.background, result.filled)


def is_eight_bit(image):
    """Return whether an image has 8 bits per channel."""
    return image.get_precision() in _EIGHT_BIT


def is_sixteen_bit_srgb(drawable):
    """Return whether a drawable stores 16-bit integers in sRGB."""
    stored = drawable.get_image().get_precision()
    return stored in _SIXTEEN_BIT and is_srgb(drawable)


def is_integer_srgb(layer):
    """Return whether a layer stores red, green, and blue as 8- or 16-bit integers in sRGB."""
    stored = layer.get_image().get_precision()
    return layer.is_rgb() and stored in _EIGHT_BIT_SRGB + _SIXTEEN_BIT and is_srgb(layer)


def own_format(drawable, name):
    """Return the name of a format in a drawable's color space, which may be wider than sRGB."""
    return Babl.get_name(Babl.format_with_space(name, drawable.get_format()))


def is_srgb(drawable):
    """Return whether a drawable's color space is sRGB."""
    return Babl.get_name(Babl.format_get_space(drawable.get_format())) == "sRGB"


def read(drawable, left, top, width, height, format_name):
    """Read a rectangle; pixels outside the drawable are 0."""
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


def write(drawable, left, top, values, format_name):
    """Write an `Array`; pixels outside the drawable are ignored."""
    values, left, top = _cropped(values, left, top, drawable.get_width(), drawable.get_height())
    height, width = values.shape[:2]
    if width == 0 or height == 0:
        return
    buffer = drawable.get_buffer()
    buffer.set(Gegl.Rectangle.new(left, top, width, height), format_name, bytes(values.data))
    buffer.flush()
    drawable.update(0, 0, drawable.get_width(), drawable.get_height())


def copy_bits(source, target):
    """Copy the stored pixels of a drawable to another one of the same size."""
    width, height = source.get_width(), source.get_height()
    found = read(source, 0, 0, width, height, None)
    buffer = target.get_buffer()
    buffer.set(Gegl.Rectangle.new(0, 0, width, height), Babl.get_name(source.get_format()), found)
    buffer.flush()
    target.update(0, 0, width, height)


def bits(layer):
    """Return the stored bytes of all pixels of a layer."""
    return read(layer, 0, 0, layer.get_width(), layer.get_height(), None)


def restore_colors(layer, stored):
    """Write the colors in earlier `bits` of a layer with an alpha channel, and keep its alpha."""
    format_, width, height = layer.get_format(), layer.get_width(), layer.get_height()
    bands = Babl.format_get_n_components(format_)
    item = _ITEM_OF_SIZE[Babl.format_get_bytes_per_pixel(format_) // bands]
    restored, before = bytearray(bits(layer)), memoryview(stored).cast(item)
    target, size = memoryview(restored).cast(item), len(before) // (width * height)
    for band in range(bands - 1):
        target[band::bands] = before[band::size]
    buffer = layer.get_buffer()
    buffer.set(Gegl.Rectangle.new(0, 0, width, height), Babl.get_name(format_), bytes(restored))
    buffer.flush()
    layer.update(0, 0, width, height)


def raise_to(buffer, drawable, left, top, plane):
    """Raise the gray values in a drawable's buffer to at least those of a float32 plane."""
    plane, left, top = _cropped(plane, left, top, drawable.get_width(), drawable.get_height())
    rows, columns = plane.shape
    if rows == 0 or columns == 0:
        return
    rectangle = Gegl.Rectangle.new(left, top, columns, rows)
    held = buffer.get(rectangle, 1.0, "Y float", Gegl.AbyssPolicy.NONE)
    values = bytes(plane.data)
    if held.count(0) < len(held):
        pairs = memoryview(held).cast("f"), memoryview(values).cast("f")
        values = array("f", map(max, *pairs)).tobytes()
    buffer.set(rectangle, "Y float", values)


def _cropped(values, left, top, width, height):
    """Crop to the drawable: writing a tile outside it terminates the plug-in."""
    rows, columns = values.shape[:2]
    first_row, last_row = max(-top, 0), min(rows, height - top)
    first, last = max(-left, 0), min(columns, width - left)
    if (first_row, last_row, first, last) == (0, rows, 0, columns):
        return values, left, top
    last_row, last = max(last_row, first_row), max(last, first)
    data = memoryview(values.data).cast("B")
    size = data.nbytes // max(rows * columns, 1)
    kept = b"".join(
        data[(row * columns + first) * size : (row * columns + last) * size]
        for row in range(first_row, last_row)
    )
    shape = (last_row - first_row, last - first, *values.shape[2:])
    return Array(values.dtype, shape, kept), max(left, 0), max(top, 0)


def clear(drawable):
    """Set every pixel to 0."""
    rectangle = Gegl.Rectangle.new(0, 0, drawable.get_width(), drawable.get_height())
    drawable.get_buffer().clear(rectangle)


def fill(drawable, color):
    """Set every pixel to a color."""
    buffer = drawable.get_buffer()
    rectangle = Gegl.Rectangle.new(0, 0, drawable.get_width(), drawable.get_height())
    buffer.set_color(rectangle, color)
    buffer.flush()
    drawable.update(0, 0, drawable.get_width(), drawable.get_height())


def write_colors(layer, colors):
    """Set a layer's colors, and keep its transparency.

    Only pixels that differ are changed; all others keep their stored bits, whatever the precision
    and color profile of the image.
    """
    height, width, _ = colors.foreground.shape
    format_name = Babl.get_name(layer.get_format())
    dtype = colors.foreground.dtype
    if dtype != "float32" and _color_format(layer, dtype) == format_name:
        # They were read as they are stored, so the pixels that do not differ are what they were.
        _write_all_colors(layer, colors.foreground)
        return
    before = [read(layer, 0, top, width, rows, None) for top, rows in _bands(height, width)]
    _write_all_colors(layer, colors.foreground)
    changed = memoryview(colors.changed.data).cast("B")
    for stored, (top, rows) in zip(before, _bands(height, width), strict=True):
        new = read(layer, 0, top, width, rows, None)
        mask = _widened(changed[top * width : (top + rows) * width], len(new) // (rows * width))
        # Integers as wide as the strip select bytes by a mask at the speed of memory.
        picked = (new_bits := int.from_bytes(new)) ^ (
            (new_bits ^ int.from_bytes(stored)) & ~int.from_bytes(mask)
        )
        rectangle = Gegl.Rectangle.new(0, top, width, rows)
        layer.get_buffer().set(rectangle, format_name, picked.to_bytes(len(new)))
    layer.get_buffer().flush()
    layer.update(0, 0, width, height)


def _bands(height, width):
    """Return first row and number of rows for strips of about a million pixels."""
    step = max(_BAND_PIXELS // width, 1)
    return [(top, min(step, height - top)) for top in range(0, height, step)]


def _widened(plane, size):
    """Repeat each byte of a plane `size` times."""
    wide = bytearray(len(plane) * size)
    for number in range(size):
        wide[number::size] = plane
    return wide


def _write_all_colors(layer, foreground):
    """Set the color of every pixel; gray layers take the first band, as all three are equal."""
    height, width, _ = foreground.shape
    bands = 1 if layer.is_gray() else 3
    format_name, item = _color_format(layer, foreground.dtype), _ITEMS[foreground.dtype][0]
    colors = memoryview(foreground.data).cast("B").cast(item)
    if not layer.has_alpha():
        if bands == 1:
            foreground = Array(foreground.dtype, (height, width), colors[::3].tobytes())
        write(layer, 0, 0, foreground, format_name)
        return
    pixels = bytearray(read(layer, 0, 0, width, height, format_name))
    target = memoryview(pixels).cast(item)
    for band in range(bands):
        target[band :: bands + 1] = colors[band::3]
    shape = (height, width, bands + 1)
    write(layer, 0, 0, Array(foreground.dtype, shape, pixels), format_name)


def _color_format(layer, dtype):
    """Return the name of the format in which colors of that type are written into a layer."""
    bands = 1 if layer.is_gray() else 3
    rest = ("A " if layer.has_alpha() else " ") + _ITEMS[dtype][1]
    return own_format(layer, _OWN[bands] + rest) if dtype == "float32" else _SRGB[bands] + rest


def channel_format(channel, values="float", alpha=""):
    """Return the format in which a channel stores values unchanged, whatever its encoding."""
    gray = Babl.format_get_encoding(channel.get_format()).split()[0]
    return own_format(channel, f"{gray}{alpha} {values}")


def digest(*drawables):
    """Return a digest of all pixels of the drawables."""
    # It tells edits, not forgeries, and processors have instructions for it.
    state = hashlib.sha1(usedforsecurity=False)
    for drawable in drawables:
        width, height = drawable.get_width(), drawable.get_height()
        state.update(f"{width} x {height}".encode())
        state.update(read(drawable, 0, 0, width, height, None))
    return state.hexdigest()
