"""The outputs of a cut-out, and how actions write them."""

from matte_core.base.localization import _
from matte_core.link.fields import ViewSettings
from matte_plugin import arguments
from matte_plugin.document import items, layers, masks

LAYER_MASK, SELECTION, CHANNEL = "layer-mask", "selection", "channel"
NEW_LAYER, NEW_LAYER_MASK, NEW_IMAGE = "new-layer", "new-layer-mask", "new-image"
EACH = "new-layers"
SUBJECT_AND_BACKGROUND, BACKGROUND = "subject-and-background", "background"
SUBJECT_AND_SHADOW, SHADOW = "subject-and-shadow", "shadow"

CHOICES = {
    LAYER_MASK: (_("Layer mask"), _("Hide the background without changing the layer's pixels")),
    SELECTION: (_("Selection"), _("Select the subject, including its soft edges")),
    CHANNEL: (_("Channel"), _("Save the subject as a channel, to be selected later")),
    NEW_LAYER: (_("New layer"), _("A copy with transparency and clean edge colors")),
    NEW_LAYER_MASK: (_("New layer with mask"), _("A copy with a layer mask and clean edge colors")),
    EACH: (
        _("New layers, one per subject"),
        _("A new layer for each person, animal, or object, named by what it is"),
    ),
    SUBJECT_AND_BACKGROUND: (
        _("Subject and background"),
        _("A new layer, and one below it in which the place of the subject is filled"),
    ),
    SUBJECT_AND_SHADOW: (
        _("Subject and shadow"),
        _("A new layer, and one below it with the shadow that falls on a light, plain background"),
    ),
    NEW_IMAGE: (_("New image"), _("The subject alone in a new image, with clean edge colors")),
}
#: The outputs with clean colors.
WITH_COLORS = (
    NEW_LAYER,
    NEW_LAYER_MASK,
    EACH,
    SUBJECT_AND_BACKGROUND,
    SUBJECT_AND_SHADOW,
    NEW_IMAGE,
)
#: The outputs whose transparent pixels hold nothing of the photo; a mask is there to be painted on.
WITHOUT_PHOTO = (NEW_LAYER, EACH, SUBJECT_AND_BACKGROUND, SUBJECT_AND_SHADOW, NEW_IMAGE)
_TRANSPARENT_LAYERS = (NEW_LAYER, EACH, SUBJECT_AND_BACKGROUND, SUBJECT_AND_SHADOW)
#: What makes the layers of an output, and what makes the second layer below.
_WRITERS = {
    CHANNEL: masks.write_channel,
    NEW_LAYER_MASK: layers.new_layer_with_mask,
    **dict.fromkeys(_TRANSPARENT_LAYERS, layers.new_transparent_layer),
}
_BELOW = {
    SUBJECT_AND_BACKGROUND: (BACKGROUND, layers.new_background),
    SUBJECT_AND_SHADOW: (SHADOW, layers.new_shadow),
}
#: Those for which nothing has to be found.
OF_TRIMAP = {name: words for name, words in CHOICES.items() if name != EACH}


def check(image, output, photos=()):
    """Refuse an output that the image cannot hold, before anything is computed.

    Parameters
    ----------
    image : Gimp.Image
    output : str
    photos : iterable of Gimp.Layer
        The layers to cut out.

    Raises
    ------
    InputError
        If the output needs soft edges and the image is indexed, or if the output is limited to
        the canvas and a layer is outside it.
    """
    if output in _TRANSPARENT_LAYERS:
        layers.check_soft(image)
    if output in (SELECTION, CHANNEL):
        for photo in photos:
            items.check_on_canvas(photo)


def arrange(dialog, config):
    """Arrange the dialog of an action with these outputs; see `dialogs.ask`."""
    from matte_plugin import dialogs  # the toolkit, which needs a screen

    box = dialogs.arrange_with_colors(dialog, config, WITH_COLORS)
    if config.find_property("crop"):
        dialogs.shown_if(dialog, config, arguments.CROP_NAMES, "output", (NEW_IMAGE,))
    return box


