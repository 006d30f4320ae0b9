"""The one file that touches layers and pixels: reads a layer for the core, writes results back.

Layer masks and the selection are linear in GIMP. They are read and written as ``Y``; written as
``Y'`` an alpha of one half would become one fifth. A channel has the image's own encoding, and its
stored values become the selection's as they are: see `_encoding`.
"""

from contextlib import contextmanager
from dataclasses import dataclass

import gi

gi.require_version("Babl", "0.1")
gi.require_version("Gegl", "0.4")
gi.require_version("Gimp", "3.0")
from gi.repository import Babl, Gegl, Gimp

from matte_core.errors import InputError
from matte_core.protocol import Array

EIGHT_BIT = (
    Gimp.Precision.U8_LINEAR,
    Gimp.Precision.U8_NON_LINEAR,
    Gimp.Precision.U8_PERCEPTUAL,
)


@dataclass(frozen=True)
class Cut:
    """What the worker found for one layer: its alpha, and its clean colours where asked for."""

    layer: Gimp.Layer
    alpha: Array
    foreground: Array | None = None


def layers_of(drawables):
    """Return the layers that an action was called on; a layer mask stands for its layer.

    Raises
    ------
    InputError
        If there is none, or one of them is a channel or a layer without pixels.
    """
    layers = []
    for drawable in drawables:
        if isinstance(drawable, Gimp.LayerMask):
            drawable = Gimp.Layer.from_mask(drawable)
        if not isinstance(drawable, Gimp.Layer):
            raise InputError(
                f"“{drawable.get_name()}” is a channel, not a layer.",
                "Select the layer that holds the photo.",
            )
        if drawable not in layers:
            layers.append(drawable)
    if not layers:
        raise InputError("No layer is selected.", "Select the layer that holds the photo.")
    return layers


def read_image(layer):
    """Read a layer's colours as (H, W, 3) sRGB: uint8 from 8-bit images, else float32."""
    width, height = layer.get_width(), layer.get_height()
    eight_bit = layer.get_image().get_precision() in EIGHT_BIT
    pixels = _read(layer, 0, 0, width, height, "R'G'B' u8" if eight_bit else "R'G'B' float")
    return Array("uint8" if eight_bit else "float32", (height, width, 3), pixels)


def read_selection(layer):
    """Read the selection where the layer lies, (H, W) uint8.

    Raises
    ------
    InputError
        If nothing is selected.
    """
    image = layer.get_image()
    if Gimp.Selection.is_empty(image):
        raise InputError(
            "Nothing is selected in this image.",
            "Select the subject roughly (a rectangle or a lasso will do) and run it again, "
            "or choose another subject.",
        )
    width, height = layer.get_width(), layer.get_height()
    _, left, top = layer.get_offsets()
    pixels = _read(image.get_selection(), left, top, width, height, "Y u8")
    return Array("uint8", (height, width), pixels)


@contextmanager
def one_undo_step(image):
    """Make all that happens inside one step of undo, with the selected items as before."""
    layers, channels = image.get_selected_layers(), image.get_selected_channels()
    paths = image.get_selected_paths()
    image.undo_group_start()
    try:
        yield
        if channels:
            image.set_selected_channels(channels)
        elif layers:
            image.set_selected_layers(layers)
        if paths:
            image.set_selected_paths(paths)
    finally:
        image.undo_group_end()


def read_mask(layer):
    """Read a layer's mask as (H, W) float32; None where it has none."""
    mask = layer.get_mask()
    if mask is None:
        return None
    width, height = layer.get_width(), layer.get_height()
    return Array("float32", (height, width), _read(mask, 0, 0, width, height, "Y float"))


def write_layer_mask(cut):
    """Give the layer a mask with the alpha, instead of one it has; its pixels stay as they are."""
    layer = cut.layer
    mask = layer.create_mask(Gimp.AddMaskType.WHITE)
    _write(mask, 0, 0, cut.alpha, "Y float")
    was_editing = False
    if layer.get_mask() is not None:
        was_editing = layer.get_edit_mask()
        layer.remove_mask(Gimp.MaskApplyMode.DISCARD)
    layer.add_mask(mask)
    layer.set_edit_mask(was_editing)


def write_selection(image, cuts):
    """Select what the alphas show, soft edges included; several layers add up."""
    channel = Gimp.Channel.new(
        image, "Matte", image.get_width(), image.get_height(), 100, Gegl.Color.new("black")
    )
    image.insert_channel(channel, None, 0)
    try:
        for index, cut in enumerate(cuts):
            _, left, top = cut.layer.get_offsets()
            _clear(channel)
            _write(channel, left, top, cut.alpha, _encoding(channel))
            operation = Gimp.ChannelOps.ADD if index else Gimp.ChannelOps.REPLACE
            image.select_item(operation, channel)
    finally:
        image.remove_channel(channel)


def write_new_layer(cut, hide_original=True):
    """Add a copy of the layer above it, with clean colours and a mask of the alpha."""
    layer = cut.layer
    image = layer.get_image()
    name = f"{layer.get_name()} cut out"
    copy = _pixel_copy(layer, name)
    if (
        cut.foreground is not None
        and layer.get_image().get_base_type() != Gimp.ImageBaseType.INDEXED
    ):
        _write_colours(copy, cut.foreground)
    image.insert_layer(copy, layer.get_parent(), image.get_item_position(layer))
    write_layer_mask(Cut(copy, cut.alpha))
    if hide_original:
        layer.set_visible(False)
    return copy


def _pixel_copy(layer, name):
    """Copy a layer; groups, text and the like become plain pixels."""
    if type(layer) is Gimp.Layer:
        copy = layer.copy()
        copy.set_name(name)
        if copy.get_mask() is not None:
            copy.remove_mask(Gimp.MaskApplyMode.DISCARD)
        return copy
    copy = Gimp.Layer.new_from_drawable(layer, layer.get_image())
    copy.set_name(name)
    return copy


def _write_colours(layer, foreground):
    """Set a layer's colours and leave its own transparency."""
    height, width, _ = foreground.shape
    kind, item = ("u8", 1) if foreground.dtype == "uint8" else ("float", 4)
    if not layer.has_alpha():
        _write(layer, 0, 0, foreground, f"R'G'B' {kind}")
        return
    pixels = bytearray(_read(layer, 0, 0, width, height, f"R'G'B'A {kind}"))
    colours = memoryview(foreground.data).cast("B").cast("I" if item == 4 else "B")
    target = memoryview(pixels).cast("I" if item == 4 else "B")
    for band in range(3):
        target[band::4] = colours[band::3]
    _write(layer, 0, 0, Array(foreground.dtype, (height, width, 4), pixels), f"R'G'B'A {kind}")


def _encoding(channel):
    """Name the format in which a channel takes values as it stores them, without a curve."""
    is_perceptual = Babl.format_get_encoding(channel.get_format()).startswith("Y'")
    return "Y' float" if is_perceptual else "Y float"


def _clear(channel):
    channel.get_buffer().clear(Gegl.Rectangle.new(0, 0, channel.get_width(), channel.get_height()))


def _read(drawable, left, top, width, height, format_name):
    rectangle = Gegl.Rectangle.new(left, top, width, height)
    return drawable.get_buffer().get(rectangle, 1.0, format_name, Gegl.AbyssPolicy.NONE)


def _write(drawable, left, top, array, format_name):
    height, width = array.shape[:2]
    buffer = drawable.get_buffer()
    buffer.set(Gegl.Rectangle.new(left, top, width, height), format_name, bytes(array.data))
    buffer.flush()
    drawable.update(0, 0, drawable.get_width(), drawable.get_height())
