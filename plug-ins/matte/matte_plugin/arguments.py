"""What the procedures share: how they are described, and arguments that several of them take."""

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp, GObject

from matte_core.base.classes import VOC_CLASSES
from matte_core.base.localization import _
from matte_core.base.subjects import AUTO, CLASS_LABELS, EVERYTHING, SELECTION
from matte_core.link.fields import EdgeControls, SubjectChoice

READWRITE = GObject.ParamFlags.READWRITE
MENU = "<Image>/Filters/Matte"
REPLACE, INTERSECT, KEEP = "replace", "intersect", "keep"
SHAPES = {
    "ellipse": (_("Ellipse"), _("Equally far in every direction")),
    "rectangle": (_("Rectangle"), _("Further along the diagonals")),
    "cross": (_("Cross"), _("Along rows and columns only")),
}
SUBJECTS = {
    AUTO: (_("Automatic"), _("The largest subject that is found; people come first")),
    SELECTION: (_("What is selected"), _("The subject within a rough selection")),
    EVERYTHING: (_("Everything found"), _("All but the background")),
    **{name: (label, "") for name, label in CLASS_LABELS.items()},
}
SUBJECTS_HELP = _(
    "Subjects: {words}, or one of: {classes}. An unknown name counts as auto."
).format(words=f"{AUTO}, {SELECTION}, {EVERYTHING}", classes=", ".join(VOC_CLASSES[1:]))


def image_procedure(plug_in, name, run, *, label, menus, blurb, help_text):
    """Make a procedure that works on the selected layers of an image."""
    procedure = Gimp.ImageProcedure.new(plug_in, name, Gimp.PDBProcType.PLUGIN, run, None)
    procedure.set_image_types("*")
    procedure.set_sensitivity_mask(
        Gimp.ProcedureSensitivityMask.DRAWABLE | Gimp.ProcedureSensitivityMask.DRAWABLES
    )
    procedure.set_menu_label(label)
    for menu in (MENU, *menus):
        procedure.add_menu_path(menu)
    procedure.set_documentation(blurb, help_text, name)
    procedure.set_attribution("The Matte for GIMP authors", "MIT License", "2026")
    return procedure


def plain_procedure(plug_in, name, run, *, label, blurb, help_text):
    """Make a procedure that needs no image; it takes the run mode as its first argument."""
    procedure = Gimp.Procedure.new(plug_in, name, Gimp.PDBProcType.PLUGIN, run, None)
    procedure.set_menu_label(label)
    procedure.add_menu_path(MENU)
    procedure.set_documentation(blurb, help_text, name)
    procedure.set_attribution("The Matte for GIMP authors", "MIT License", "2026")
    procedure.add_enum_argument(
        "run-mode", _("Run mode"), _("The run mode"), Gimp.RunMode, Gimp.RunMode.NONINTERACTIVE,
        READWRITE,
    )  # fmt: skip
    return procedure


def add_choice(procedure, name, label, blurb, options, default):
    """Add an argument with a few named values: name to label and explanation."""
    choice = Gimp.Choice.new()
    for number, (value, (spoken, explained)) in enumerate(options.items()):
        choice.add(value, number, spoken, explained)
    procedure.add_choice_argument(name, label, blurb, choice, default, READWRITE)


def listed(options):
    """List the values of a choice for a help text."""
    return ", ".join(options)


def add_subject(procedure, blurb=""):
    """Add the choice of a subject."""
    blurb = blurb or _("What to cut out of the photo")
    add_choice(procedure, "subject", _("Su_bject"), blurb, SUBJECTS, AUTO)


def add_parts(procedure):
    """Add what to cut out by name, instead of a subject."""
    procedure.add_string_argument(
        "parts", _("_Parts"),
        _("What to cut out instead of the subject: names of what is found, separated by commas"),
        "", READWRITE,
    )  # fmt: skip


