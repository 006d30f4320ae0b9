"""Composite over Background…: a cut-out layer, its edge cleaned, over something new."""

import gi

gi.require_version("Gegl", "0.4")
gi.require_version("Gimp", "3.0")
from gi.repository import Gegl, Gimp

from matte_core.base.errors import InputError
from matte_core.base.localization import _
from matte_core.base.progress import part
from matte_core.link.requests import RelightRequest
from matte_plugin import arguments, running
from matte_plugin.actions import decontaminate
from matte_plugin.document import composing, items, layers, pixels

NAME = "plug-in-matte-composite"

COLOR, FILE, LAYER, IMAGE = "color", "file", "layer", "image"
BACKGROUNDS = {
    COLOR: (_("A color"), _("One color all over")),
    FILE: (_("A picture file"), _("Any picture that GIMP can open")),
    LAYER: (_("A layer"), _("A copy of a layer, of this image or another")),
    IMAGE: (_("An open image"), _("What is visible of another open image")),
}
SIZES = {
    composing.COVER: (_("Cover the image"), _("As large as it must be to leave nothing open")),
    composing.INSIDE: (_("Fit into the image"), _("As large as it can be without being cut")),
    composing.ORIGINAL: (_("As it is"), _("Its own size, in the middle")),
}
PLACEMENTS = {
    composing.KEEP: (_("Where it is"), _("The subject stays in its place")),
    composing.CENTER: (_("In the middle"), _("The visible part of the subject is centered")),
    composing.FIT: (
        _("Fitted"),
        _("Scaled so that its visible part just fits into the image"),
    ),
    composing.POSITION: (_("At a position"), _("Its visible part begins at X and Y")),
}
FAR = 100_000
# GIMP forgets an image or a layer between two runs; this says which it was.
LAST = "last-background"

HELP = _(
    "Puts the subject of a layer, cut out by a mask or by transparency, over a new background. The "
    "color of the old background is taken out of its edge, and soft edges stay soft. The result "
    "is a group of two layers above the old one, so that both can still be moved, or one merged "
    "layer; what lies beyond the image's edge is only hidden. Color match and light wrap bring the "
    "background's light onto the subject; they change the colors of its new layer, not its "
    "shape.\n\n"
    "Backgrounds: {backgrounds}; their sizes: {sizes}. Placements of the subject: {placements}; "
    "scale counts for all of them."
).format(
    backgrounds=arguments.listed(BACKGROUNDS),
    sizes=arguments.listed(SIZES),
    placements=arguments.listed(PLACEMENTS),
)


def create(plug_in):
    """Describe the procedure: its arguments, menus and words."""
    procedure = arguments.image_procedure(
        plug_in,
        NAME,
        run,
        label=_("Composite over _Background…"),
        menus=("<Image>/Layer/Transparency",),
        blurb=_("Put a cut-out subject over a color, a picture, a layer or another image"),
        help_text=HELP,
    )
    _add_background(procedure)
    _add_placement(procedure)
    arguments.add_decontaminate(procedure, is_always_used=True)
    _add_light(procedure)
    procedure.add_boolean_argument(
        "flatten", _("Merge i_nto one layer"), _("Make one layer instead of a group of two"),
        False, arguments.READWRITE,
    )  # fmt: skip
    arguments.add_hide_original(procedure)
    return procedure


def _add_background(procedure):
    arguments.add_choice(
        procedure,
        "background",
        _("_Background"),
        _("What comes behind the subject"),
        BACKGROUNDS,
        COLOR,
    )
    flags = arguments.READWRITE
    Gegl.init(None)  # without it GIMP 3.0 loses the color on the way, and the procedure with it
    procedure.add_color_argument(
        "background-color", _("_Plain color"), _("The background's color"), False,
        Gegl.Color.new("white"), flags,
    )  # fmt: skip
    procedure.add_file_argument(
        "background-file", _("_File"), _("The picture file"), Gimp.FileChooserAction.OPEN, True,
        None, flags,
    )  # fmt: skip
    procedure.add_drawable_argument(
        "background-layer",
        _("L_ayer"),
        _("The layer to copy, of this image or another"),
        True,
        flags,
    )
    procedure.add_image_argument("background-image", _("I_mage"), _("The other image"), True, flags)
    procedure.add_string_aux_argument(LAST, "", "", "", flags)
    arguments.add_choice(
        procedure, "background-size", _("Background si_ze"), _("How large the background becomes"),
        SIZES, composing.COVER,
    )  # fmt: skip


