"""The Help buttons open the guide from the disk, and Copy Report fills the clipboard."""

import shlex
from pathlib import Path

# Stands in for the browser.
DESKTOP = """[Desktop Entry]
Type=Application
Name=Browser
Exec=sh -c "echo %u >> {told}"
MimeType=text/html;x-scheme-handler/file;
"""
CLIPBOARD = """
import gi
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk
Gtk.init([])
answer = Gtk.Clipboard.get_default(Gdk.Display.get_default()).wait_for_text() or ""
"""


def be_the_browser(folder):
    """Let a file take what a browser would be asked to show; call it before GIMP starts."""
    applications = Path.home() / ".local" / "share" / "applications"
    config = Path.home() / ".config"
    for place in (applications, config):
        place.mkdir(parents=True, exist_ok=True)
    entry = DESKTOP.format(told=shlex.quote(str(folder / "browser.txt")))
    (applications / "browser.desktop").write_text(entry)
    handled = ("text/html", "x-scheme-handler/file")
    lines = ["[Default Applications]", *(f"{kind}=browser.desktop" for kind in handled)]
    (config / "mimeapps.list").write_text("\n".join([*lines, ""]))


def press_help(session, title, section):
    """Press Help in a dialog, and see that the guide opens there and the dialog stays."""
    window, told = session.window, session.folder / "browser.txt"
    address = f"plug-ins/matte/help/en/index.html#{section}"

    def is_shown():
        text = told.read_text() if told.exists() else ""
        return any(line.strip().endswith(address) for line in text.splitlines())

    window.keys_in(title, "alt+h")
    window.wait_for(is_shown, 60, f"the guide at {section}")
    session.see("help opens the guide at the right section", window.window(title))


def copy_report(session, title):
    """Press Copy Report as soon as it can be pressed, and read the clipboard."""
    window = session.window

    def copied():
        window.keys_in(title, "alt+p")
        return session.ask(CLIPBOARD)

    text = window.wait_for(copied, 120, "a report in the clipboard")
    session.see(
        "the report has no personal path",
        "ok: Plug-in: version " in text and str(Path.home()) not in text,
    )
