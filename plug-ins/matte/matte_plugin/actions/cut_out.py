"""Cut Out Subject…: the whole chain on each selected layer, written back as the user chose."""

from dataclasses import replace
from functools import partial

from matte_core.base.localization import _
from matte_core.base.subjects import SELECTION as SELECTED
from matte_plugin import arguments, cutting, outputs, running
from matte_plugin.document import items
from matte_plugin.preview.source import LayerSource

NAME = "plug-in-matte-cut-out"

HELP = _(
    "Finds the subject of the photo on each selected layer, follows its outline through hair and "
    "fur, and writes the result where you choose: the photo's own pixels are never changed, and "
    "one undo takes all of it back.\n\n"
    "{subjects}\n\n"
    "Outputs: {outputs}. In an indexed image a new layer needs its mask."
).format(subjects=arguments.SUBJECTS_HELP, outputs=arguments.listed(outputs.CHOICES))


def create(plug_in):
    """Describe the procedure: its arguments, menus and words."""
    procedure = arguments.image_procedure(
        plug_in,
        NAME,
        run,
        label=_("Cut _Out Subject…"),
        menus=("<Image>/Layer/Mask",),
        blurb=_("Cut a person, an animal or a thing out of a photo, hair and all"),
        help_text=HELP,
    )
    arguments.add_subject(procedure)
    arguments.add_parts(procedure)
    arguments.add_choice(
        procedure, "output", _("O_utput"), _("Where the result goes"), outputs.CHOICES,
        outputs.LAYER_MASK,
    )  # fmt: skip
    arguments.add_existing_mask(procedure)
    cutting.add_how(procedure)
    arguments.add_hide_original(procedure)
    arguments.add_network(procedure)
    arguments.add_new_image_value(procedure)
    return procedure


def run(procedure, run_mode, image, drawables, config, _data):
    """Run the action in whichever mode GIMP asks for."""
    return running.run_previewed(
        procedure,
        run_mode,
        config,
        lambda process: _cut_out(image, drawables, config, process),
        outputs.arrange,
        lambda: (LayerSource(items.layers_of(drawables)[0]), partial(_preview_settings, config)),
    )


def _preview_settings(config, scale):
    """Return the state of the controls, for an image reduced by a scale."""
    return replace(
        outputs.preview_settings(config, scale),
        choice=arguments.subject_choice(config),
        with_selection=config.get_property("subject") == SELECTED,
        radius_px=arguments.radius_px(config, scale),
    )


def _cut_out(image, drawables, config, process):
    output = config.get_property("output")
    photos = items.layers_of(drawables)
    outputs.check(image, output, photos)
    # Everything is computed before anything is touched: a failure or a cancel changes nothing.
    cuts = running.for_each(
        photos,
        lambda worker, layer, progress: _ask(worker, layer, config, progress),
        process,
    )
    return outputs.write(
        image,
        cuts,
        output,
        NAME,
        hide_original=config.get_property("hide-original"),
        keeps_masks=arguments.keeps_masks(config),
    )


def _ask(worker, layer, config, progress):
    output = config.get_property("output")
    intersects = config.get_property("existing-mask") == arguments.INTERSECT
    cut, note = cutting.ask(
        worker, layer, config, output, intersects_mask=intersects, progress=progress
    )
    running.say_note(note)
    return cut