def _add_placement(procedure):
    flags = arguments.READWRITE
    arguments.add_choice(
        procedure, "placement", _("S_ubject"), _("Where the subject comes to lie"), PLACEMENTS,
        composing.KEEP,
    )  # fmt: skip
    procedure.add_double_argument(
        "scale", _("Scal_e"), _("The subject's size, in percent"), 1, 1000, 100, flags
    )
    for name, label, blurb in (
        (
            "x",
            _("_X"),
            _("Where its visible part begins, in pixels from the left (only “At a position”)"),
        ),
        (
            "y",
            _("_Y"),
            _("Where its visible part begins, in pixels from the top (only “At a position”)"),
        ),
    ):
        procedure.add_int_argument(name, label, blurb, -FAR, FAR, 0, flags)


def _add_light(procedure):
    for name, label, blurb, high in (
        (
            "color-match",
            _("Color ma_tch"),
            _(
                "How far the subject's exposure and color temperature follow the new background, "
                "in percent"
            ),
            100,
        ),
        (
            "light-wrap",
            _("L_ight wrap"),
            _(
                "How much of the new background's light falls on the subject's edge, in percent; "
                "it becomes part of the subject's layer and moves with it"
            ),
            100,
        ),
        (
            "light-wrap-width",
            _("Light _width"),
            _("How far that light reaches into the subject, in its pixels; 0 finds it out"),
            1000,
        ),
    ):
        procedure.add_double_argument(name, label, blurb, 0, high, 0, arguments.READWRITE)


def run(procedure, run_mode, image, drawables, config, _data):
    """Run the action in whichever mode GIMP asks for."""
    return running.run(
        procedure,
        run_mode,
        config,
        lambda: _compose(image, drawables, config),
        lambda dialog, config: _arrange(dialog, config, image),
    )


def _arrange(dialog, config, image):
    from matte_plugin import dialogs

    dialogs.sliders(dialog, "decontaminate", "color-match", "light-wrap", "light-wrap-width")
    for kind in (LAYER, IMAGE):
        if config.get_property(f"background-{kind}") is None:
            config.set_property(f"background-{kind}", _last(config, kind))
    dialog.fill(["background", "background-color", "background-file", "background-layer"])
    others = [other for other in Gimp.get_images() if other != image]
    dialogs.add_image_chooser(dialog, config, "background-image", others, ("background", IMAGE))
    dialog.fill(
        [
            "background-size", "placement", "scale", "x", "y", "decontaminate", "color-match",
            "light-wrap", "light-wrap-width", "flatten", "hide-original",
        ]
    )  # fmt: skip
    for kind in (COLOR, FILE, LAYER):
        dialogs.only_if(dialog, config, (f"background-{kind}",), "background", (kind,))
    dialogs.only_if(dialog, config, ("background-size",), "background", (FILE, LAYER, IMAGE))
    dialogs.only_if(dialog, config, ("x", "y"), "placement", (composing.POSITION,))


def _compose(image, drawables, config):
    layers.check_soft(image)
    chosen = items.layers_of(drawables)
    _check_background(image, config)
    backgrounds = _make_backgrounds(image, config, len(chosen))
    placement = composing.Placement(
        config.get_property("placement"),
        config.get_property("scale") / 100,
        config.get_property("x"),
        config.get_property("y"),
    )
    size = config.get_property("background-size")
    scenes = [composing.Scene(background, size, placement) for background in backgrounds]
    scene_of = dict(zip((layer.get_id() for layer in chosen), scenes, strict=True))
    try:
        subjects = running.for_each(
            chosen,
            lambda worker, layer, progress: _ask(
                worker, layer, scene_of[layer.get_id()], config, progress
            ),
        )
    except BaseException:
        _delete(backgrounds)
        raise
    with items.one_undo_step(image):
        for subject, scene in zip(subjects, scenes, strict=True):
            group = composing.compose(subject, scene)
            if config.get_property("flatten"):
                composing.merge(group)
            if config.get_property("hide-original"):
                items.hide(subject.layer)


