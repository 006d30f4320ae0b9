"""Subject Mask…: what the network alone finds, without following the edge."""

from dataclasses import replace

from matte_core.base.localization import _
from matte_core.base.subjects import SELECTION as SELECTED
from matte_core.link.requests import SegmentRequest
from matte_plugin import arguments, outputs, running
from matte_plugin.document import items, layers, reading

NAME = "plug-in-matte-segment"

CLASS_MAP = "class-map"
CUT_OUTPUTS = (outputs.SELECTION, outputs.CHANNEL, outputs.LAYER_MASK)
OUTPUTS = {
    **{name: outputs.CHOICES[name] for name in CUT_OUTPUTS},
    CLASS_MAP: (_("Map of classes"), _("A layer with a color for each class that is found")),
}
HARD, SOFT = "hard", "soft"
EDGES = {
    HARD: (_("Hard"), _("Each pixel is the subject's or not")),
    SOFT: (_("Soft"), _("As sure as the network is")),
}

HELP = _(
    "Finds the subject by the network alone: fast and rough, a start for work by hand. Cut Out "
    "Subject… follows hair and soft edges as well.\n\n"
    "{subjects}\n\n"
    "Outputs: {outputs}. Edges: {edges}. The map of classes is a layer in the colors of PASCAL "
    "VOC; its name says which color is what."
).format(
    subjects=arguments.SUBJECTS_HELP,
    outputs=arguments.listed(OUTPUTS),
    edges=arguments.listed(EDGES),
)


def create(plug_in):
    """Describe the procedure: its arguments, menus and words."""
    procedure = arguments.image_procedure(
        plug_in,
        NAME,
        run,
        label=_("Subject Mas_k…"),
        menus=("<Image>/Select",),
        blurb=_("Select a person, an animal or a thing roughly, by the network alone"),
        help_text=HELP,
    )
    arguments.add_subject(procedure, _("What to look for in the photo"))
    arguments.add_choice(
        procedure, "output", _("O_utput"), _("Where the result goes"), OUTPUTS, outputs.SELECTION
    )
    arguments.add_choice(procedure, "edge", _("Ed_ge"), _("How its edge is"), EDGES, HARD)
    arguments.add_existing_mask(procedure)
    arguments.add_network(procedure)
    return procedure


def run(procedure, run_mode, image, drawables, config, _data):
    """Run the action in whichever mode GIMP asks for."""
    return running.run(
        procedure, run_mode, config, lambda: _segment(image, drawables, config), _arrange
    )


def _arrange(dialog, config):
    from matte_plugin import dialogs

    dialog.fill(None)
    dialogs.explain_network(dialog)
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


def _ask(worker, layer, config, progress):
    is_map = config.get_property("output") == CLASS_MAP
    is_selected = config.get_property("subject") == SELECTED
    intersects = config.get_property("existing-mask") == arguments.INTERSECT
    choice = arguments.subject_choice(config)
    request = SegmentRequest(
        image=reading.read_image(layer),
        selection=reading.read_selection(layer) if is_selected else None,
        mask=reading.read_mask(layer) if intersects and not is_map else None,
        choice=replace(choice, subject=arguments.EVERYTHING) if is_map else choice,
        output="classes" if is_map else config.get_property("edge"),
    )
    result = worker.call(request, progress)
    running.say_note(result.note)
    return result


def _legend(entries):
    """Say in a layer's name what its colors mean, the largest part first."""
    named = [
        "{} #{:02x}{:02x}{:02x} {:.0%}".format(entry.name, *entry.color, entry.share)
        for entry in entries
    ]
    return _("Classes: {list}").format(list=", ".join(named))
