"""New layers and images made from a layer: a cut-out, a trimap, or a class map."""

from dataclasses import dataclass

from gi.repository import Gegl, Gimp

from matte_core.base.errors import InputError
from matte_core.base.localization import _
from matte_core.link.protocol import Array
from matte_plugin.document import items, metadata, pixels
from matte_plugin.document.copying import copy_filters, pixel_copy
from matte_plugin.document.masks import write_layer_mask
from matte_plugin.document.reading import TRIMAP, is_trimap

TRIMAP_NAME = _("Matte trimap")


@dataclass(frozen=True)
class Cut:
    """The result for one layer: its alpha, what was requested of its colors, and what is seen."""

    layer: Gimp.Layer
    alpha: Array
    colors: pixels.Colors | None = None  # the clean colors
    # Left, top, right, and bottom of the visible part; None where nothing is seen.
    box: tuple[int, int, int, int] | None = None
    background: pixels.Colors | None = None  # the colors without the subject
    shadow: Array | None = None  # the alpha of its shadow; None where there is none
    name: str = ""  # what it is, if it is one of several

    @classmethod
    def of(cls, layer, result, name=""):
        """Return what a worker's result says of a layer."""
        colors, behind = pixels.Colors.of(result), pixels.Colors.behind(result)
        shadow = result.shadow if result.has_shadow else None
        return cls(layer, result.alpha, colors, result.box, behind, shadow, name)


def new_layer_with_mask(cut, replaced):
    """Add a copy above the layer, with clean colors and the alpha as a layer mask."""
    copy = _clean_copy(cut)
    _put(copy, cut.layer, replaced)
    write_layer_mask(copy, cut.alpha)
    return copy


def new_transparent_layer(cut, replaced):
    """Add a copy above the layer, with clean colors and the alpha as transparency.

    Raises
    ------
    InputError
        If the image is indexed, as its layers cannot have soft edges. Nothing is changed.
    """
    check_soft(cut.layer.get_image())
    copy = _clean_copy(cut)
    _put(copy, cut.layer, replaced)
    _make_transparent(copy, cut.alpha)
    return copy


def new_background(cut, replaced):
    """Add a copy above the layer in which the place of the subject is filled."""
    name = _("{layer} background").format(layer=cut.layer.get_name())
    copy = pixel_copy(cut.layer, name)
    pixels.write_colors(copy, cut.background)
    _put(copy, cut.layer, replaced)
    if copy.get_mask() is not None:
        copy.remove_mask(Gimp.MaskApplyMode.DISCARD)
    return copy


def new_shadow(cut, replaced):
    """Add the shadow above the layer, black and multiplied; None where there is none."""
    image = cut.layer.get_image()
    if cut.shadow is None:
        if replaced is not None:
            image.remove_layer(replaced)
        return None
    is_gray = image.get_base_type() == Gimp.ImageBaseType.GRAY
    kind = Gimp.ImageType.GRAYA_IMAGE if is_gray else Gimp.ImageType.RGBA_IMAGE
    height, width = cut.shadow.shape
    name = _("{layer} shadow").format(layer=cut.layer.get_name())
    made = Gimp.Layer.new(image, name, width, height, kind, 100, Gimp.LayerMode.MULTIPLY)
    # Mixed as the photo's own pixels are, which the shadow was measured in.
    made.set_blend_space(Gimp.LayerColorSpace.RGB_PERCEPTUAL)
    made.set_composite_space(Gimp.LayerColorSpace.RGB_PERCEPTUAL)
    pixels.fill(made, Gegl.Color.new("black"))
    above = replaced or cut.layer
    image.insert_layer(made, above.get_parent(), image.get_item_position(above))
    _found, left, top = cut.layer.get_offsets()
    made.set_offsets(left, top)
    if replaced is not None:
        image.remove_layer(replaced)
        made.set_name(name)
    write_layer_mask(made, cut.shadow)
    made.remove_mask(Gimp.MaskApplyMode.APPLY)
    return made


def new_image(cut, framing=None):
    """Create an image of the cut-out alone, with the precision and profile of the original.

    Parameters
    ----------
    cut : Cut
    framing : batch.framing.Framing, optional
        How to crop it.
    """
    source = cut.layer.get_image()
    kind = source.get_base_type()
    kind = Gimp.ImageBaseType.RGB if kind == Gimp.ImageBaseType.INDEXED else kind
    width, height = cut.layer.get_width(), cut.layer.get_height()
    image = Gimp.Image.new_with_precision(width, height, kind, source.get_precision())
    image.undo_disable()
    try:
        profile = source.get_color_profile()
        if profile is not None:
            image.set_color_profile(profile)
        _found, x, y = source.get_resolution()
        image.set_resolution(x, y)
        metadata.publish(image, source)
        copy = pixel_copy(cut.layer, _("{layer} cut out").format(layer=cut.layer.get_name()), image)
        image.insert_layer(copy, None, 0)
        copy.set_offsets(0, 0)
        cut_out(copy, cut)
        copy_filters(cut.layer, copy)
        crop(image, cut, framing)
    except BaseException:
        image.delete()
        raise
    finally:
        if image.is_valid():
            image.undo_enable()
            image.clean_all()
    return image