def preview_settings(config, scale, strokes):
    """Return the settings of a preview that follow the trimap, for an image reduced by a scale."""
    amount = config.get_property("decontaminate") / 100
    return ViewSettings(
        edge=arguments.edge_controls(config).scaled(scale),
        # A mask or a selection leaves the colors of the layer unchanged.
        decontaminate=amount if config.get_property("output") in WITH_COLORS else 0.0,
        strokes=strokes,
    )


def wanted(config, output):
    """Return the fields of a request for an alpha that depend on its output, and on its edge."""
    return {
        "edge": arguments.edge_controls(config),
        "decontaminate": config.get_property("decontaminate") / 100,
        "with_foreground": output in WITH_COLORS,
        "clears_hidden": output in WITHOUT_PHOTO,
        "with_background": output == SUBJECT_AND_BACKGROUND,
        "with_shadow": output == SUBJECT_AND_SHADOW,
    }


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
    framing=None,
):
    """Write results in one undo step.

    Parameters
    ----------
    image : Gimp.Image
    cuts : list of layers.Cut
    output : str
        One of `CHOICES`.
    maker : str
        The name of the procedure.
    hide_original : bool
        Hide the originals of new layers.
    replaces_own : bool
        Replace the previous result of `maker` for the same layer, unless it was edited.
    keeps_masks : bool
        Keep existing layer masks, and save the result as a channel instead.
    hidden : sequence of Gimp.Layer
        Further layers to hide in the same step.
    framing : batch.framing.Framing, optional
        How to crop new images.

    Returns
    -------
    list of Gimp.Image
        The new images, if that is the output; the original is not changed.
    """
    if output == NEW_IMAGE:
        return _new_images(cuts, framing)
    with items.one_undo_step(image):
        if output == SELECTION:
            masks.write_selection(image, cuts)
        for cut in cuts:
            where = place_of(output, cut.layer, keeps_masks=keeps_masks)
            own = _own_result(image, maker, where, cut.layer) if replaces_own else None
            if where == LAYER_MASK:
                made = masks.write_layer_mask(cut.layer, cut.alpha)
            elif where in _WRITERS:
                made = _WRITERS[where](cut, own)
            else:
                continue
            if where in _BELOW:
                below, add = _BELOW[where]
                older = _own_result(image, maker, below, cut.layer) if replaces_own else None
                behind = add(cut, older)
                if replaces_own and behind is not None:
                    items.tag_result(behind, maker, below, cut.layer)
            if replaces_own or where == LAYER_MASK:
                photo = None if where == LAYER_MASK else cut.layer
                items.tag_result(made, maker, where, photo)
            if output in WITH_COLORS and hide_original:
                items.hide(cut.layer)
        for layer in hidden:
            items.hide(layer)
    return []


def place_of(output, layer, *, keeps_masks):
    """Return the output for a layer: a channel where a layer mask is to be kept."""
    has_mask_to_keep = keeps_masks and layer.get_mask() is not None
    return CHANNEL if output == LAYER_MASK and has_mask_to_keep else output


def has_own_mask(layer, makers):
    """Return whether a layer's mask is a result of ours and has not been edited since."""
    mask = layer.get_mask()
    return mask is not None and any(items.is_own(mask, maker, LAYER_MASK) for maker in makers)


def _own_result(image, maker, output, photo):
    found = []
    if output == CHANNEL:
        found = image.get_channels()
    elif output in (NEW_LAYER, NEW_LAYER_MASK, *_BELOW, BACKGROUND, SHADOW):
        found = items.all_layers(image)
    for item in found:
        if items.is_own(item, maker, output, photo):
            return item
    return None


def _new_images(cuts, framing):
    made = []
    try:
        made.extend(layers.new_image(cut, framing) for cut in cuts)
    except BaseException:
        for image in made:
            image.delete()
        raise
    return made
