"""Composite over Background…: place a cut-out layer with clean edge colors over a background."""

from gi.repository import Gegl, Gimp

from matte_core.base.errors import InputError
from matte_core.base.localization import _
from matte_core.base.progress import part
from matte_core.link.requests import RelightRequest
from matte_plugin import arguments, running
from matte_plugin.actions import decontaminate
from matte_plugin.document import composing, items, layers, pixels

NAME = "plug-in-matte-composite"
LABEL = _("Composite over _Background…")
MENUS = ("<Image>/Layer/Transparency",)
BLURB = _("Place a cut-out subject over a color, an image file, a layer, or another image")

COLOR, FILE, LAYER, IMAGE = "color", "file", "layer", "image"
BACKGROUNDS = {
    COLOR: (_("Plain color"), _("A single color")),
    FILE: (_("Image file"), _("Any image file that GIMP can open")),
    LAYER: (_("Layer"), _("A copy of a layer from this or another image")),
    IMAGE: (_("Open image"), _("Everything visible in another open image")),
}
SIZES = {
    composing.COVER: (_("Cover image"), _("Scaled to cover the whole image")),
    composing.INSIDE: (
        _("Fit in image"),
        _("Scaled to fit inside the image without being cropped"),
    ),
    composing.ORIGINAL: (_("Original size"), _("Centered, without scaling")),
}
PLACEMENTS = {
    composing.KEEP: (_("Keep position"), _("The subject stays where it is")),
    composing.CENTER: (
        _("Centered"),
        _("The visible part of the subject is centered in the image"),
    ),
    composing.FIT: (
        _("Fit to image"),
        _("Scaled so that its visible part just fits in the image"),
    ),
    composing.POSITION: (_("At position"), _("The visible part of the subject starts at X and Y")),
}
FAR = 100_000
# GIMP does not remember image and layer arguments between runs, so we do.
LAST = "last-background"

HELP = _(
    "Places a subject that was cut out by a layer mask or by transparency over a new background. "
    "The color of the old background is removed from the subject's edge, and soft edges stay "
    "soft. The result is a layer group above the original layer, so that subject and background "
    "can still be moved, or a single merged layer; anything outside the canvas is hidden, not "
    "deleted. Color match and light wrap adapt the subject to the light of the background; they "
    "change the colors of its new layer, not its shape.\n\n"
    "Backgrounds: {backgrounds}. Background sizes: {sizes}. Subject placements: {placements}; the "
    "scale applies to all of them."
).format(**arguments.listed(backgrounds=BACKGROUNDS, sizes=SIZES, placements=PLACEMENTS))


def add_arguments(procedure):
    """Add the arguments and return values."""
    _add_background(procedure)
    _add_placement(procedure)
    arguments.add_decontaminate(procedure, is_always_used=True)
    _add_light(procedure)
    procedure.add_boolean_argument(
        "flatten", _("Merge i_nto one layer"),
        _("Create one merged layer instead of a layer group"), False, arguments.READWRITE,
    )  # fmt: skip
    arguments.add_hide_original(procedure)


def _add_background(procedure):
    arguments.add_choice(
        procedure,
        "background",
        _("_Background"),
        _("What to place behind the subject"),
        BACKGROUNDS,
        COLOR,
    )
    flags = arguments.READWRITE
    Gegl.init(None)  # otherwise GIMP 3.0 loses the default color, and the procedure with it
    procedure.add_color_argument(
        "background-color", _("_Plain color"), _("The color of the background"), False,
        Gegl.Color.new("white"), flags,
    )  # fmt: skip
    procedure.add_file_argument(
        "background-file", _("_File"), _("The image file to use as the background"),
        Gimp.FileChooserAction.OPEN, True, None, flags,
    )  # fmt: skip
    procedure.add_drawable_argument(
        "background-layer",
        _("L_ayer"),
        _("The layer to copy, from this or another image"),
        True,
        flags,
    )
    procedure.add_image_argument(
        "background-image", _("I_mage"), _("The open image to use as the background"), True, flags
    )
    procedure.add_string_aux_argument(LAST, "", "", "", flags)
    arguments.add_choice(
        procedure, "background-size", _("Background si_ze"), _("How to size the background"),
        SIZES, composing.COVER,
    )  # fmt: skip


