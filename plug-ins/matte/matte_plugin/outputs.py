"""Where the alpha of a cut-out can go, and how every action writes it there."""

import gi

gi.require_version("Gimp", "3.0")

from matte_core.base.localization import _
from matte_core.link.fields import ViewSettings
from matte_plugin import arguments
from matte_plugin.document import items, layers, writing

LAYER_MASK, SELECTION, CHANNEL = "layer-mask", "selection", "channel"
NEW_LAYER, NEW_LAYER_MASK, NEW_IMAGE = "new-layer", "new-layer-mask", "new-image"

CHOICES = {
    LAYER_MASK: (_("Layer mask"), _("Hides the background; the layer's pixels stay")),
    SELECTION: (_("Selection"), _("Selects the subject, soft edges included")),
    CHANNEL: (_("Channel"), _("Saves the subject as a channel, to be selected later")),
    NEW_LAYER: (_("New layer"), _("A transparent copy with clean edge colors")),
    NEW_LAYER_MASK: (_("New layer with mask"), _("A copy with clean edge colors and a mask")),
    NEW_IMAGE: (_("New image"), _("A new image of the subject alone, with clean edge colors")),
}
#: Those that take the subject's own colors along.
WITH_COLORS = (NEW_LAYER, NEW_LAYER_MASK, NEW_IMAGE)


def check(image, output, photos=()):
    """Refuse an output that the image cannot hold, before anything is computed.

    Parameters
    ----------
    image : Gimp.Image
    output : str
    photos : iterable of Gimp.Layer
        The layers that are to be cut out.

    Raises
    ------
    InputError
        If the image is indexed and the result needs soft edges in it, or is of the canvas's size
        and a layer lies beyond it.
    """
    if output == NEW_LAYER:
        layers.check_soft(image)
    if output in (SELECTION, CHANNEL):
        for photo in photos:
            items.check_on_canvas(photo)


def arrange(dialog, config):
    """Fill the dialog of an action with these outputs; see `dialogs.ask`."""
    from matte_plugin import dialogs  # the toolkit, which needs a screen

    return dialogs.arrange_with_colors(dialog, config, WITH_COLORS)


def preview_settings(config, scale):
    """Return the settings of a preview that follow the trimap, for an image reduced by a scale."""
    amount = config.get_property("decontaminate") / 100
    return ViewSettings(
        edge=arguments.edge_controls(config).scaled(scale),
        # With a mask or a selection, the layer keeps its own colors.
        decontaminate=amount if config.get_property("output") in WITH_COLORS else 0.0,
    )


def write(
    image,
    cuts,
    output,
    maker,
    *,
    hide_original=True,
    replaces_own=False,
    keeps_masks=False,
    hidden=(),
):
    """Write results, in one step of undo.

    Parameters
    ----------
    image : Gimp.Image
    cuts : list of layers.Cut
    output : str
        One of `CHOICES`.
    maker : str
        The name of the procedure.
    hide_original : bool
        Hide the layers that new ones are made from.
    replaces_own : bool
        Let a result take the place of the one that `maker` made for the same layer before,
        unless somebody has worked on that.
    keeps_masks : bool
        Leave a mask that a layer has; what would take its place is saved as a channel.
    hidden : sequence of Gimp.Layer
        Layers to hide in the same step.

    Returns
    -------
    list of Gimp.Image
        The new images, when that is the output; the old one is not touched then.
    """
    if output == NEW_IMAGE:
        return _new_images(cuts)
    with items.one_undo_step(image):
        if output == SELECTION:
            writing.write_selection(image, cuts)
        for cut in cuts:
            has_mask_to_keep = keeps_masks and cut.layer.get_mask() is not None
            where = CHANNEL if output == LAYER_MASK and has_mask_to_keep else output
            own = _own_result(image, maker, where, cut.layer) if replaces_own else None
            if where == LAYER_MASK:
                made = writing.write_layer_mask(cut.layer, cut.alpha)
            elif where == CHANNEL:
                made = writing.write_channel(cut, own)
            elif where == NEW_LAYER:
                made = layers.new_transparent_layer(cut, own)
            elif where == NEW_LAYER_MASK:
                made = layers.new_layer_with_mask(cut, own)
            else:
                continue
            if replaces_own or where == LAYER_MASK:
                photo = None if where == LAYER_MASK else cut.layer
                items.tag_result(made, maker, where, photo)
            if output in WITH_COLORS and hide_original:
                items.hide(cut.layer)
        for layer in hidden:
            items.hide(layer)
    return []


def has_own_mask(layer, makers):
    """Say whether a layer's mask is a result of ours that nobody has worked on since."""
    mask = layer.get_mask()
    return mask is not None and any(items.is_own(mask, maker, LAYER_MASK) for maker in makers)


def _own_result(image, maker, output, photo):
    found = []
    if output == CHANNEL:
        found = image.get_channels()
    elif output in (NEW_LAYER, NEW_LAYER_MASK):
        found = items.all_layers(image)
    for item in found:
        if items.is_own(item, maker, output, photo):
            return item
    return None


def _new_images(cuts):
    made = []
    try:
        made.extend(map(layers.new_image, cuts))
    except BaseException:
        for image in made:
            image.delete()
        raise
    return made
