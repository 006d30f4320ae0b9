"""Cut Out Subject…: cut out the subject of each selected layer."""

from dataclasses import replace
from functools import partial

from matte_core.base.localization import _
from matte_core.base.subjects import SELECTION as SELECTED
from matte_plugin import arguments, cutting, outputs, running
from matte_plugin.document import items, layers
from matte_plugin.preview.source import LayerSource

TRIMAP = "trimap"
OUTPUTS = {
    **outputs.CHOICES,
    TRIMAP: (_("Trimap"), _("A layer to paint on with GIMP's own tools, for Matte from Trimap…")),
}
TRIMAP_OPACITY = 50

NAME = "plug-in-matte-cut-out"
LABEL = _("Cut _Out Subject…")
MENUS = ("<Image>/Layer/Mask",)
BLURB = _("Cut a person, an animal, or an object out of a photo, including fine hair")

HELP = _(
    "Finds the subject of the photo on each selected layer, follows its outline through hair and "
    "fur, and creates the output of your choice. The pixels of the photo are never changed, and a "
    "single undo reverts everything.\n\n"
    "{subjects}\n\n"
    "{marks}\n\n"
    "Outputs: {outputs}. In an indexed image, a new layer requires a mask."
).format(
    subjects=arguments.SUBJECTS_HELP,
    marks=arguments.MARKS_HELP,
    **arguments.listed(outputs=OUTPUTS),
)


def add_arguments(procedure):
    """Add the arguments and return values."""
    arguments.add_subject(procedure)
    arguments.add_parts(procedure)
    arguments.add_marks(procedure)
    arguments.add_output(procedure, OUTPUTS, outputs.LAYER_MASK)
    arguments.add_existing_mask(procedure)
    arguments.add_edge(procedure)
    arguments.add_hide_original(procedure)
    arguments.add_crop(procedure, _("How to crop a new image"))
    arguments.add_model(procedure)
    arguments.add_new_image_value(procedure)


def _previewed(drawables, config):
    arguments.forget_marks(config)
    photos = items.layers_of(drawables)
    source = LayerSource(photos[0], is_one_of_several=len(photos) > 1)
    return source, partial(_preview_settings, config)


def _preview_settings(config, scale, strokes):
    """Return the settings for an image reduced by a scale."""
    return replace(
        outputs.preview_settings(config, scale, strokes),
        choice=arguments.subject_choice(config, strokes),
        with_selection=config.get_property("subject") == SELECTED,
        radius_px=arguments.radius_px(config, scale),
    )


def _cut_out(image, drawables, config, process, strokes):
    output = config.get_property("output")
    photos = items.layers_of(drawables)
    if output == TRIMAP:
        return _make_trimaps(image, photos, config, process, strokes)
    outputs.check(image, output, photos)
    framing = arguments.framing(config)
    # Everything is computed before anything is touched: a failure or a cancel changes nothing.
    found = running.for_each(
        photos,
        lambda worker, layer, progress: _ask(
            worker, layer, config, strokes if layer == photos[0] else (), progress
        ),
        process,
    )
    cuts = [cut for of_layer in found for cut in of_layer]
    return outputs.write(image, cuts, output, NAME, **arguments.writing(config), framing=framing)


def _make_trimaps(image, photos, config, process, strokes):
    """Create a trimap above each photo, as Trimap… does."""
    layers.check_soft(image)
    made = running.for_each(
        photos,
        lambda worker, layer, progress: cutting.ask_trimap(
            worker, layer, config, strokes=strokes if layer == photos[0] else (), progress=progress
        ),
        process,
    )
    with items.one_undo_step(image):
        for photo, result in zip(photos, made, strict=True):
            running.say_note(result.note)
            layers.new_trimap(photo, result.trimap, TRIMAP_OPACITY)


run = running.previewed_action(_cut_out, outputs.arrange, _previewed)


def _ask(worker, layer, config, strokes, progress):
    cuts, note = cutting.ask_beside_mask(worker, layer, config, strokes=strokes, progress=progress)
    running.say_note(note)
    return cuts
