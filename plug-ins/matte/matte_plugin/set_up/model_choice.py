"""The list of models in a dialog: those installed, and a way to more."""

from pathlib import Path

from gi.repository import GLib, GObject, Gtk, Pango

from matte_core.base.localization import _, localized
from matte_core.setup import more_models
from matte_plugin.set_up import models_window

DEFAULT = ""
MORE = "\n"  # no name of a model, nor of a file that a user has
WIDTH_CHARS = 12


def add(dialog, config):
    """Put the list in place of the text field for the model. Call after filling the dialog."""
    field = dialog.get_widget("model", GObject.TYPE_NONE)
    entry = field.get_entry()
    entry.set_no_show_all(True)
    entry.hide()
    models = ModelChoice(config)
    field.attach(models, 1, 0, 1, 1)
    field.get_label().set_mnemonic_widget(models)
    models.show()


class ModelChoice(Gtk.ComboBoxText):
    """Chooses the argument `model`.

    Parameters
    ----------
    config : Gimp.ProcedureConfig
    """

    def __init__(self, config):
        super().__init__(hexpand=True)
        self._config = config
        self._is_filling = False
        for cell in self.get_cells():
            # Long titles must not widen the dialog.
            cell.set_properties(
                ellipsize=Pango.EllipsizeMode.END,
                width_chars=WIDTH_CHARS,
                max_width_chars=WIDTH_CHARS,
            )
        self.set_tooltip_text(_("The model that finds the subject"))
        self._fill()
        self.connect("changed", self._changed)
        # The wheel is for scrolling; it must not open a window.
        self.connect("scroll-event", lambda *_arguments: True)
        number = config.connect("notify::model", lambda *_arguments: self._fill())
        self.connect("destroy", lambda *_arguments: config.disconnect(number))

    def _fill(self):
        value = self._config.get_property("model") or DEFAULT
        self._is_filling = True
        try:
            self.remove_all()
            for name, label in _entries(value):
                self.append(name, label)
            self.set_active_id(value)
        finally:
            self._is_filling = False

    def _changed(self, _models):
        chosen = self.get_active_id()
        if self._is_filling or chosen is None:
            return
        if chosen != MORE:
            self._config.set_property("model", chosen)
            return
        self._fill()  # until there is another one, it is as before
        GLib.idle_add(self._get_more)

    def _get_more(self):
        window = self.get_toplevel()
        name = models_window.show(window if window.is_toplevel() else None)
        if name:
            self._config.set_property("model", name)
        self._fill()
        return GLib.SOURCE_REMOVE


def _entries(value):
    """Return the names and labels to choose from, if the argument has a value."""
    default = more_models.default()
    is_own = default != more_models.BUILT_IN
    label = _("Default ({name})").format(name=default) if is_own else _("Default (built-in)")
    entries = [(DEFAULT, label)]
    entries += [
        (model.name, f"{localized(model.title)} ({size_of(model.size)})")
        for model in more_models.choices()
        if model.name == value or model.name != default
    ]
    if value not in dict(entries):
        entries.append((value, Path(value).name))
    return [*entries, (MORE, _("Get more…"))]


def size_of(size):
    """Return a number of bytes for people."""
    return _("{count} MB").format(count=max(1, round(size / 1e6)))
