"""Cut Out Open Images…: cut out the selected layers of every open image."""

from gi.repository import Gimp

from matte_core.base.errors import InputError
from matte_core.base.localization import _
from matte_core.base.progress import part
from matte_plugin import arguments, outputs
from matte_plugin.batch import layer_jobs, loop
from matte_plugin.document import items
from matte_plugin.document.witness import Witness

NAME = "plug-in-matte-cut-out-images"
LABEL = _("Cut Out Open _Images…")
MENUS = None  # needs no image
BLURB = _("Cut the subject out of every open image")

HELP = _(
    "Cuts the subject out of the selected layers of every open image, with one undo step per "
    "image. Images in which no subject is found are left unchanged and listed in a report with "
    "the reason. No image is saved.\n\n"
    "{subjects} Each image uses its own selection.\n\n"
    "Outputs: {outputs}."
).format(subjects=arguments.SUBJECTS_HELP, **arguments.listed(outputs=layer_jobs.CHOICES))

add_arguments = layer_jobs.add_arguments


def _cut_out_each(config, view, report):
    images = Gimp.get_images()
    if not images:
        raise InputError(_("No image is open."), _("Open some photos, or use Cut Out Folder…."))
    loop.for_each(
        sorted(images, key=Gimp.Image.get_id),
        lambda image: image.get_name(),
        lambda worker, image, progress: _cut_out(worker, image, config, progress),
        view,
        report,
    )


run = loop.action(_cut_out_each, outputs.arrange)


def _cut_out(worker, image, config, progress):
    if not image.is_valid():
        raise InputError(_("The image was closed while Matte was working."))
    output = config.get_property("output")
    outputs.check(image, output)
    chosen = items.layers_of(image.get_selected_layers())
    for layer in chosen:
        if why_not := layer_jobs.why_not(layer):
            raise InputError(
                _("“{name}” is {what}.").format(name=layer.get_name(), what=why_not),
                _("Select the layer that contains the photo."),
            )
    cuts = []
    witness = Witness(chosen)
    for number, layer in enumerate(chosen):
        share = part(progress, number / len(chosen), (number + 1) / len(chosen))
        outcome, note = layer_jobs.ask(worker, layer, config, share, cuts)
    witness.check()
    outputs.write(image, cuts, output, NAME, **arguments.writing(config))
    return outcome, note
