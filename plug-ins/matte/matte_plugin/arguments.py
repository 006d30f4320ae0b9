"""The arguments that several procedures share."""

from gi.repository import Gimp, GObject

from matte_core.base.classes import NOTHING, VOC_CLASSES
from matte_core.base.localization import _
from matte_core.base.subjects import AUTO, CLASS_LABELS, EVERYTHING, MAIN_SUBJECT, SELECTION
from matte_core.batch.framing import Framing, read_size
from matte_core.link.fields import EdgeControls, SubjectChoice

READWRITE = GObject.ParamFlags.READWRITE
NO_PARTS = " "  # since an empty text means the subject
REPLACE, INTERSECT, KEEP = "replace", "intersect", "keep"
MARKS = ("keep", "remove", "unknown")
MARKS_HELP = _(
    "A few strokes are enough to say what belongs to the subject and what does not. Paint them in "
    "the dialog or, in scripts, pass layers or channels: what is painted in a layer with "
    "transparency is marked, and what is white in any other layer or in a channel."
)
SHAPES = {
    "ellipse": (_("Ellipse"), _("Equally far in every direction")),
    "rectangle": (_("Rectangle"), _("Farther along the diagonals")),
    "cross": (_("Cross"), _("Along rows and columns only")),
}
WHOLE, SUBJECT, SQUARE, CANVAS = "whole", "subject", "square", "canvas"
CROPS = {
    WHOLE: (_("Whole layer"), _("Keep the size of the layer")),
    SUBJECT: (_("Subject"), _("Crop to the subject and its margin")),
    SQUARE: (_("Square"), _("Crop to a square with the subject in its center")),
    CANVAS: (
        _("Canvas"),
        _("Center the subject on a canvas of a given size, and scale it down if it does not fit"),
    ),
}
CROP_NAMES = ("crop", "margin", "canvas")
SUBJECTS = {
    AUTO: (MAIN_SUBJECT, _("Whatever the photo shows")),
    SELECTION: (_("Inside the selection"), _("The subject inside a rough selection")),
    EVERYTHING: (_("Everything"), _("Everything except the background")),
    **{name: (label, "") for name, label in CLASS_LABELS.items()},
}
SUBJECTS_HELP = _(
    "Subjects: {words}, or one of these classes: {classes}. “auto” is the main subject, whatever "
    "the photo shows; the classes need a model that knows them. Unknown names are treated as auto."
).format(words=f"{AUTO}, {SELECTION}, {EVERYTHING}", classes=", ".join(VOC_CLASSES[1:]))


def add_choice(procedure, name, label, blurb, options, default):
    """Add a choice; `options` maps each value to its label and tooltip."""
    choice = Gimp.Choice.new()
    for number, (value, (value_label, tooltip)) in enumerate(options.items()):
        choice.add(value, number, value_label, tooltip)
    procedure.add_choice_argument(name, label, blurb, choice, default, READWRITE)


def listed(**choices):
    """Return the values of choices as lists, for a help text."""
    return {name: ", ".join(options) for name, options in choices.items()}


def add_subject(procedure, blurb=""):
    """Add the subject to cut out."""
    blurb = blurb or _("What to cut out of the photo")
    add_choice(procedure, "subject", _("Su_bject"), blurb, SUBJECTS, AUTO)


def add_parts(procedure):
    """Add the list of objects to cut out instead of the subject."""
    procedure.add_string_argument(
        "parts", _("_Parts"),
        _(
            "What to cut out instead of the subject: names of detected objects, separated by "
            "commas"
        ),
        "", READWRITE,
    )  # fmt: skip


def add_model(procedure):
    """Add the model to use."""
    procedure.add_string_argument(
        "model", _("Mod_el"),
        _("The name of an installed model or the path to an ONNX file (empty: default)"),
        "", READWRITE,
    )  # fmt: skip


def add_output(procedure, options, default, blurb=""):
    """Add where to put the result."""
    blurb = blurb or _("Where to put the result")
    add_choice(procedure, "output", _("O_utput"), blurb, options, default)


def add_existing_mask(procedure):
    """Add what to do with an existing layer mask."""
    options = {
        REPLACE: (_("Replace"), _("Replace the existing mask")),
        INTERSECT: (_("Intersect"), _("Keep hidden what the existing mask hides")),
        KEEP: (_("Keep"), _("Keep the existing mask, and save the result as a channel")),
    }
    add_choice(
        procedure, "existing-mask", _("Existing layer _mask"),
        _("What to do if the layer already has a mask"), options, REPLACE,
    )  # fmt: skip


def keeps_masks(config):
    """Return whether existing layer masks are kept."""
    return config.get_property("existing-mask") == KEEP


def writing(config):
    """Return how `outputs.write` is to treat what is there already: originals and masks."""
    return {
        "hide_original": config.get_property("hide-original"),
        "keeps_masks": keeps_masks(config),
    }


