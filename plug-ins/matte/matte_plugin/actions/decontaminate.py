"""Decontaminate Colors…: remove the old background's color from the edge of a cut-out layer."""

from matte_core.base.localization import _
from matte_plugin import arguments, running
from matte_plugin.document import composing, items, layers, pixels, reading

NAME = "plug-in-matte-decontaminate"
LABEL = _("_Decontaminate Colors…")
MENUS = ("<Image>/Layer/Transparency",)
BLURB = _("Remove the color of the old background from the edge of a cut-out layer")

HELP = _(
    "Removes the color of the old background from the edge of a layer that was cut out by a layer "
    "mask or by transparency, with any tool. The result is a copy above the layer, with the same "
    "mask and transparency. Colors in the solid parts of the subject are not changed."
)


def add_arguments(procedure):
    """Add the arguments and return values."""
    arguments.add_decontaminate(procedure, is_always_used=True)
    arguments.add_hide_original(procedure)


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


run = running.action_on_layers(_clean, _arrange)


def ask(worker, layer, amount, progress):
    """Ask the worker for the clean colors of a cut-out layer."""
    params = {"decontaminate": amount, "name": layer.get_name()}
    answer = worker.call("decontaminate", params, read_cut_out(layer), progress)
    box = tuple(answer.values["values"]["box"])
    return composing.Subject(layer, pixels.Colors.of(answer.arrays), box)


def read_cut_out(layer):
    """Read a layer's colors, and its mask and opacity if it has them."""
    planes = {
        **reading.read_photo(layer),
        "mask": reading.read_mask(layer),
        "opacity": reading.read_opacity(layer),
    }
    return {name: plane for name, plane in planes.items() if plane is not None}
