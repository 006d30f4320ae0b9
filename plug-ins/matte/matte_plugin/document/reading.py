"""Reads layers, masks, selections, and trimaps as arrays for the worker."""

from gi.repository import Gimp

from matte_core.base.errors import InputError
from matte_core.base.localization import _
from matte_core.link.protocol import Array
from matte_plugin.document import items, pixels

TRIMAP = "trimap"

_NOT_MARKED = bytes(range(128))


def read_image(layer):
    """Read a layer's colors as (H, W, 3) sRGB: in uint8 or uint16 if that is exact, else float32.

    8 bits that are not stored in sRGB are read as uint8 nevertheless, see `read_photo`.
    """
    width, height = layer.get_width(), layer.get_height()
    dtype, suffix = "float32", "float"
    if pixels.is_eight_bit(layer.get_image()):
        dtype, suffix = "uint8", "u8"
    elif pixels.is_sixteen_bit_srgb(layer):
        dtype, suffix = "uint16", "u16"
    found = pixels.read(layer, 0, 0, width, height, f"R'G'B' {suffix}")
    return Array(dtype, (height, width, 3), found)


def read_photo(layer):
    """Read a layer for the worker.

    Returns
    -------
    arrays : dict
        Its image, as from `read_image`. If that does not represent the colors exactly, also
        the colors, (H, W, 3) float32 in the layer's own space, as in `pixels.Colors`.
    """
    arrays = {"image": read_image(layer)}
    is_linear = layer.get_image().get_precision() == Gimp.Precision.U8_LINEAR
    if is_linear or not pixels.is_srgb(layer):
        width, height = layer.get_width(), layer.get_height()
        format_name = pixels.own_format(layer, "R~G~B~ float")
        found = pixels.read(layer, 0, 0, width, height, format_name)
        arrays["colors"] = Array("float32", (height, width, 3), found)
    return arrays


def read_selection(layer):
    """Read the selection in the area of the layer, (H, W) uint8.

    Raises
    ------
    InputError
        If nothing is selected.
    """
    image = layer.get_image()
    if Gimp.Selection.is_empty(image):
        raise InputError(
            _("Nothing is selected in this image."),
            _(
                "Select the subject roughly, for example with a rectangle or a lasso, and try "
                "again, or choose another subject."
            ),
        )
    return _read_under(image.get_selection(), layer, "Y u8", "uint8")


def read_mask(layer):
    """Read a layer's mask as (H, W) float32, or None if it has none."""
    mask = layer.get_mask()
    if mask is None:
        return None
    width, height = layer.get_width(), layer.get_height()
    return Array("float32", (height, width), pixels.read(mask, 0, 0, width, height, "Y float"))


def read_opacity(layer):
    """Read a layer's alpha channel as (H, W) float32, or None if it has none."""
    if not layer.has_alpha():
        return None
    width, height = layer.get_width(), layer.get_height()
    return Array("float32", (height, width), pixels.read(layer, 0, 0, width, height, "A float"))


def read_channel(channel, layer):
    """Read a channel in the area of the layer, (H, W) float32."""
    return _read_under(channel, layer, pixels.channel_format(channel), "float32")


def read_trimap(trimap, layer, region=None, scale=1.0):
    """Read a painted layer or channel in the area of a photo's layer.

    Parameters
    ----------
    trimap : Gimp.Drawable
    layer : Gimp.Layer
        The photo.
    region : (left, top, width, height), optional
        The part of the photo; by default all of it.
    scale : float, at most 1

    Returns
    -------
    painted : Array, (h, w, 2) uint8
        Gray level and opacity.
    box : list of int
        Top, bottom, left, and right of the trimap's rectangle, in pixels of `painted`.
    """
    left, top, width, height = region or (0, 0, layer.get_width(), layer.get_height())
    _found, layer_left, layer_top = layer.get_offsets()
    _found, trimap_left, trimap_top = trimap.get_offsets()
    right, down = trimap_left - layer_left - left, trimap_top - layer_top - top
    is_channel = isinstance(trimap, Gimp.Channel)
    format_name = pixels.channel_format(trimap, "u8", "A") if is_channel else "Y'A u8"
    painted, small_width, small_height = pixels.read_reduced(
        trimap, -right, -down, width, height, scale, format_name
    )
    edges = (down, down + trimap.get_height(), right, right + trimap.get_width())
    limits = (small_height, small_height, small_width, small_width)
    box = [
        max(min(round(edge * scale), limit), 0) for edge, limit in zip(edges, limits, strict=True)
    ]
    return Array("uint8", (small_height, small_width, 2), painted), box