def add_decontaminate(procedure, *, is_always_used=False):
    """Add how much of the old background's color to remove."""
    blurb = (
        _("How much of the old background's color to remove from the edge, in percent")
        if is_always_used
        else _(
            "How much of the old background's color to remove from the edge, in percent (new "
            "layers and new images only)"
        )
    )
    procedure.add_double_argument(
        "decontaminate", _("_Decontaminate colors"),
        blurb,
        0, 100, 100, READWRITE,
    )  # fmt: skip


def add_edge_width(procedure):
    """Add the width of the unknown region on either side of the outline."""
    procedure.add_double_argument(
        "trimap-width", _("Edge _width"),
        _("How far on either side of the outline to look for hair, in pixels (0: automatic)"),
        0, 1000, 0, READWRITE,
    )  # fmt: skip


def add_edge_controls(procedure):
    """Add the controls that adjust the edge of the finished alpha."""
    for name, label, blurb, low, high in (
        (
            "shift-edge", _("Sh_ift edge"),
            _("Move the edge outward, or inward if negative, in pixels"), -100, 100,
        ),
        (
            "smooth", _("Smoo_th"),
            _("Remove spikes from the outline and fill notches, up to this size in pixels"), 0, 50,
        ),
        ("feather", _("_Feather"), _("Soften the edge by this radius, in pixels"), 0, 250),
        ("contrast", _("Co_ntrast"), _("Harden the edge, in percent"), 0, 100),
        (
            "threshold", _("Threshold"),
            _("Make the edge hard: opaque from this alpha on, in percent (0: soft)"), 0, 100,
        ),
    ):  # fmt: skip
        procedure.add_double_argument(name, label, blurb, low, high, 0, READWRITE)


def add_edge(procedure):
    """Add all arguments about the edge of a subject."""
    add_decontaminate(procedure)
    add_edge_width(procedure)
    add_edge_controls(procedure)


def add_marks(procedure):
    """Add drawables in which something is marked; the dialogs have brushes instead."""
    for name, label, blurb in (
        ("keep", _("_Keep"), _("A layer or channel that marks what belongs to the subject")),
        (
            "remove", _("_Remove"),
            _("A layer or channel that marks what does not belong to the subject"),
        ),
        ("unknown", _("_Hair"), _("A layer or channel that marks where to look for soft edges")),
    ):  # fmt: skip
        procedure.add_drawable_argument(name, label, blurb, True, READWRITE)


def forget_marks(config):
    """Start without marks: those of another image do not apply to this one."""
    for name in MARKS:
        config.set_property(name, None)


def marked(config):
    """Return the drawables in which something is marked, by argument."""
    found = {name: config.find_property(name) and config.get_property(name) for name in MARKS}
    return {name: drawable for name, drawable in found.items() if drawable}


def add_hide_original(procedure):
    """Add whether to hide the original of a new layer."""
    procedure.add_boolean_argument(
        "hide-original", _("Hide ori_ginal layer"),
        _("Hide the layer that the new layer was made from"), True, READWRITE,
    )  # fmt: skip


def add_crop(procedure, blurb):
    """Add how a new image or file is cropped."""
    add_choice(procedure, "crop", _("Size"), blurb, CROPS, WHOLE)
    procedure.add_double_argument(
        "margin", _("Margin"),
        _("The margin around a cropped subject, in percent of its longer side or of the canvas's"),
        0, 100, 0, READWRITE,
    )  # fmt: skip
    procedure.add_string_argument(
        "canvas", _("Canvas"), _("The width and height of the canvas, in pixels"), "2000 x 2000",
        READWRITE,
    )  # fmt: skip


def framing(config):
    """Return how to crop; None for not at all.

    Raises
    ------
    InputError
        If the canvas has no size, or no room.
    """
    crop = config.get_property("crop")
    if crop == WHOLE:
        return None
    size = read_size(config.get_property("canvas") or "") if crop == CANVAS else None
    found = Framing(config.get_property("margin") / 100, True, crop == SQUARE, size)
    found.around((0, 0, 1, 1))  # before anything is computed: is there room?
    return found


def add_new_image_value(procedure):
    """Add the return value for a new image."""
    procedure.add_image_return_value(
        "new-image", _("New image"),
        _("The image made from the first layer, if the output is a new image"), True, READWRITE,
    )  # fmt: skip


def edge_controls(config):
    """Return the edge controls for a request."""
    return EdgeControls(
        config.get_property("shift-edge"),
        config.get_property("smooth"),
        config.get_property("feather"),
        config.get_property("contrast") / 100,
        config.get_property("threshold") / 100,
    )


def radius_px(config, scale=1.0):
    """Return the edge width for a request, for an image reduced by a scale; None: automatic."""
    width_px = config.get_property("trimap-width")
    return max(1, round(width_px * scale)) if round(width_px) else None


def subject_choice(config, strokes=()):
    """Return the subject, or the parts that were named instead, and the model for a request.

    Where all parts were deselected and something was painted to keep, that is the subject.
    """
    subject = config.get_property("subject")
    parts = config.get_property("parts") if config.find_property("parts") else None
    chosen = (parts or "").strip() or (AUTO if subject == SELECTION else subject)
    if parts == NO_PARTS and any(stroke.kind == "keep" for stroke in strokes):
        chosen = NOTHING
    return SubjectChoice(chosen, config.get_property("model") or "")