def _ask(worker, layer, scene, config, progress):
    """Ask the worker for the subject's colors as they are to be in the scene."""
    amount = config.get_property("decontaminate") / 100
    match = config.get_property("color-match") / 100
    wrap = config.get_property("light-wrap") / 100
    if not match and not wrap:
        return decontaminate.ask(worker, layer, amount, progress)
    subject = decontaminate.ask(worker, layer, amount, part(progress, 0.0, 0.8))
    background, place = composing.surroundings(subject, scene)
    request = RelightRequest(
        **decontaminate.read_cut_out(layer),
        foreground=subject.colors.foreground,
        background=background,
        place=place,
        match=match,
        wrap=wrap,
        wrap_px=config.get_property("light-wrap-width"),
    )
    result = worker.call(request, part(progress, 0.8, 1.0))
    return composing.Subject(layer, pixels.Colors.of(result), subject.box)


def _check_background(image, config):
    """Refuse at once what cannot be a background."""
    kind = config.get_property("background")
    if kind == COLOR:
        return
    found = config.get_property(f"background-{kind}") or _last(config, kind)
    if found is None:
        raise _missing(config, kind)
    if kind == IMAGE and found == image:
        raise InputError(
            _("The background is the image itself."),
            _("Choose another open image, or one of this image's layers."),
        )
    if kind in (LAYER, IMAGE):
        config.set_property(f"background-{kind}", found)
        if config.find_property(LAST):
            config.set_property(LAST, f"{kind} {found.get_id()} {found.get_name()}")


def _remembered(config):
    """Return what is known of the last background; GIMP gives what it keeps to its own config."""
    return config.get_property(LAST) if config.find_property(LAST) else ""


def _last(config, kind):
    """Return the layer or image that was the background last, if it is still there."""
    last, _space, rest = _remembered(config).partition(" ")
    number, _space, name = rest.partition(" ")
    if last != kind or not number.isdecimal():
        return None
    find = {LAYER: Gimp.Drawable.get_by_id, IMAGE: Gimp.Image.get_by_id}[kind]
    found = find(int(number))
    # In another GIMP the number may be another's.
    return found if found is not None and found.is_valid() and found.get_name() == name else None


def _missing(config, kind):
    """Return the error of a background that is not there, or not any more."""
    last, _space, rest = _remembered(config).partition(" ")
    if last == kind:
        name = rest.partition(" ")[2]
        return InputError(
            _("“{name}”, the last background, is not open any more.").format(name=name),
            _("Choose Composite over Background…, and another background."),
        )
    return InputError(
        {
            FILE: _("No file was chosen as the background."),
            LAYER: _("No layer was chosen as the background."),
            IMAGE: _("No image was chosen as the background."),
        }[kind],
        _("Choose one, or another background."),
    )


def _make_backgrounds(image, config, count):
    """Make a background for each subject; when one fails, none of them is left."""
    kind = config.get_property("background")
    made = []
    try:
        for _number in range(count):
            if kind == COLOR:
                color = config.get_property("background-color")
                made.append(composing.plain_background(image, color))
            elif kind == FILE:
                file = config.get_property("background-file")
                made.append(composing.background_from_file(image, file))
            elif kind == LAYER:
                layer = config.get_property("background-layer")
                made.append(composing.background_from_layer(image, layer))
            else:
                other = config.get_property("background-image")
                made.append(composing.background_from_image(image, other))
    except BaseException:
        _delete(made)
        raise
    return made


def _delete(made):
    for layer in made:
        layer.delete()
