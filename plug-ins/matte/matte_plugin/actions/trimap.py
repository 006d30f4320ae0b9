"""Trimap…: create a trimap as a layer above the photo."""

from gi.repository import Gimp

from matte_core.base.errors import InputError
from matte_core.base.localization import _
from matte_core.link.requests import TrimapRequest
from matte_plugin import arguments, cutting, running
from matte_plugin.document import items, layers, reading

NAME = "plug-in-matte-trimap"
LABEL = _("_Trimap…")
MENUS = ("<Image>/Layer/Mask",)
BLURB = _("Create a trimap to paint on, as a layer above the photo")

AUTOMATIC, SELECTION, MASK = "automatic", "selection", "layer-mask"
ALPHA, CHANNEL = "alpha", "channel"
SOURCES = {
    AUTOMATIC: (_("Model"), _("The subject that the model finds in the photo")),
    SELECTION: (_("Selection"), _("The current selection")),
    MASK: (_("Layer mask"), _("The parts of the layer that its mask shows")),
    ALPHA: (_("Alpha channel"), _("The opaque parts of the layer")),
    CHANNEL: (_("Channel"), _("The contents of a channel")),
}

HELP = _(
    "Creates a layer above the photo that is white where the subject certainly is, black where it "
    "certainly is not, and gray along its edge. Paint on it with any brush: white, black, or gray "
    "wherever there is hair. Then run Matte from Trimap….\n\n"
    "Sources: {sources}. Shapes: {shapes}.\n\n"
    "For the model: {subjects}\n\n"
    "A trimap that you have not painted on is replaced by the next one; a painted trimap is kept."
).format(
    subjects=arguments.SUBJECTS_HELP,
    **arguments.listed(sources=SOURCES, shapes=arguments.SHAPES),
)


def add_arguments(procedure):
    """Add the arguments and return values."""
    arguments.add_choice(
        procedure, "source", _("_From"), _("What to create the trimap from"), SOURCES, AUTOMATIC
    )
    arguments.add_subject(procedure, _("What to look for in the photo (“Model” only)"))
    procedure.add_channel_argument(
        "channel",
        _("Ch_annel"),
        _("The channel to create the trimap from (“Channel” only)"),
        True,
        arguments.READWRITE,
    )
    arguments.add_choice(
        procedure, "shape", _("Sha_pe"), _("The shape in which the gray band grows"),
        arguments.SHAPES, "ellipse",
    )  # fmt: skip
    arguments.add_edge_width(procedure)
    procedure.add_double_argument(
        "opacity", _("Opacit_y"), _("Opacity of the new layer, in percent"),
        0, 100, 50, arguments.READWRITE,
    )  # fmt: skip
    arguments.add_model(procedure)


def _arrange(dialog, config):
    from matte_plugin import dialogs

    dialogs.sliders(dialog, "trimap-width", "opacity")
    dialog.fill(None)
    dialogs.offer_models(dialog, config)
    dialogs.only_if(dialog, config, ("subject", "model"), "source", (AUTOMATIC,))
    dialogs.only_if(dialog, config, ("channel",), "source", (CHANNEL,))


def _make(image, drawables, config):
    layers.check_soft(image)
    photos = [_photo(layer) for layer in items.layers_of(drawables)]
    trimaps = running.for_each(
        photos, lambda worker, layer, progress: _ask(worker, layer, config, progress)
    )
    with items.one_undo_step(image):
        for photo, trimap in zip(photos, trimaps, strict=True):
            layers.new_trimap(photo, trimap, config.get_property("opacity"))


run = running.action_on_layers(_make, _arrange)


def _photo(layer):
    """Return the layer, or its photo if the layer is itself a trimap."""
    return reading.photo_and_trimap(layer)[0] if reading.is_trimap(layer) else layer


def _ask(worker, layer, config, progress):
    source, shape = config.get_property("source"), config.get_property("shape")
    if source == AUTOMATIC:
        result = cutting.ask_trimap(worker, layer, config, shape=shape, progress=progress)
    else:
        plane, name = _plane(source, layer, config)
        radius_px = arguments.radius_px(config)
        request = TrimapRequest(mask=plane, name=name, radius_px=radius_px, shape=shape)
        result = worker.call(request, progress)
    running.say_note(result.note)
    return result.trimap


def _plane(source, layer, config):
    """Read the source of the trimap, and name it for messages."""
    name = layer.get_name()
    if source == SELECTION:
        return reading.read_selection(layer), _("The selection")
    if source == MASK:
        plane = reading.read_mask(layer)
        called, missing = _("The mask of “{name}”"), _("“{name}” has no mask.")
    elif source == ALPHA:
        plane = reading.read_opacity(layer)
        called, missing = _("The alpha channel of “{name}”"), _("“{name}” has no alpha channel.")
    else:
        channel = config.get_property("channel") or _only_selected(layer.get_image())
        if channel is not None and channel.get_image() == layer.get_image():
            called = _("The channel “{name}”").format(name=channel.get_name())
            return reading.read_channel(channel, layer), called
        plane, called = None, ""
        missing = _("No channel of this image was chosen.")
    if plane is None:
        hint = _("Choose something else to create the trimap from.")
        raise InputError(missing.format(name=name), hint)
    return plane, called.format(name=name)


def _only_selected(image):
    selected = image.get_selected_channels() or image.get_channels()
    selected = [channel for channel in selected if isinstance(channel, Gimp.Channel)]
    return selected[0] if len(selected) == 1 else None
