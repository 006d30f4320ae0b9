"""Decontaminate Colors…: a layer that is cut out already, without its old background's color."""

from matte_core.base.localization import _
from matte_core.link.requests import DecontaminateRequest
from matte_plugin import arguments, running
from matte_plugin.document import composing, items, layers, pixels, reading

NAME = "plug-in-matte-decontaminate"

HELP = _(
    "Takes the color of the old background out of the edge of a layer that is cut out already, by "
    "a mask or by transparency, from wherever that came. The result is a copy above the layer, "
    "with the same mask and transparency; where the subject is solid, its colors are not touched."
)


def create(plug_in):
    """Describe the procedure: its arguments, menus and words."""
    procedure = arguments.image_procedure(
        plug_in,
        NAME,
        run,
        label=_("_Decontaminate Colors…"),
        menus=("<Image>/Layer/Transparency",),
        blurb=_("Take the old background's color out of the edge of a cut-out layer"),
        help_text=HELP,
    )
    arguments.add_decontaminate(procedure, is_always_used=True)
    arguments.add_hide_original(procedure)
    return procedure


def run(procedure, run_mode, image, drawables, config, _data):
    """Run the action in whichever mode GIMP asks for."""
    return running.run(
        procedure, run_mode, config, lambda: _clean(image, drawables, config), _arrange
    )


def _arrange(dialog, _config):
    from matte_plugin import dialogs  # the toolkit, which needs a screen

    dialogs.sliders(dialog, "decontaminate")
    dialog.fill(None)


def _clean(image, drawables, config):
    layers.check_soft(image)
    amount = config.get_property("decontaminate") / 100
    subjects = running.for_each(
        items.layers_of(drawables),
        lambda worker, layer, progress: ask(worker, layer, amount, progress),
    )
    with items.one_undo_step(image):
        for subject in subjects:
            layer = subject.layer
            name = _("{layer} clean").format(layer=layer.get_name())
            position = image.get_item_position(layer)
            composing.add_clean_copy(subject, name, layer.get_parent(), position)
            if config.get_property("hide-original"):
                items.hide(layer)


def ask(worker, layer, amount, progress):
    """Ask the worker for a cut-out layer's clean colors."""
    request = DecontaminateRequest(
        **read_cut_out(layer), decontaminate=amount, name=layer.get_name()
    )
    result = worker.call(request, progress)
    return composing.Subject(layer, pixels.Colors.of(result), result.box)


def read_cut_out(layer):
    """Read the colors, mask and opacity of a layer, as `DecontaminateRequest` names them."""
    return {
        **reading.read_photo(layer),
        "mask": reading.read_mask(layer),
        "opacity": reading.read_opacity(layer),
    }
