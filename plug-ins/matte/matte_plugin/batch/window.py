"""The window of a batch: its progress, a Cancel button, and the outcome for each item.

All work is done in the thread of the window: the progress callback handles pending events, and
raises `Cancelled` after Cancel was clicked. GIMP's own loaders and exporters also show their
progress here, instead of opening a window for each file.
"""

from gi.repository import Gdk, GimpUi, Gtk, Pango

from matte_core.base.errors import Cancelled
from matte_core.base.localization import _, localized
from matte_core.batch.report import DONE, FAILED, NO_SUBJECT, OUTCOMES, SKIPPED
from matte_plugin import dialogs, help_button

SPACING = 12
ICONS = {
    DONE: "object-select-symbolic",
    NO_SUBJECT: "dialog-question-symbolic",
    SKIPPED: "go-next-symbolic",
    FAILED: "dialog-warning-symbolic",
}


def has_screen():
    """Return whether there is a display for a window."""
    return Gdk.Display.get_default() is not None


class BatchWindow:
    """Shows progress during a batch, and the report afterwards."""

    def __init__(self, procedure):
        GimpUi.init(procedure.get_name())
        self._is_cancelled = False
        self._dialog = GimpUi.Dialog(title=dialogs.title_of(procedure), role="matte-batch")
        self._button = self._dialog.add_button(_("_Cancel"), Gtk.ResponseType.CANCEL)
        help_button.add(self._dialog, procedure.get_name())
        self._handlers = [
            self._dialog.connect("response", self._cancel),
            self._dialog.connect("delete-event", self._cancel),
        ]
        self._dialog.set_default_size(640, 420)
        self._status = Gtk.Label(xalign=0, ellipsize=Pango.EllipsizeMode.MIDDLE)
        self._all = Gtk.ProgressBar()
        self._one = GimpUi.ProgressBar.new()
        self._one.set_show_text(True)
        self._list = Gtk.ListBox(selection_mode=Gtk.SelectionMode.NONE)
        self._scrolled = Gtk.ScrolledWindow(
            hscrollbar_policy=Gtk.PolicyType.NEVER, shadow_type=Gtk.ShadowType.IN
        )
        self._scrolled.add(self._list)
        box = self._dialog.get_content_area()
        box.set_spacing(SPACING // 2)
        box.set_border_width(SPACING)
        for widget in (self._status, self._all, self._one):
            box.pack_start(widget, False, False, 0)
        box.pack_start(self._scrolled, True, True, 0)
        self._dialog.show_all()

    def begin(self, number, total, name):
        """Return the progress callback for an item."""
        words = _("{number} of {total}: {name}")
        self._status.set_text(words.format(number=number + 1, total=total, name=name))

        def report(fraction, step):
            self._all.set_fraction((number + fraction) / total)
            self._one.set_fraction(fraction)
            self._one.set_text(localized(step) or " ")
            self._live()

        report(0.0, "")
        return report

    def add(self, entry):
        """Show the outcome for an item."""
        row = Gtk.Box(spacing=SPACING, border_width=SPACING // 4)
        icon = Gtk.Image(icon_name=ICONS[entry.outcome], tooltip_text=OUTCOMES[entry.outcome])
        name = Gtk.Label(label=entry.name, xalign=0, ellipsize=Pango.EllipsizeMode.MIDDLE)
        name.set_width_chars(24)
        name.set_tooltip_text(entry.name)
        words = Gtk.Label(label=entry.words or OUTCOMES[entry.outcome], xalign=0, wrap=True)
        row.pack_start(icon, False, False, 0)
        row.pack_start(name, False, False, 0)
        row.pack_start(words, True, True, 0)
        row.show_all()
        self._list.add(row)
        self._live()

    def finish(self, report, is_complete):
        """Show the report, if it has any entries, until the window is closed."""
        if not report.entries:
            return
        for handler in self._handlers:
            self._dialog.disconnect(handler)
        self._is_cancelled = False
        for entry in report.entries[len(self._list.get_children()) :]:
            self.add(entry)
        summary = report.summary()
        self._status.set_text(summary if is_complete else _("Stopped: {what}").format(what=summary))
        self._all.hide()
        self._one.hide()
        self._button.set_label(_("_Close"))
        self._button.set_sensitive(True)
        self._dialog.run()

    def close(self):
        """Close the window."""
        self._dialog.destroy()
        _let_live()

    def _cancel(self, *_event):
        self._is_cancelled = True
        self._button.set_sensitive(False)
        return True  # keep the window until the worker has stopped

    def _live(self):
        _let_live()
        if self._is_cancelled:
            raise Cancelled


def _let_live():
    while Gtk.events_pending():
        Gtk.main_iteration_do(False)
