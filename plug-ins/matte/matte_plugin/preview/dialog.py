"""GIMP's dialog for a procedure, with a live preview beside the controls.

The preview works on a reduced copy of the first layer, in a worker of its own, so the window never
waits. At 100 % the part that is seen is matted at full size, with the reduced trimap.
"""

import gi

gi.require_version("Gegl", "0.4")
gi.require_version("GimpUi", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import GimpUi, GLib, Gtk, Pango

from matte_plugin.preview.picture import PictureView
from matte_plugin.preview.thread import PreviewThread, Wanted

SPACING = 12
CONTROLS_PX = 440
WAIT_MS = 60
LEAST_SHARE = 0.005
VIEWS = {
    "cut-out": "On a checkerboard",
    "overlay": "Overlay",
    "black": "On black",
    "white": "On white",
    "colour": "On the background color",
    "matte": "Matte",
    "trimap": "Trimap",
    "original": "Original",
}


class PreviewDialog:
    """One dialog, from its making to `run`.

    Parameters
    ----------
    procedure, config
        What GIMP's own dialog takes.
    arrange : callable
        See `matte_plugin.dialogs.ask`; it returns the controls.
    source : object
        The picture, reduced and in full: see `matte_plugin.preview.source`.
    params : callable
        Returns what the controls say, as the worker takes it, for lengths times a scale.
    open_worker : callable
        Returns a worker that is not started yet.
    """

    def __init__(self, procedure, config, arrange, source, params, open_worker):
        GimpUi.init(procedure.get_name())
        self._source = source
        self._params = params
        self._timer = 0
        self._center = (source.width / 2, source.height / 2)
        self._dialog = GimpUi.ProcedureDialog.new(procedure, config, None)
        self._thread = PreviewThread(
            open_worker,
            source.opening(),
            lambda delivered: self._in_window(self._show, delivered),
            lambda fraction, step: self._in_window(self._show_progress, fraction, step),
        )
        self._is_closed = False
        self._build(config, arrange)
        config.connect("notify", lambda *_: self._ask_soon())

    def run(self):
        """Show the dialog until it is answered; True for OK."""
        self._thread.start()
        self._ask_soon()
        try:
            return self._dialog.run()
        finally:
            self._is_closed = True
            if self._timer:
                GLib.source_remove(self._timer)
            self._thread.close()
            self._dialog.destroy()

    def _build(self, config, arrange):
        controls = arrange(self._dialog, config)
        controls.set_valign(Gtk.Align.START)
        controls.set_size_request(CONTROLS_PX, -1)
        self._view = PictureView(self._dragged, self._pointed, self._resized)
        self._view.set_tooltip_text("Click to see a spot at 100 %; drag to move there")
        self._found = Gtk.Label(xalign=0, ellipsize=Pango.EllipsizeMode.END)
        self._bar = Gtk.ProgressBar()
        frame = Gtk.Frame()
        frame.add(self._view)
        left = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=SPACING // 2)
        left.pack_start(self._toolbar(), False, False, 0)
        left.pack_start(frame, True, True, 0)
        left.pack_start(self._found, False, False, 0)
        left.pack_start(self._bar, False, False, 0)
        both = Gtk.Box(spacing=SPACING, border_width=SPACING)
        both.pack_start(left, True, True, 0)
        both.pack_start(controls, False, False, 0)
        self._dialog.get_content_area().pack_start(both, True, True, 0)
        self._dialog.set_default_size(1180, 700)
        both.show_all()

    def _toolbar(self):
        row = Gtk.Box(spacing=SPACING // 2)
        self._views = Gtk.ComboBoxText()
        for name, label in VIEWS.items():
            self._views.append(name, label)
        self._views.set_active_id("cut-out")
        self._views.set_tooltip_text("How the result is shown here")
        self._views.connect("changed", lambda _: self._ask_soon())
        self._fit = Gtk.RadioButton.new_with_label(None, "Fit")
        self._full = Gtk.RadioButton.new_with_label_from_widget(self._fit, "100 %")
        self._full.set_tooltip_text("Every pixel as it is; drag to see another part")
        self._full.connect("toggled", lambda _: self._ask_soon())
        for button in (self._fit, self._full):
            button.set_mode(False)
        row.pack_start(self._views, True, True, 0)
        row.pack_start(self._fit, False, False, 0)
        row.pack_start(self._full, False, False, 0)
        return row

    def _ask_soon(self):
        """Ask when the controls have rested for a moment: a drag is dozens of changes."""
        if self._timer:
            GLib.source_remove(self._timer)
        self._timer = GLib.timeout_add(WAIT_MS, self._ask)

    def _ask(self):
        self._timer = 0
        view = {"view": self._views.get_active_id(), "colour": self._source.background()}
        if not self._full.get_active():
            params = {**self._params(self._source.scale), **view}
            self._thread.want(Wanted("preview", params))
            return GLib.SOURCE_REMOVE
        params = {
            **self._params(self._source.scale),
            **view,
            "detail_edge": self._params(1.0).get("edge"),
        }
        self._thread.want(self._source.detail(*self._seen(), params))
        return GLib.SOURCE_REMOVE

    def _seen(self):
        """Return left, top, width and height of what 100 % shows, within the layer."""
        width = min(self._view.size[0], self._source.width)
        height = min(self._view.size[1], self._source.height)
        left = min(max(round(self._center[0] - width / 2), 0), self._source.width - width)
        top = min(max(round(self._center[1] - height / 2), 0), self._source.height - height)
        return left, top, width, height

    def _dragged(self, right, down):
        left, top, width, height = self._seen()
        self._center = (left + width / 2 - right, top + height / 2 - down)
        self._ask_soon()

    def _pointed(self, across, along):
        self._center = (across * self._source.width, along * self._source.height)
        self._full.set_active(True)

    def _resized(self):
        if self._full.get_active():
            self._ask_soon()

    def _in_window(self, change, *arguments):
        def once():
            if not self._is_closed:
                change(*arguments)
            return GLib.SOURCE_REMOVE

        GLib.idle_add(once)

    def _show_progress(self, fraction, step):
        self._bar.set_fraction(fraction)
        if step:
            self._bar.set_tooltip_text(step)

    def _show(self, delivered):
        self._bar.set_fraction(0.0)
        if delivered.error is not None:
            self._found.set_text(str(delivered.error))
            self._found.set_tooltip_text(str(delivered.error))
            return
        picture = delivered.answer.arrays["picture"]
        height, width, bands = picture.shape
        is_fitted = delivered.wanted.method == "preview"
        self._view.show_picture(picture.data, width, height, bands, is_fitted)
        values = delivered.answer.values["values"]
        words = values["note"] or _in_words(values["classes"])
        self._found.set_text(words)
        self._found.set_tooltip_text(words)


def _in_words(classes):
    large = [found for found in classes if found["share"] >= LEAST_SHARE]
    listed = ", ".join(f"{found['name']} {found['share']:.0%}" for found in large)
    return f"Found: {listed}" if listed else ""
