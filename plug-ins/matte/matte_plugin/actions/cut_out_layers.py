"""Cut Out All Layers…: cut out every layer of the image, in one undo step."""

from matte_core.base.errors import InputError
from matte_core.base.localization import _
from matte_core.batch.report import SKIPPED, Entry
from matte_plugin import arguments, outputs
from matte_plugin.batch import layer_jobs, loop
from matte_plugin.document import items
from matte_plugin.document.witness import Witness

NAME = "plug-in-matte-cut-out-layers"
LABEL = _("Cut Out _All Layers…")
MENUS = ()
BLURB = _("Cut the subject out of every layer of the image")

HELP = _(
    "Cuts the subject out of every layer of the image, including hidden layers and layers in "
    "groups: frames, variants, or photos opened as layers. A single undo reverts everything. Text "
    "layers, vector layers, trimaps, and layers in which no subject is found are left unchanged "
    "and listed in a report with the reason.\n\n"
    "{subjects}\n\n"
    "Outputs: {outputs}. If the output is a selection, the subjects of all layers are combined."
).format(subjects=arguments.SUBJECTS_HELP, **arguments.listed(outputs=layer_jobs.CHOICES))

add_arguments = layer_jobs.add_arguments


def run(procedure, run_mode, image, _drawables, config, _data):
    """Run the action in any of GIMP's run modes."""
    return loop.run(
        procedure,
        run_mode,
        config,
        lambda view, report: _cut_out_all(image, config, view, report),
        outputs.arrange,
    )


def _cut_out_all(image, config, view, report):
    output = config.get_property("output")
    outputs.check(image, output)
    found = [layer for layer in items.all_layers(image) if not layer.is_group()]
    chosen = [layer for layer in found if not layer_jobs.why_not(layer)]
    if not chosen:
        raise InputError(
            _("This image has no layer that could contain a photo."),
            _("Open photos as layers first (File > Open as Layers…)."),
        )
    cuts = []
    witness = Witness(chosen)
    try:
        # Everything is computed before anything is touched.
        loop.for_each(
            chosen,
            lambda layer: layer.get_name(),
            lambda worker, layer, progress: layer_jobs.ask(worker, layer, config, progress, cuts),
            view,
            report,
        )
        witness.check()
        if cuts:
            outputs.write(image, cuts, output, NAME, **arguments.writing(config))
    except BaseException:
        report.entries.clear()  # none of it has happened
        raise
    report.entries += [
        Entry(layer.get_name(), SKIPPED, layer_jobs.why_not(layer))
        for layer in found
        if layer not in chosen
    ]
