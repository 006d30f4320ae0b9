"""The picture that every document of the matrix holds: a bright, soft-edged disc on a dark ground.

It is painted in the document's own color space, so that in a wide one its colors lie outside of
sRGB, and it has grain, so that no two pixels are alike. Runs in GIMP.
"""

import math
import struct
from functools import cache

import gi

gi.require_version("Babl", "0.1")
gi.require_version("Gegl", "0.4")
gi.require_version("Gimp", "3.0")
from gi.repository import Babl, Gegl, Gimp

SUBJECT, GROUND = (0.94, 0.62, 0.04), (0.04, 0.10, 0.44)
SOFT_PX = 5
SIDE = 48

RGB, GRAY, INDEXED = (
    Gimp.ImageBaseType.RGB,
    Gimp.ImageBaseType.GRAY,
    Gimp.ImageBaseType.INDEXED,
)
EIGHT = Gimp.Precision.U8_NON_LINEAR


def share(place, length):
    """Return how far inside of the disc a place along one axis is, in pixels."""
    if length < 8:
        return 1e6
    return 0.32 * length - abs(place + 0.5 - length / 2)


@cache
def painted(width, height, brightness=1.0):
    """Return the picture as floats, red, green and blue of each pixel."""
    values = []
    for row in range(height):
        down = share(row, height)
        for column in range(width):
            across = share(column, width)
            inside = min(down, across)
            if max(down, across) < 1e6:  # round where both sides are long
                radius = 0.32 * min(width, height)
                inside = radius - math.hypot(radius - down, radius - across)
            part = min(max(inside / SOFT_PX + 0.5, 0.0), 1.0)
            grain = ((row * 7 + column * 13) % 11) / 400
            values += [
                brightness * (part * subject + (1 - part) * ground + grain)
                for subject, ground in zip(SUBJECT, GROUND, strict=True)
            ]
    return tuple(values)


def own_format(drawable, name):
    """Name a format in the drawable's own color space."""
    return Babl.get_name(Babl.format_with_space(name, drawable.get_format()))


def stored(drawable, format_name=None):
    """Return all pixels; as they are stored where no format is named."""
    rectangle = Gegl.Rectangle.new(0, 0, drawable.get_width(), drawable.get_height())
    return drawable.get_buffer().get(rectangle, 1.0, format_name, Gegl.AbyssPolicy.NONE)


def floats(drawable, format_name):
    """Return all pixels as floats."""
    data = stored(drawable, format_name)
    return struct.unpack(f"<{len(data) // 4}f", data)


def put(drawable, format_name, values):
    """Set all pixels of a drawable from floats."""
    buffer = drawable.get_buffer()
    rectangle = Gegl.Rectangle.new(0, 0, drawable.get_width(), drawable.get_height())
    buffer.set(rectangle, format_name, struct.pack(f"<{len(values)}f", *values))
    buffer.flush()
    drawable.update(0, 0, drawable.get_width(), drawable.get_height())


def paint(layer, brightness=1.0):
    """Paint the picture over a layer."""
    values = painted(layer.get_width(), layer.get_height(), brightness)
    put(layer, own_format(layer, "R~G~B~ float"), values)


def photo(
    size=(SIDE, SIDE),
    *,
    base=RGB,
    has_alpha=False,
    precision=EIGHT,
    profile=None,
    brightness=1.0,
    canvas=None,
    at=(0, 0),
):
    """Make an image with the picture on one layer, which is selected; return both."""
    width, height = canvas or size
    start = RGB if base == INDEXED else base
    image = Gimp.Image.new_with_precision(width, height, start, precision)
    if profile is not None:
        image.set_color_profile(profile)
    layer = new_layer(image, "Photo", size, has_alpha=has_alpha)
    image.insert_layer(layer, None, 0)
    layer.set_offsets(*at)
    paint(layer, brightness)
    if base == INDEXED:
        image.convert_indexed(
            Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.GENERATE, 200, False, False, ""
        )
    return image, layer


def new_layer(image, name, size, *, has_alpha=False):
    """Make a layer of an image, not in it yet."""
    kinds = {
        (RGB, False): Gimp.ImageType.RGB_IMAGE,
        (RGB, True): Gimp.ImageType.RGBA_IMAGE,
        (GRAY, False): Gimp.ImageType.GRAY_IMAGE,
        (GRAY, True): Gimp.ImageType.GRAYA_IMAGE,
    }
    kind = kinds[image.get_base_type(), has_alpha]
    return Gimp.Layer.new(image, name, *size, kind, 100, Gimp.LayerMode.NORMAL)