def cut_out(layer, cut):
    """Apply clean colors and the alpha to the layer itself."""
    if cut.colors is not None:
        pixels.write_colors(layer, cut.colors)
    _make_transparent(layer, cut.alpha)


def crop(image, cut, framing):
    """Crop an image that shows nothing but a cut-out; without a framing, leave it as it is."""
    if framing is None or cut.box is None:
        return
    frame = framing.around(cut.box)
    if frame.scale < 1:
        image.scale(
            max(round(image.get_width() * frame.scale), 1),
            max(round(image.get_height() * frame.scale), 1),
        )
    image.resize(frame.width, frame.height, -frame.left, -frame.top)
    for layer in image.get_layers():
        layer.resize_to_image_size()


def new_trimap(layer, trimap, opacity):
    """Insert a trimap above a photo, as a layer to paint on.

    A previous trimap is replaced if it has not been painted on.
    """
    image = layer.get_image()
    height, width = trimap.shape
    is_gray = image.get_base_type() == Gimp.ImageBaseType.GRAY
    kind = Gimp.ImageType.GRAY_IMAGE if is_gray else Gimp.ImageType.RGB_IMAGE
    made = Gimp.Layer.new(image, TRIMAP_NAME, width, height, kind, opacity, Gimp.LayerMode.NORMAL)
    pixels.write(made, 0, 0, trimap, "Y' u8")
    _found, left, top = layer.get_offsets()
    for older in items.all_layers(image):
        if is_trimap(older) and items.is_own(older, TRIMAP, TRIMAP, layer):
            image.remove_layer(older)
    image.insert_layer(made, layer.get_parent(), image.get_item_position(layer))
    made.set_offsets(left, top)
    items.tag_result(made, TRIMAP, TRIMAP, layer)
    return made


def new_picture(layer, colors, name):
    """Insert an RGB layer of the same size above a layer."""
    image = layer.get_image()
    height, width = colors.shape[:2]
    made = Gimp.Layer.new(
        image, name, width, height, Gimp.ImageType.RGB_IMAGE, 100, Gimp.LayerMode.NORMAL
    )
    pixels.write(made, 0, 0, colors, "R'G'B' u8")
    _found, left, top = layer.get_offsets()
    image.insert_layer(made, layer.get_parent(), image.get_item_position(layer))
    made.set_offsets(left, top)
    return made


def check_soft(image):
    """Refuse an indexed image.

    Raises
    ------
    InputError
        If the image is indexed.
    """
    if image.get_base_type() == Gimp.ImageBaseType.INDEXED:
        raise InputError(
            _(
                "This image is in indexed mode, which supports neither soft edges nor arbitrary "
                "shades of gray."
            ),
            _(
                "Choose Image > Mode > RGB first, or choose a layer mask or a selection as the "
                "output."
            ),
        )


def check_color(image):
    """Refuse an image that cannot hold arbitrary colors.

    Raises
    ------
    InputError
        If the image is gray or indexed.
    """
    if image.get_base_type() != Gimp.ImageBaseType.RGB:
        raise InputError(
            _("A class map requires a color image, and this image is not in RGB mode."),
            _("Choose Image > Mode > RGB first, or choose another output."),
        )


def _clean_copy(cut):
    name = cut.name or _("{layer} cut out").format(layer=cut.layer.get_name())
    copy = pixel_copy(cut.layer, name)
    is_indexed = cut.layer.get_image().get_base_type() == Gimp.ImageBaseType.INDEXED
    if cut.colors is not None and not is_indexed:
        pixels.write_colors(copy, cut.colors)
    return copy


def _put(copy, layer, replaced):
    """Insert a layer directly above its original, or in place of an older result."""
    image = layer.get_image()
    above = replaced or layer
    if replaced is not None:
        copy.set_name(replaced.get_name())
        copy.set_opacity(replaced.get_opacity())
        copy.set_mode(replaced.get_mode())
    image.insert_layer(copy, above.get_parent(), image.get_item_position(above))
    copy_filters(layer, copy)
    if replaced is not None:
        name = replaced.get_name()
        image.remove_layer(replaced)
        copy.set_name(name)  # while both existed, GIMP appended a number


def _make_transparent(layer, alpha):
    """Multiply an alpha into a layer's own transparency."""
    # Adding an alpha channel and applying a mask round colors, except integers in sRGB. The stored
    # ones are restored, unless the layer is in a group with locked pixels: writing there
    # terminates the plug-in.
    is_kept = pixels.is_integer_srgb(layer) or items.is_in_locked_group(layer)
    stored = None if is_kept else pixels.bits(layer)
    if not layer.has_alpha():
        layer.add_alpha()
    write_layer_mask(layer, alpha)
    layer.remove_mask(Gimp.MaskApplyMode.APPLY)
    if stored is not None:
        pixels.restore_colors(layer, stored)
