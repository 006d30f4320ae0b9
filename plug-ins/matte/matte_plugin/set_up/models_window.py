"""The window that gets more models: published ones by download, others from a file.

Downloads and checks take seconds to minutes, so they run in a thread and update the window through
the main loop.
"""

import threading
from pathlib import Path

from gi.repository import Gdk, GimpUi, GLib, Gtk, Pango

from matte_core.base.localization import _, localized
from matte_core.setup import more_models
from matte_plugin import failures, help_button, main_loop

FROM_FILE = 1
HELP_TOPIC = "plug-in-matte-models"
SPACING = 12
SIZE = (640, 460)
LINE_CHARS = 60
WATCH_MS = 200
END_SECONDS = 10.0


def show(parent=None):
    """Show the window until it is closed; return the model that was installed last, or ""."""
    window = ModelsWindow(parent)
    while window.dialog.run() == FROM_FILE:
        window.add_from_file()
    window.close()
    return window.installed


class ModelsWindow:
    """The dialog and its contents.

    Attributes
    ----------
    dialog : GimpUi.Dialog
    installed : str
        The name of the model that was installed last; empty for none.
    """

    def __init__(self, parent=None):
        self.installed = ""
        self._thread = None
        self._timer = 0
        self._is_closed = self._is_stopped = False
        self.dialog = GimpUi.Dialog(title=_("Matte: Get Models"), role="matte-models")
        if parent is not None:
            self.dialog.set_transient_for(parent)
            self.dialog.set_modal(True)
        self._file_button = self.dialog.add_button(_("_Add from a File…"), FROM_FILE)
        self.dialog.add_button(_("_Close"), Gtk.ResponseType.CLOSE)
        help_button.add(self.dialog, HELP_TOPIC)
        self.dialog.set_default_size(*SIZE)
        box = self.dialog.get_content_area()
        box.set_spacing(SPACING)
        box.set_border_width(SPACING)
        self._rows = Gtk.Grid(column_spacing=SPACING, row_spacing=SPACING, border_width=SPACING)
        scrolled = Gtk.ScrolledWindow(shadow_type=Gtk.ShadowType.IN)
        scrolled.set_policy(Gtk.PolicyType.NEVER, Gtk.PolicyType.AUTOMATIC)
        scrolled.add(self._rows)
        box.pack_start(scrolled, True, True, 0)
        self._status = _wrapped("", selectable=True)
        box.pack_start(self._status, False, False, 0)
        self._bar = Gtk.ProgressBar(pulse_step=0.05)
        box.pack_start(self._bar, False, False, 0)
        self._buttons = {}
        self._list()
        self.dialog.show_all()

    def add_from_file(self):
        """Let the user choose a file, and install the model in it, in a thread."""
        chooser = Gtk.FileChooserNative(
            title=_("Add Model"), transient_for=self.dialog, action=Gtk.FileChooserAction.OPEN
        )
        kinds = Gtk.FileFilter()
        kinds.set_name(_("Models (*.onnx)"))
        kinds.add_pattern("*.onnx")
        chooser.add_filter(kinds)
        is_chosen = chooser.run() == Gtk.ResponseType.ACCEPT
        path = chooser.get_filename() if is_chosen else None
        chooser.destroy()
        if path:
            added = []
            self._start(
                _("Checking {name}…").format(name=Path(path).name),
                lambda: added.extend(more_models.add(Path(path))),
                lambda: self._added(*added),
            )

    def close(self):
        """Close the window; a download in progress is stopped."""
        self._is_closed = True
        self._rest()
        self.dialog.destroy()
        Gdk.Display.get_default().flush()  # close the window before waiting for anything
        if self._thread is not None and self._thread.is_alive():
            more_models.stop()
            self._thread.join(END_SECONDS)

    def _list(self):
        """Show the models that can be downloaded."""
        for child in self._rows.get_children():
            child.destroy()
        self._buttons = {}
        models = more_models.more()
        for row, model in enumerate(models):
            text = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, hexpand=True)
            title = _wrapped("")
            title.set_markup(f"<b>{GLib.markup_escape_text(localized(model.title))}</b>")
            text.pack_start(title, False, False, 0)
            for words in (_where(model), _("License: {license}").format(license=model.license)):
                text.pack_start(_wrapped(words), False, False, 0)
            button = Gtk.Button(label=_("Get"), valign=Gtk.Align.CENTER)
            button.set_tooltip_text(localized(model.title))
            button.connect("clicked", self._clicked, model)
            self._rows.attach(text, 0, row, 1, 1)
            self._rows.attach(button, 1, row, 1, 1)
            self._buttons[model.name] = button
        if not models:
            words = _wrapped(_("All published models are installed."))
            self._rows.attach(words, 0, 0, 1, 1)
        self._rows.show_all()

    def _clicked(self, button, model):
        if self._timer:
            self._is_stopped = True
            more_models.stop()
            return
        wrong = []
        self._start(
            _("Getting {name}…").format(name=localized(model.title)),
            lambda: wrong.append(more_models.fetch(model.name)),
            lambda: self._fetched(model, *wrong),
            lambda: more_models.fetched_share(model.name),
        )
        button.set_label(_("Cancel"))
        button.set_sensitive(True)

    def _start(self, words, work, done, share=lambda: 0.0):
        """Do work in a thread, then `done` in the window; the bar shows a share of the work."""
        self._status.set_text(words)
        self._is_stopped = False
        for button in (self._file_button, *self._buttons.values()):
            button.set_sensitive(False)

        def watch():
            fraction = share()
            if 0 < fraction < 1:
                self._bar.set_fraction(fraction)
            else:
                self._bar.pulse()
            return GLib.SOURCE_CONTINUE

        def finish(failure):
            self._rest()
            self._list()
            self._file_button.set_sensitive(True)
            if failure:
                self._status.set_text(failure)
            else:
                done()

        def guarded():
            failure = failures.message_of_failure(work)
            main_loop.in_main_loop(lambda: finish(failure), lambda: not self._is_closed)

        self._timer = GLib.timeout_add(WATCH_MS, watch)
        self._thread = threading.Thread(target=guarded, daemon=True)
        self._thread.start()

    def _rest(self):
        """Stop and clear the progress bar."""
        if self._timer:
            GLib.source_remove(self._timer)
            self._timer = 0
        self._bar.set_fraction(0.0)

    def _fetched(self, model, wrong):
        if self._is_stopped:
            self._status.set_text(_("Canceled. The download resumes when you get it again."))
        elif wrong:
            by_hand = _(
                "Try again later, or open the address in a browser, save the file, and choose “Add "
                "from a File…”."
            )
            self._status.set_text(f"{localized(wrong)} {by_hand}")
        else:
            self.installed = model.name
            name = localized(model.title)
            self._status.set_text(_("{name} is installed.").format(name=name))

    def _added(self, name, words):
        self.installed = name or self.installed
        self._status.set_text(localized(words))


def _where(model):
    """Say where a model comes from, and how large it is."""
    count = max(1, round(model.size / 1e6))
    if model.is_borrowed:
        return _("In rembg's folder, {count} MB; nothing to download").format(count=count)
    return _("Download: {count} MB").format(count=count)


def _wrapped(words, **options):
    return Gtk.Label(
        label=words,
        xalign=0,
        wrap=True,
        wrap_mode=Pango.WrapMode.WORD_CHAR,
        max_width_chars=LINE_CHARS,
        **options,
    )
