"""Cut Out Subject…: the whole chain on each selected layer, written back as the user chose."""

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp, GObject

from matte_plugin import document, running
from matte_plugin.subjects import AUTO, CLASS_LABELS, EVERYTHING
from matte_plugin.subjects import SELECTION as SELECTED

NAME = "plug-in-matte-cut-out"

LAYER_MASK, SELECTION, NEW_LAYER_MASK = "layer-mask", "selection", "new-layer-mask"
REPLACE, INTERSECT = "replace", "intersect"

HELP = """Finds the subject of the photo on each selected layer, follows its outline through \
hair and fur, and writes the result as a mask: the photo's own pixels are never changed, and one \
undo takes all of it back.

Subjects: auto, selection, everything, or one of: {subjects}. An unknown name counts as auto."""


def create(plug_in):
    """Describe the procedure: its arguments, menus and words."""
    procedure = Gimp.ImageProcedure.new(plug_in, NAME, Gimp.PDBProcType.PLUGIN, run, None)
    procedure.set_image_types("*")
    procedure.set_sensitivity_mask(
        Gimp.ProcedureSensitivityMask.DRAWABLE | Gimp.ProcedureSensitivityMask.DRAWABLES
    )
    procedure.set_menu_label("Cut _Out Subject…")
    procedure.add_menu_path("<Image>/Filters/Matte")
    procedure.add_menu_path("<Image>/Layer/Mask")
    procedure.set_documentation(
        "Cut a person, an animal or a thing out of a photo, hair and all",
        HELP.format(subjects=", ".join(CLASS_LABELS)),
        NAME,
    )
    procedure.set_attribution("The Matte for GIMP authors", "MIT License", "2026")
    _add_arguments(procedure)
    return procedure


def _add_arguments(procedure):
    flags = GObject.ParamFlags.READWRITE
    subjects = Gimp.Choice.new()
    subjects.add(AUTO, 0, "Automatic", "The largest subject that is found; people come first")
    subjects.add(SELECTED, 1, "What is selected", "The subject within a rough selection")
    subjects.add(EVERYTHING, 2, "Everything found", "All but the background")
    for number, (name, label) in enumerate(CLASS_LABELS.items(), start=3):
        subjects.add(name, number, label, "")
    procedure.add_choice_argument(
        "subject", "_Subject", "What to cut out of the photo", subjects, AUTO, flags
    )

    outputs = Gimp.Choice.new()
    outputs.add(LAYER_MASK, 0, "Layer mask", "Hides the background; the layer's pixels stay")
    outputs.add(SELECTION, 1, "Selection", "Selects the subject, soft edges included")
    outputs.add(
        NEW_LAYER_MASK, 2, "New layer with mask", "A copy with clean edge colours and a mask"
    )
    procedure.add_choice_argument(
        "output", "_Output", "Where the result goes", outputs, LAYER_MASK, flags
    )

    masks = Gimp.Choice.new()
    masks.add(REPLACE, 0, "Replace it", "The new mask takes the place of the old one")
    masks.add(INTERSECT, 1, "Intersect with it", "What the old mask hides stays hidden")
    procedure.add_choice_argument(
        "existing-mask", "If there is a _mask", "What becomes of a layer's mask", masks,
        REPLACE, flags,
    )  # fmt: skip

    procedure.add_double_argument(
        "decontaminate", "_Decontaminate colors",
        "How much of the old background's color is taken out of the edge, in percent "
        "(new layers only)",
        0, 100, 100, flags,
    )  # fmt: skip
    procedure.add_double_argument(
        "trimap-width", "Edge _width",
        "How far to both sides of the outline hair is looked for, in pixels; 0 finds it out",
        0, 1000, 0, flags,
    )  # fmt: skip
    procedure.add_boolean_argument(
        "hide-original", "_Hide the original", "Hide the layer that a new layer was made from",
        True, flags,
    )  # fmt: skip
    procedure.add_string_argument(
        "model", "_Network",
        "The name of an installed network or the path of an ONNX file; empty for the usual one",
        "", flags,
    )  # fmt: skip


def run(procedure, run_mode, image, drawables, config, _data):
    """Run the action in whichever mode GIMP asks for."""
    if run_mode == Gimp.RunMode.INTERACTIVE and not running.ask(procedure, config):
        return procedure.new_return_values(Gimp.PDBStatusType.CANCEL, None)
    return running.guarded(procedure, lambda: _cut_out(image, drawables, config))


def _cut_out(image, drawables, config):
    output = config.get_property("output")
    layers = document.layers_of(drawables)
    with running.worker() as worker:
        cuts = []
        for index, layer in enumerate(layers):
            progress = running.gimp_progress(index / len(layers), 1 / len(layers))
            cuts.append(_ask(worker, layer, config, progress))
    # Everything is computed before anything is touched: a failure or a cancel changes nothing.
    with document.one_undo_step(image):
        if output == SELECTION:
            document.write_selection(image, cuts)
        for cut in cuts:
            if output == LAYER_MASK:
                document.write_layer_mask(cut)
            elif output == NEW_LAYER_MASK:
                document.write_new_layer(cut, config.get_property("hide-original"))


def _ask(worker, layer, config, progress):
    subject = config.get_property("subject")
    new_layer = config.get_property("output") == NEW_LAYER_MASK
    arrays = {"image": document.read_image(layer)}
    params = {
        "subject": subject,
        "model": config.get_property("model") or "",
        "radius_px": config.get_property("trimap-width") or None,
        "decontaminate": config.get_property("decontaminate") / 100,
        "with_foreground": new_layer,
    }
    if subject == SELECTED:
        params["subject"] = AUTO
        arrays["selection"] = document.read_selection(layer)
    mask = document.read_mask(layer)
    if mask is not None and config.get_property("existing-mask") == INTERSECT:
        arrays["mask"] = mask
    answer = worker.call("cut_out", params, arrays, progress)
    note = answer.values.get("values", {}).get("note")
    if note:
        Gimp.message(note)
    return document.Cut(layer, answer.arrays["alpha"], answer.arrays.get("foreground"))
