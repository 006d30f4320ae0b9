"""An alpha written to where masks live: a layer's mask, the selection, a channel."""

from contextlib import contextmanager

import gi

gi.require_version("Gegl", "0.4")
gi.require_version("Gimp", "3.0")
from gi.repository import Gegl, Gimp

from matte_plugin.document import pixels

_CHANNEL_OPACITY = 50


def write_layer_mask(layer, alpha):
    """Give the layer a mask with the alpha, instead of one it has; its pixels stay as they are."""
    mask = layer.create_mask(Gimp.AddMaskType.WHITE)
    pixels.write(mask, 0, 0, alpha, "Y float")
    was_editing = False
    if layer.get_mask() is not None:
        was_editing = layer.get_edit_mask()
        layer.remove_mask(Gimp.MaskApplyMode.DISCARD)
    layer.add_mask(mask)
    layer.set_edit_mask(was_editing)
    return mask


def write_selection(image, cuts):
    """Select what the alphas show, soft edges included; several layers add up."""
    channel = Gimp.Channel.new(
        image, "Matte", image.get_width(), image.get_height(), 100, Gegl.Color.new("black")
    )
    # The channel itself is no part of the undo step: coming and going, it would take the selected
    # layers along.
    with _without_undo(image):
        image.insert_channel(channel, None, 0)
    try:
        for index, cut in enumerate(cuts):
            _fill_channel(channel, cut)
            operation = Gimp.ChannelOps.ADD if index else Gimp.ChannelOps.REPLACE
            image.select_item(operation, channel)
    finally:
        with _without_undo(image):
            image.remove_channel(channel)


@contextmanager
def _without_undo(image):
    image.undo_freeze()
    try:
        yield
    finally:
        image.undo_thaw()


def write_channel(cut, replaced=None):
    """Save the alpha as a channel, in the place of an older one where there is one."""
    image = cut.layer.get_image()
    name, position = f"{cut.layer.get_name()} matte", 0
    colour, opacity = Gegl.Color.new("black"), _CHANNEL_OPACITY
    if replaced is not None:
        name, position = replaced.get_name(), image.get_item_position(replaced)
        colour, opacity = replaced.get_color(), replaced.get_opacity()
        image.remove_channel(replaced)
    channel = Gimp.Channel.new(image, name, image.get_width(), image.get_height(), opacity, colour)
    channel.set_visible(False)
    _fill_channel(channel, cut)
    image.insert_channel(channel, None, position)
    return channel


def _fill_channel(channel, cut):
    _, left, top = cut.layer.get_offsets()
    pixels.clear(channel)
    pixels.write(channel, left, top, cut.alpha, f"{pixels.stored_gray(channel)} float")