def read_marks(drawables, layer):
    """Read what is marked in the area of a photo's layer.

    In a layer with transparency, what is painted is marked; in an opaque one and in a channel,
    what is white.

    Parameters
    ----------
    drawables : dict of str to Gimp.Drawable
        By the argument that they were given as.
    layer : Gimp.Layer
        The photo.

    Returns
    -------
    dict of str to Array, (H, W) uint8

    Raises
    ------
    InputError
        If a drawable belongs to another image, or nothing is marked in it on the photo.
    """
    return {name: _read_marked(drawable, layer) for name, drawable in drawables.items()}


def photo_and_trimap(selected, chosen=None):
    """Find a photo's trimap, or a trimap's photo.

    Parameters
    ----------
    selected : Gimp.Layer
        Either of the two.
    chosen : Gimp.Drawable, optional
        The drawable to use as the trimap.

    Raises
    ------
    InputError
        If one of them cannot be found; says how to create or choose it.
    """
    if chosen is not None and chosen != selected:
        if chosen.get_image() != selected.get_image():
            raise InputError(
                _("“{name}” belongs to another image.").format(name=chosen.get_name()),
                _("Choose a layer or channel of the image that contains the photo."),
            )
        return selected, chosen
    if chosen is not None or is_trimap(selected):
        return _photo_of(selected), selected
    return selected, _trimap_of(selected)


def is_trimap(layer):
    """Return whether a layer is a trimap created by Matte."""
    return items.tag_of(layer).get("output") == TRIMAP


def is_layer(drawable):
    """Return whether a drawable is a layer, rather than a channel or a mask."""
    return isinstance(drawable, Gimp.Layer)


def _photo_of(trimap):
    beside = items.siblings(trimap)
    below = [layer for layer in beside[beside.index(trimap) + 1 :] if not is_trimap(layer)]
    known = items.photos_of(trimap)
    # Prefer a known photo below, then one elsewhere, then whatever is directly below.
    for layer in [layer for layer in below if layer in known] + known + below:
        return layer
    raise InputError(
        _("There is no photo for the trimap “{name}”: no layer is below it.").format(
            name=trimap.get_name()
        ),
        _("Select the layer that contains the photo, and choose this one as its trimap."),
    )


def _trimap_of(photo):
    beside = items.siblings(photo)
    above = beside[: beside.index(photo)][::-1]  # nearest first
    elsewhere = [layer for layer in items.all_layers(photo.get_image()) if layer not in above]
    trimaps = [layer for layer in above + elsewhere if is_trimap(layer)]
    own = [layer for layer in trimaps if photo in items.photos_of(layer)]
    for layer in own + [layer for layer in trimaps if layer in above]:
        return layer
    raise InputError(
        _("There is no trimap for “{name}” in this image.").format(name=photo.get_name()),
        _(
            "Create one with Filters > Matte > Trimap…, or choose the layer or channel to use as "
            "the trimap."
        ),
    )


def _read_marked(drawable, layer):
    if drawable.get_image() != layer.get_image():
        raise InputError(
            _("“{name}” belongs to another image.").format(name=drawable.get_name()),
            _("Choose a layer or channel of the image that contains the photo."),
        )
    width, height = layer.get_width(), layer.get_height()
    _found, layer_left, layer_top = layer.get_offsets()
    _found, left, top = drawable.get_offsets()
    if isinstance(drawable, Gimp.Channel):
        format_name = pixels.channel_format(drawable, "u8")
    else:
        format_name = "Y' u8" if _is_opaque(drawable) else "A u8"
    found = pixels.read(drawable, layer_left - left, layer_top - top, width, height, format_name)
    if not bytes(found).translate(None, _NOT_MARKED):
        raise InputError(
            _("Nothing is marked in “{name}” on the layer “{layer}”.").format(
                name=drawable.get_name(), layer=layer.get_name()
            ),
            _("Paint what you mean on a transparent layer, or white in a channel."),
        )
    return Array("uint8", (height, width), found)


def _is_opaque(drawable):
    if not drawable.has_alpha():
        return True
    width, height = drawable.get_width(), drawable.get_height()
    opacity = bytes(pixels.read(drawable, 0, 0, width, height, "A u8"))
    return not opacity.translate(None, b"\xff")


def _read_under(drawable, layer, format_name, dtype):
    """Read a drawable of the size of the canvas in the area of a layer."""
    width, height = layer.get_width(), layer.get_height()
    _found, left, top = layer.get_offsets()
    found = pixels.read(drawable, left, top, width, height, format_name)
    return Array(dtype, (height, width), found)
