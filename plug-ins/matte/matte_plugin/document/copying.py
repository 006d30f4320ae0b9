"""Copies any kind of layer as plain pixels: a group, text, link, or vector layer."""

from gi.repository import Gimp

from matte_core.link.protocol import Array
from matte_plugin.document import items, pixels

_TYPES = {
    Gimp.ImageBaseType.RGB: (Gimp.ImageType.RGB_IMAGE, Gimp.ImageType.RGBA_IMAGE),
    Gimp.ImageBaseType.GRAY: (Gimp.ImageType.GRAY_IMAGE, Gimp.ImageType.GRAYA_IMAGE),
    Gimp.ImageBaseType.INDEXED: (Gimp.ImageType.INDEXED_IMAGE, Gimp.ImageType.INDEXEDA_IMAGE),
}


def pixel_copy(layer, name, image=None):
    """Copy a layer; groups, text, and the like become plain pixels.

    Parameters
    ----------
    layer : Gimp.Layer
    name : str
    image : Gimp.Image, optional
        Another image to copy it for, with the same precision and profile.

    Returns
    -------
    copy : Gimp.Layer
        Not yet in an image. Within the same image, a plain layer keeps its mask, as GIMP can
        remove a mask only from a layer that is in an image.
    """
    if type(layer) is Gimp.Layer and image is None:
        copy = layer.copy()
        copy.set_name(name)
        items.untag(copy)
        _unlock(copy)
    else:
        copy = _redrawn(layer, name, image or layer.get_image())
    copy.set_visible(True)
    # Our alpha is defined for colors as stored, so the layer must be blended in that space.
    copy.set_composite_space(Gimp.LayerColorSpace.RGB_PERCEPTUAL)
    return copy


def _redrawn(layer, name, image):
    """Create a plain layer from the pixels.

    GIMP's own copy of a group is a group, and its copy for another image has rounded colors.
    """
    width, height = layer.get_width(), layer.get_height()
    kind = _TYPES[image.get_base_type()][layer.has_alpha()]
    mode = layer.get_mode()
    if mode == Gimp.LayerMode.PASS_THROUGH:
        mode = Gimp.LayerMode.NORMAL
    copy = Gimp.Layer.new(image, name, width, height, kind, layer.get_opacity(), mode)
    if layer.is_indexed() and not copy.is_indexed():
        found = pixels.read(layer, 0, 0, width, height, "R'G'B'A u8")
        pixels.write(copy, 0, 0, Array("uint8", (height, width, 4), found), "R'G'B'A u8")
    else:
        pixels.copy_bits(layer, copy)
    _, left, top = layer.get_offsets()
    copy.set_offsets(left, top)
    return copy


def _unlock(layer):
    """Remove all locks: writing to locked pixels terminates the plug-in."""
    layer.set_lock_content(False)
    layer.set_lock_alpha(False)
    layer.set_lock_position(False)
    layer.set_lock_visibility(False)


def copy_filters(layer, copy):
    """Copy the filters of a layer to its copy, as they are not part of the pixels.

    The copy must be in an image. The copy of a plain layer in the same image already has them.
    """
    if copy.get_filters():
        return
    for old in reversed(layer.get_filters()):
        new = Gimp.DrawableFilter.new(copy, old.get_operation_name(), old.get_name())
        settings = old.get_config()
        for spec in settings.list_properties():
            new.get_config().set_property(spec.name, settings.get_property(spec.name))
        new.set_opacity(old.get_opacity())
        new.set_blend_mode(old.get_blend_mode())
        new.set_visible(old.get_visible())
        copy.append_filter(new)
