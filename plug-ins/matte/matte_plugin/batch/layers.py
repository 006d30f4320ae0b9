"""Layers of open images: the arguments of both batches over them, and which layers count."""

from matte_core.base.localization import _, localized
from matte_core.batch.report import DONE
from matte_plugin import arguments, cutting, outputs
from matte_plugin.document import reading

#: A new image for each would be a flood of windows.
CHOICES = {name: words for name, words in outputs.CHOICES.items() if name != outputs.NEW_IMAGE}


def add_arguments(procedure):
    """Add what is asked for all layers alike."""
    arguments.add_subject(procedure, _("What to cut out of each"))
    arguments.add_choice(
        procedure, "output", _("O_utput"), _("Where each result goes"), CHOICES, outputs.LAYER_MASK
    )
    arguments.add_existing_mask(procedure)
    cutting.add_how(procedure)
    arguments.add_hide_original(procedure)
    arguments.add_network(procedure)


def why_not(layer):
    """Say why a layer holds no photo to cut out; empty where it may."""
    if layer.is_group():
        return _("a layer group")
    if layer.is_text_layer():
        return _("a text layer")
    if type(layer).__name__ == "VectorLayer":  # new in GIMP 3.2
        return _("a vector layer")
    if reading.is_trimap(layer):
        return _("a trimap")
    return ""


def ask(worker, layer, config, progress, cuts):
    """Ask for a layer's cut-out and keep it in `cuts`; see `loop.for_each`."""
    intersects = config.get_property("existing-mask") == arguments.INTERSECT
    output = config.get_property("output")
    cut, note = cutting.ask(
        worker, layer, config, output, intersects_mask=intersects, progress=progress
    )
    cuts.append(cut)
    return DONE, localized(note)
