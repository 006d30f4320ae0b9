"""Subject Mask…: a rough mask from the model alone."""

from dataclasses import replace

from matte_core.base.localization import _
from matte_core.link.requests import SegmentRequest
from matte_plugin import arguments, cutting, outputs, running
from matte_plugin.document import items, layers, reading

NAME = "plug-in-matte-segment"
LABEL = _("Subject Mas_k…")
MENUS = ("<Image>/Select",)
BLURB = _("Roughly select a person, an animal, or an object, using the model alone")

CLASS_MAP = "class-map"
CUT_OUTPUTS = (outputs.SELECTION, outputs.CHANNEL, outputs.LAYER_MASK)
OUTPUTS = {
    **{name: outputs.CHOICES[name] for name in CUT_OUTPUTS},
    CLASS_MAP: (_("Class map"), _("A layer with a color for each class found")),
}
HARD, SOFT = "hard", "soft"
EDGES = {
    HARD: (_("Hard"), _("Each pixel is either subject or background")),
    SOFT: (_("Soft"), _("The model's confidence at each pixel")),
}

HELP = _(
    "Finds the subject using the model alone: a quick, rough result as a starting point for "
    "manual work. To follow hair and soft edges as well, use Cut Out Subject….\n\n"
    "{subjects}\n\n"
    "Outputs: {outputs}. Edge types: {edges}. The class map is a layer in the colors of PASCAL "
    "VOC; its name lists the class of each color."
).format(subjects=arguments.SUBJECTS_HELP, **arguments.listed(outputs=OUTPUTS, edges=EDGES))


def add_arguments(procedure):
    """Add the arguments and return values."""
    arguments.add_subject(procedure, _("What to look for in the photo"))
    arguments.add_output(procedure, OUTPUTS, outputs.SELECTION)
    arguments.add_choice(procedure, "edge", _("Ed_ge"), _("Edge type"), EDGES, HARD)
    arguments.add_existing_mask(procedure)
    arguments.add_model(procedure)


def _arrange(dialog, config):
    from matte_plugin import dialogs

    dialog.fill(None)
    dialogs.offer_models(dialog, config)
    dialogs.only_if(dialog, config, ("subject", "edge", "existing-mask"), "output", CUT_OUTPUTS)


def _segment(image, drawables, config):
    output = config.get_property("output")
    if output == CLASS_MAP:
        layers.check_color(image)
    photos = items.layers_of(drawables)
    outputs.check(image, output, photos)
    found = running.for_each(
        photos,
        lambda worker, layer, progress: (layer, _ask(worker, layer, config, progress)),
    )
    if output != CLASS_MAP:
        cuts = [layers.Cut(layer, result.alpha) for layer, result in found]
        outputs.write(image, cuts, output, NAME, keeps_masks=arguments.keeps_masks(config))
        return
    with items.one_undo_step(image):
        for layer, result in found:
            layers.new_picture(layer, result.map, _legend(result.legend))


run = running.action_on_layers(_segment, _arrange)


def _ask(worker, layer, config, progress):
    is_map = config.get_property("output") == CLASS_MAP
    intersects = config.get_property("existing-mask") == arguments.INTERSECT
    choice = arguments.subject_choice(config)
    request = SegmentRequest(
        image=reading.read_image(layer),
        selection=cutting.selection_of(layer, config),
        mask=reading.read_mask(layer) if intersects and not is_map else None,
        choice=replace(choice, subject=arguments.EVERYTHING) if is_map else choice,
        output="classes" if is_map else config.get_property("edge"),
    )
    result = worker.call(request, progress)
    running.say_note(result.note)
    return result


def _legend(entries):
    """Return a layer name that lists its colors, the largest class first."""
    named = [
        "{} #{:02x}{:02x}{:02x} {:.0%}".format(entry.name, *entry.color, entry.share)
        for entry in entries
    ]
    return _("Classes: {list}").format(list=", ".join(named))