def add_network(procedure):
    """Add the choice of a network."""
    procedure.add_string_argument(
        "model", _("N_etwork"),
        _("The name of an installed network or the path of an ONNX file; empty for the usual one"),
        "", READWRITE,
    )  # fmt: skip


def add_existing_mask(procedure):
    """Add what becomes of a layer's mask."""
    options = {
        REPLACE: (_("Replace it"), _("The new mask takes the place of the old one")),
        INTERSECT: (_("Intersect with it"), _("What the old mask hides stays hidden")),
        KEEP: (_("Keep it"), _("The old mask stays; the result is saved as a channel instead")),
    }
    add_choice(
        procedure, "existing-mask", _("If there is a _mask"),
        _("What becomes of a mask that the layer has: it is replaced, it goes on hiding what it "
          "hides, or it stays as it is and the result becomes a channel"),
        options, REPLACE,
    )  # fmt: skip


def keeps_masks(config):
    """Say whether masks that layers have are to stay as they are."""
    return config.get_property("existing-mask") == KEEP


def add_decontaminate(procedure, *, is_always_used=False):
    """Add how much of the old background's color is taken out."""
    blurb = (
        _("How much of the old background's color is taken out of the edge, in percent")
        if is_always_used
        else _(
            "How much of the old background's color is taken out of the edge, in percent (new "
            "layers and images only)"
        )
    )
    procedure.add_double_argument(
        "decontaminate", _("_Decontaminate colors"),
        blurb,
        0, 100, 100, READWRITE,
    )  # fmt: skip


def add_edge_width(procedure):
    """Add the width of the trimap's unknown band."""
    procedure.add_double_argument(
        "trimap-width", _("Edge _width"),
        _("How far to both sides of the outline hair is looked for, in pixels; 0 finds it out"),
        0, 1000, 0, READWRITE,
    )  # fmt: skip


def add_edge_controls(procedure):
    """Add what adjusts the edge of the finished alpha."""
    for name, label, blurb, low, high in (
        (
            "shift-edge", _("Sh_ift edge"),
            _("Moves the edge, in pixels: outwards, or inwards when negative"), -100, 100,
        ),
        (
            "smooth", _("Smoo_th"),
            _("Takes spikes off the outline and fills notches, up to this many pixels"), 0, 50,
        ),
        ("feather", _("_Feather"), _("Makes the edge softer, by this radius in pixels"), 0, 250),
        ("contrast", _("Co_ntrast"), _("Makes the edge harder, in percent"), 0, 100),
    ):  # fmt: skip
        procedure.add_double_argument(name, label, blurb, low, high, 0, READWRITE)


def add_hide_original(procedure):
    """Add whether the source of a new layer is hidden."""
    procedure.add_boolean_argument(
        "hide-original", _("Hide the ori_ginal"),
        _("Hide the layer that a new layer was made from"), True, READWRITE,
    )  # fmt: skip


def add_new_image_value(procedure):
    """Add the new image that a procedure may return."""
    procedure.add_image_return_value(
        "new-image", _("New image"),
        _("The image that was made of the first layer, if that is the output"), True, READWRITE,
    )  # fmt: skip


def edge_controls(config):
    """Return the edge controls for a request."""
    return EdgeControls(
        config.get_property("shift-edge"),
        config.get_property("smooth"),
        config.get_property("feather"),
        config.get_property("contrast") / 100,
    )


def radius_px(config, scale=1.0):
    """Return the edge width for a request, for an image reduced by a scale; None: automatic."""
    width_px = config.get_property("trimap-width")
    return max(1, round(width_px * scale)) if round(width_px) else None


def subject_choice(config):
    """Return the subject, or the parts that were named instead, and the model for a request."""
    subject = config.get_property("subject")
    parts = config.get_property("parts") if config.find_property("parts") else None
    return SubjectChoice(
        (parts or "").strip() or (AUTO if subject == SELECTION else subject),
        config.get_property("model") or "",
    )
