"""Writes an alpha as a layer mask, the selection, or a channel."""

from contextlib import contextmanager

from gi.repository import Babl, Gegl, Gimp

from matte_core.base.localization import _
from matte_plugin.document import pixels

_CHANNEL_OPACITY = 50


def write_layer_mask(layer, alpha):
    """Set the layer mask to the alpha, and enable it; add one if necessary."""
    mask = layer.get_mask()
    if mask is None:
        mask = layer.create_mask(Gimp.AddMaskType.WHITE)
        pixels.write(mask, 0, 0, alpha, "Y float")
        layer.add_mask(mask)
        layer.set_edit_mask(False)
        return mask
    # Edited in place: undo in GIMP 3.0 restores a removed mask, but not its state.
    with _nothing_selected(layer.get_image()):
        shadow = mask.get_shadow_buffer()
        pixels.raise_to(_cleared(shadow, mask), mask, 0, 0, alpha)
        _merge(mask, shadow)
    if not layer.get_apply_mask():
        layer.set_apply_mask(True)
    return mask


def write_selection(image, cuts):
    """Select what any of the alphas shows, including soft edges."""
    selection = image.get_selection()
    # Writing to the shadow buffer is undone like a filter. Undoing a selection from a temporary
    # channel would restore the channel for a moment, and change which layers are selected.
    shadow = _cleared(selection.get_shadow_buffer(), selection)
    for cut in cuts:
        _found, left, top = cut.layer.get_offsets()
        pixels.raise_to(shadow, selection, left, top, cut.alpha)
    _merge(selection, shadow)


def write_channel(cut, replaced):
    """Save the alpha as a channel, in place of an older result if there is one."""
    image = cut.layer.get_image()
    name, position = _("{layer} matte").format(layer=cut.layer.get_name()), 0
    color, opacity = Gegl.Color.new("black"), _CHANNEL_OPACITY
    if replaced is not None:
        name, position = replaced.get_name(), image.get_item_position(replaced)
        color, opacity = replaced.get_color(), replaced.get_opacity()
        image.remove_channel(replaced)
    channel = Gimp.Channel.new(image, name, image.get_width(), image.get_height(), opacity, color)
    channel.set_visible(False)
    _fill_channel(channel, cut)
    image.insert_channel(channel, None, position)
    return channel


@contextmanager
def _nothing_selected(image):
    """Clear the selection temporarily, so that changes reach all pixels."""
    selection = image.get_selection()
    if Gimp.Selection.is_empty(image):
        yield
        return
    kept = pixels.read(selection, 0, 0, selection.get_width(), selection.get_height(), None)
    _merge(selection, _cleared(selection.get_shadow_buffer(), selection))
    try:
        yield
    finally:
        shadow = selection.get_shadow_buffer()
        shadow.set(_all_of(selection), Babl.get_name(selection.get_format()), kept)
        _merge(selection, shadow)


def _cleared(shadow, drawable):
    shadow.clear(_all_of(drawable))
    return shadow


def _merge(drawable, shadow):
    """Apply a drawable's shadow buffer, as an undoable step."""
    shadow.flush()
    drawable.merge_shadow(True)
    drawable.update(0, 0, drawable.get_width(), drawable.get_height())


def _all_of(drawable):
    return Gegl.Rectangle.new(0, 0, drawable.get_width(), drawable.get_height())


def _fill_channel(channel, cut):
    _found, left, top = cut.layer.get_offsets()
    pixels.clear(channel)
    pixels.write(channel, left, top, cut.alpha, pixels.channel_format(channel))
