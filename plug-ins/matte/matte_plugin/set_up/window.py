"""The window of Set Up and Check…: a line for each check, and a Repair button.

Checks and repairs take seconds to minutes, so they run in a thread and update the window through
the main loop.
"""

import threading

from gi.repository import Gdk, Gimp, GimpUi, GLib, Gtk, Pango

from matte_core.base import folders
from matte_core.base.localization import _, localized
from matte_core.setup import inside, processes, report
from matte_plugin import failures, help_button, main_loop

REPAIR, OPEN_LOGS, COPY_REPORT = 1, 2, 3
HELP_TOPIC = "plug-in-matte-setup"
SPACING = 12
END_SECONDS = 10.0
PULSE_MS = 100


def show(greeting=""):
    """Show the window until it is closed; return the last results.

    Parameters
    ----------
    greeting : str, optional
        A message to show after the first check, if the window was not requested. The window
        then closes by itself as soon as everything works.
    """
    GimpUi.init("matte")
    window = Window(greeting)
    window.look()
    while (response := window.dialog.run()) in (REPAIR, OPEN_LOGS, COPY_REPORT):
        if response == REPAIR:
            window.repair()
        elif response == COPY_REPORT:
            window.copy_report()
        else:
            folders.make_private(folders.logs())
            Gtk.show_uri_on_window(window.dialog, folders.logs().as_uri(), 0)
    window.close()
    return window.found


class Window:
    """The dialog and its contents."""

    def __init__(self, greeting=""):
        self.found = []
        self._greeting = greeting
        self._is_closed = self._is_repairing = False
        self.dialog = GimpUi.Dialog(title=_("Matte: Set Up and Check"), role="matte-set-up")
        self._press = _("Click Set Up.") if greeting else _("Click Repair.")
        self._repair_button = self.dialog.add_button(
            _("_Set Up") if greeting else _("_Repair"), REPAIR
        )
        self.dialog.add_button(_("Open _Log Folder"), OPEN_LOGS)
        self._report_button = self.dialog.add_button(_("Copy Re_port"), COPY_REPORT)
        self._close_button = self.dialog.add_button(_("_Close"), Gtk.ResponseType.CLOSE)
        help_button.add(self.dialog, HELP_TOPIC)
        self.dialog.set_default_size(620, 380)
        box = self.dialog.get_content_area()
        box.set_spacing(SPACING)
        box.set_border_width(SPACING)
        self._grid = Gtk.Grid(column_spacing=SPACING, row_spacing=SPACING // 2)
        scrolled = Gtk.ScrolledWindow(hscrollbar_policy=Gtk.PolicyType.NEVER)
        scrolled.add(self._grid)
        box.pack_start(scrolled, True, True, 0)
        self._status = Gtk.Label(xalign=0, wrap=True, wrap_mode=Pango.WrapMode.WORD_CHAR)
        box.pack_start(self._status, False, False, 0)
        self._bar = Gtk.ProgressBar(pulse_step=0.05)
        self._pulse = 0
        box.pack_start(self._bar, False, False, 0)
        self.dialog.show_all()

    def look(self):
        """Check every part, in a thread."""
        self._start(_("Checking…"))
        version = Gimp.version()
        self._in_thread(lambda: self._look(version, self._greeting))

    def repair(self):
        """Repair, then check again, in a thread."""
        self._start(_("Repairing…"))
        self._is_repairing = True
        version = Gimp.version()

        def work():
            words = []
            failure = failures.message_of_failure(
                lambda: words.extend(map(localized, inside.repair(self._report)))
            )
            self._is_repairing = False
            # The action that was called goes on, whatever is left out.
            self._look(version, failure or ("" if self._greeting else " ".join(words)))

        self._in_thread(work)

    def copy_report(self):
        """Copy the results to the clipboard, for a report of a problem."""
        clipboard = Gtk.Clipboard.get_default(self.dialog.get_display())
        clipboard.set_text(report.report(self.found, Gimp.version()), -1)
        clipboard.store()  # so that it outlives this process
        self._status.set_text(_("The report is in the clipboard, without personal paths."))

    def close(self):
        """Close the window; a repair in progress is stopped and cleaned up."""
        self._is_closed = True
        self._rest()
        self.dialog.destroy()
        Gdk.Display.get_default().flush()  # close the window before waiting for anything
        processes.interrupt()
        if self._is_repairing:
            self._thread.join(END_SECONDS)

    def _look(self, version, words):
        if self._is_closed:
            return
        self._in_window(self._clear)
        found = []
        for check in inside.look(version, self._press):
            found.append(check)
            self._in_window(self._add, check)
        self._in_window(self._finish, found, words)

    def _report(self, step, message):
        self._in_window(self._status.set_text, f"{localized(step)}: {localized(message)}")

    def _in_thread(self, work):
        def guarded():
            words = failures.message_of_failure(work)
            if words:
                self._in_window(self._finish, [], words)

        self._thread = threading.Thread(target=guarded, daemon=True)
        self._thread.start()

    def _in_window(self, change, *arguments):
        main_loop.in_main_loop(lambda: change(*arguments), lambda: not self._is_closed)

    def _start(self, words):
        self._status.set_text(words)
        self._rest()
        self._pulse = GLib.timeout_add(PULSE_MS, self._go_on)
        self._repair_button.set_sensitive(False)
        self._report_button.set_sensitive(False)

    def _go_on(self):
        self._bar.pulse()
        return GLib.SOURCE_CONTINUE

    def _rest(self):
        """Stop and clear the progress bar."""
        if self._pulse:
            GLib.source_remove(self._pulse)
            self._pulse = 0
        self._bar.set_fraction(0.0)

    def _clear(self):
        for child in self._grid.get_children():
            child.destroy()

    def _add(self, check):
        row = len(self._grid.get_children())
        name = "object-select-symbolic" if check.ok else "dialog-warning-symbolic"
        self._grid.attach(Gtk.Image(icon_name=name, valign=Gtk.Align.START), 0, row, 1, 1)
        title = Gtk.Label(label=localized(check.name), xalign=0, yalign=0)
        self._grid.attach(title, 1, row, 1, 1)
        words = "\n".join(filter(None, (localized(check.found), localized(check.remedy))))
        text = Gtk.Label(label=words, xalign=0, wrap=True, selectable=True, hexpand=True)
        self._grid.attach(text, 2, row, 1, 1)
        self._grid.show_all()

    def _finish(self, found, words):
        self.found = found
        self._rest()
        wrong = [check for check in found if check.is_needed and not check.ok]
        summary = (
            _("There are problems. {press}").format(press=self._press)
            if wrong
            else _("Everything required works.")
        )
        self._status.set_text(words or summary)
        self._repair_button.set_sensitive(True)
        self._report_button.set_sensitive(bool(found))
        if self._greeting and found and not wrong:
            self._close_button.set_label(_("_Continue"))
            if not words:
                self.dialog.response(Gtk.ResponseType.CLOSE)