def _add_placement(procedure):
    flags = arguments.READWRITE
    arguments.add_choice(
        procedure, "placement", _("S_ubject"), _("Where to place the subject"), PLACEMENTS,
        composing.KEEP,
    )  # fmt: skip
    procedure.add_double_argument(
        "scale", _("Scal_e"), _("Size of the subject, in percent"), 1, 1000, 100, flags
    )
    for name, label, blurb in (
        (
            "x",
            _("_X"),
            _("Left edge of the subject's visible part, in pixels (“At position” only)"),
        ),
        (
            "y",
            _("_Y"),
            _("Top edge of the subject's visible part, in pixels (“At position” only)"),
        ),
    ):
        procedure.add_int_argument(name, label, blurb, -FAR, FAR, 0, flags)


def _add_light(procedure):
    for name, label, blurb, high in (
        (
            "color-match",
            _("Color ma_tch"),
            _(
                "How closely to match the subject's exposure and color temperature to the new "
                "background, in percent"
            ),
            100,
        ),
        (
            "light-wrap",
            _("L_ight wrap"),
            _(
                "How much light from the new background falls on the subject's edge, in percent; "
                "the light becomes part of the subject's layer"
            ),
            100,
        ),
        (
            "light-wrap-width",
            _("Light _width"),
            _("How far the light reaches into the subject, in pixels of its layer (0: automatic)"),
            1000,
        ),
    ):
        procedure.add_double_argument(name, label, blurb, 0, high, 0, arguments.READWRITE)


def run(procedure, run_mode, image, drawables, config, _data):
    """Run the action in any of GIMP's run modes."""
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
    """Ask the worker for the subject's colors in the new scene."""
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
    """Refuse an unusable background before anything is computed."""
    kind = config.get_property("background")
    if kind == COLOR:
        return
    found = config.get_property(f"background-{kind}") or _last(config, kind)
    if found is None:
        raise _missing(config, kind)
    if kind == IMAGE and found == image:
        raise InputError(
            _("An image cannot be its own background."),
            _("Choose another open image, or a layer of this image."),
        )
    if kind in (LAYER, IMAGE):
        config.set_property(f"background-{kind}", found)
        if config.find_property(LAST):
            config.set_property(LAST, f"{kind} {found.get_id()} {found.get_name()}")


def _remembered(config):
    """Return the record of the last background; only a config created by GIMP has one."""
    return config.get_property(LAST) if config.find_property(LAST) else ""


def _last(config, kind):
    """Return the layer or image last used as the background, if it still exists."""
    last, _space, rest = _remembered(config).partition(" ")
    number, _space, name = rest.partition(" ")
    if last != kind or not number.isdecimal():
        return None
    find = {LAYER: Gimp.Drawable.get_by_id, IMAGE: Gimp.Image.get_by_id}[kind]
    found = find(int(number))
    # After a restart, the number may belong to something else.
    return found if found is not None and found.is_valid() and found.get_name() == name else None


def _missing(config, kind):
    """Return the error for a background that was not chosen or is no longer open."""
    last, _space, rest = _remembered(config).partition(" ")
    if last == kind:
        name = rest.partition(" ")[2]
        return InputError(
            _("The last background, “{name}”, is no longer open.").format(name=name),
            _("Run Composite over Background… again and choose another background."),
        )
    return InputError(
        {
            FILE: _("No image file was chosen as the background."),
            LAYER: _("No layer was chosen as the background."),
            IMAGE: _("No image was chosen as the background."),
        }[kind],
        _("Choose one, or choose another kind of background."),
    )


def _make_backgrounds(image, config, count):
    """Create a background for each subject; if one fails, delete them all."""
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
