"""The controls above the preview: view, zoom, and background."""

from gi.repository import Gtk

from matte_core.base.localization import _
from matte_plugin.preview.zoom import FULL

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
    canvas : Canvas
    on_changed : callable
        Called without arguments when another view was chosen.
    """

    def __init__(self, chooser, canvas, on_changed):
        super().__init__(orientation=Gtk.Orientation.VERTICAL, spacing=SPACING)
        self._chooser = chooser
        self._canvas = canvas
        self._on_changed = on_changed
        self._views = Gtk.ComboBoxText()
        for name, label in VIEWS.items():
            self._views.append(name, label)
        self._views.set_active_id(CUT_OUT)
        self._views.set_tooltip_text(_("How to show the result in the preview"))
        self._views.connect("changed", self._changed)
        row = Gtk.Box(spacing=SPACING)
        row.pack_start(self._views, True, True, 0)
        row.pack_start(canvas.tools.size_box, True, True, 0)
        self._fit, self._full = Gtk.ToggleButton(label=_("Fit")), Gtk.ToggleButton(label="100%")
        self._fit.set_tooltip_text(_("Show the whole image (0)"))
        self._full.set_tooltip_text(_("Show each pixel of the image as one of the screen (1)"))
        self._closer, self._farther = Gtk.Button(label="+"), Gtk.Button(label="−")
        self._closer.set_tooltip_text(_("Zoom in (+, or scroll up)"))
        self._farther.set_tooltip_text(_("Zoom out (-, or scroll down)"))
        self._percent = Gtk.Label(width_chars=5)
        self._fit.connect("toggled", self._zoomed, None)
        self._full.connect("toggled", self._zoomed, FULL)
        self._closer.connect("clicked", lambda _button: canvas.zoom(True))
        self._farther.connect("clicked", lambda _button: canvas.zoom(False))
        for widget in (self._farther, self._percent, self._closer, self._fit, self._full):
            row.pack_start(widget, False, False, 0)
        self._is_following = False
        self.pack_start(row, False, False, 0)
        self.pack_start(chooser, False, False, 0)

    @property
    def view(self):
        """The chosen view, by its name in requests."""
        return self._views.get_active_id()

    def follow(self):
        """Show how far the canvas is zoomed."""
        zoom = self._canvas.zoomed
        self._is_following = True
        self._fit.set_active(zoom.level is None)
        self._full.set_active(zoom.scale == FULL)
        self._is_following = False
        self._percent.set_text(f"{zoom.scale:.0%}")

    def _zoomed(self, _button, level):
        if not self._is_following:
            self._canvas.set_level(level)  # which shows this button as pressed, whatever it was

    def _changed(self, _widget):
        if self.view == BACKGROUND:
            self._chooser.begin()
        else:
            self._chooser.hide()
        self._on_changed()
