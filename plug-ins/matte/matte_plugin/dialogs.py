"""GIMP's dialog for a procedure's arguments, and additions to it."""

import re

from gi.repository import Gimp, GimpUi, GObject, Gtk

from matte_core.base.localization import _

NOT_SHOWN = (
    *("run-mode", "image", "drawables", "procedure"),
    *("parts", "keep", "remove", "unknown"),
)
SLIDERS = (
    *("decontaminate", "trimap-width", "shift-edge", "smooth", "feather", "contrast"),
    "threshold",
)


def ask(procedure, config, arrange=None):
    """Show GIMP's dialog for the procedure; return False if it is cancelled.

    Parameters
    ----------
    arrange : callable, optional
        Given the dialog and the config, fills the dialog or returns a box for it; by default,
        the dialog lists all arguments.
    """
    GimpUi.init(procedure.get_name())
    dialog = GimpUi.ProcedureDialog.new(procedure, config, title_of(procedure))
    if arrange is None:
        dialog.fill(None)
    else:
        box = arrange(dialog, config)
        if box is not None:
            dialog.get_content_area().pack_start(box, True, True, 0)
            box.show()
    accepted = dialog.run()
    dialog.destroy()
    return accepted


def title_of(procedure):
    """Return the title of a procedure's window: its menu label without mnemonic and ellipsis."""
    return re.sub(r"\(_\w\)|_|…", "", procedure.get_menu_label())


def arrange_with_colors(dialog, config, values):
    """Arrange the dialog of an action whose outputs differ in whether colors are cleaned.

    Parameters
    ----------
    values : collection of str
        The outputs with clean colors.

    Returns
    -------
    box : Gtk.Widget
        All controls, not yet added to the dialog.
    """
    names = [spec.name for spec in config.list_properties() if spec.name not in NOT_SHOWN]
    sliders(dialog, *(name for name in SLIDERS if name in names))
    box = dialog.fill_box("matte-controls", names)
    if "model" in names:
        offer_models(dialog, config)
    only_if(dialog, config, ("decontaminate", "hide-original"), "output", values)
    return box


def sliders(dialog, *names):
    """Show arguments as sliders."""
    for name in names:
        dialog.get_scale_entry(name, 1.0)


def offer_models(dialog, config):
    """Let the model be chosen from a list. Call after filling the dialog."""
    from matte_plugin.set_up import model_choice  # which opens windows of its own

    model_choice.add(dialog, config)


def only_if(dialog, config, names, choice, values):
    """Enable arguments only for some values of a choice. Call after filling the dialog."""
    widgets = [dialog.get_widget(name, GObject.TYPE_NONE) for name in names]

    def follow(*_arguments):
        for widget in widgets:
            widget.set_sensitive(config.get_property(choice) in values)

    follow()
    config.connect(f"notify::{choice}", follow)


def shown_if(dialog, config, names, choice, values):
    """Show arguments only for some values of a choice, which saves room. Call after filling."""
    widgets = [dialog.get_widget(name, GObject.TYPE_NONE) for name in names]

    def follow(*_arguments):
        for widget in widgets:
            widget.set_visible(config.get_property(choice) in values)

    for widget in widgets:
        widget.set_no_show_all(True)
    follow()
    config.connect(f"notify::{choice}", follow)


def add_image_chooser(dialog, config, name, images, wanted):
    """Add a list of images, for which GIMP's dialog has no widget.

    Parameters
    ----------
    name : str
        The argument that takes the image.
    images : list of Gimp.Image
    wanted : (str, str)
        A choice, and its value for which the list is enabled.
    """
    combo = Gtk.ComboBoxText()
    for image in images:
        combo.append(str(image.get_id()), image.get_name())
    if not images:
        combo.append_text(_("No other image is open"))
        combo.set_active(0)
    label = Gtk.Label.new_with_mnemonic(_("I_mage"))
    label.set_mnemonic_widget(combo)
    combo.set_tooltip_text(config.find_property(name).blurb)

    def choose(*_arguments):
        number = combo.get_active_id()
        if number is not None:
            config.set_property(name, Gimp.Image.get_by_id(int(number)))

    def follow(*_arguments):
        choice, value = wanted
        combo.set_sensitive(config.get_property(choice) == value and bool(images))

    known = config.get_property(name)
    if known in images:
        combo.set_active_id(str(known.get_id()))
    elif images:
        combo.set_active(0)
    choose()
    follow()
    combo.connect("changed", choose)
    config.connect(f"notify::{wanted[0]}", follow)
    box = Gtk.Box(orientation=Gtk.Orientation.HORIZONTAL, spacing=12)
    box.pack_start(label, False, False, 0)
    box.pack_start(combo, True, True, 0)
    box.show_all()
    dialog.get_content_area().pack_start(box, False, False, 0)
