"""What the batches over open images share: their arguments, and which layers they cut out."""

from matte_core.base.localization import _, localized
from matte_core.batch.report import DONE
from matte_plugin import arguments, cutting, outputs
from matte_plugin.batch import loop
from matte_plugin.document import reading

#: A new image for each would be a flood of windows.
CHOICES = {name: words for name, words in outputs.CHOICES.items() if name != outputs.NEW_IMAGE}


def add_arguments(procedure):
    """Add the arguments that apply to all layers, and the return values."""
    arguments.add_subject(procedure, _("What to cut out of each photo"))
    arguments.add_output(procedure, CHOICES, outputs.LAYER_MASK, _("Where to put each result"))
    arguments.add_existing_mask(procedure)
    arguments.add_edge(procedure)
    arguments.add_hide_original(procedure)
    arguments.add_model(procedure)
    loop.add_report_values(procedure)


def why_not(layer):
    """Return why a layer cannot contain a photo; empty if it can."""
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
    """Ask the worker to cut out a layer, and append the result to `cuts`; see `loop.for_each`."""
    found, note = cutting.ask_beside_mask(worker, layer, config, progress=progress)
    cuts += found
    return DONE, localized(note)
