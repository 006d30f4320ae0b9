"""The controls above the preview: view, zoom, and background."""

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gtk

from matte_core.base.localization import _

SPACING = 6
CUT_OUT, BACKGROUND = "cut-out", "background"
VIEWS = {
    CUT_OUT: _("On checkerboard"),
    "overlay": _("Overlay"),
    "black": _("On black"),
    "white": _("On white"),
    "color": _("On background color"),
    BACKGROUND: _("On another image"),
    "matte": _("Matte"),
    "trimap": _("Trimap"),
    "original": _("Original"),
}


class Toolbar(Gtk.Box):
    """Chooses a view and a zoom; one of the views shows a further chooser.

    Parameters
    ----------
    chooser : BackgroundChooser
    on_changed : callable
        Called without arguments.
    """

    def __init__(self, chooser, on_changed):
        super().__init__(orientation=Gtk.Orientation.VERTICAL, spacing=SPACING)
        self._chooser = chooser
        self._on_changed = on_changed
        self._views = Gtk.ComboBoxText()
        for name, label in VIEWS.items():
            self._views.append(name, label)
        self._views.set_active_id(CUT_OUT)
        self._views.set_tooltip_text(_("How to show the result in the preview"))
        self._views.connect("changed", self._changed)
        self._fit = Gtk.RadioButton.new_with_label(None, _("Fit"))
        self._fit.set_tooltip_text(_("Show the whole image"))
        self._full = Gtk.RadioButton.new_with_label_from_widget(self._fit, "100%")
        self._full.set_tooltip_text(_("Show the image at full size; drag to pan"))
        self._full.connect("toggled", self._changed)
        for button in (self._fit, self._full):
            button.set_mode(False)
        row = Gtk.Box(spacing=SPACING)
        row.pack_start(self._views, True, True, 0)
        row.pack_start(self._fit, False, False, 0)
        row.pack_start(self._full, False, False, 0)
        self.pack_start(row, False, False, 0)
        self.pack_start(chooser, False, False, 0)
        chooser.hide()

    @property
    def view(self):
        """The chosen view, by its name in requests."""
        return self._views.get_active_id()

    @property
    def is_full(self):
        """Whether the zoom is 100%."""
        return self._full.get_active()

    def set_full(self, is_full):
        """Zoom to 100%, or fit the image."""
        (self._full if is_full else self._fit).set_active(True)

    def _changed(self, _widget):
        if self.view == BACKGROUND:
            self._chooser.begin()
        else:
            self._chooser.hide()
        self._on_changed()
