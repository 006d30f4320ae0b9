"""The Help buttons: the guide opens at the right place, from the disk."""

import shlex
from pathlib import Path

ACTION = "Cut Out Subject"
SET_UP = "Matte: Set Up"
# Stands in for the browser.
DESKTOP = """[Desktop Entry]
Type=Application
Name=Browser
Exec=sh -c "echo %u >> {told}"
MimeType=text/html;x-scheme-handler/file;
"""


def be_the_browser(folder):
    """Let a file take what a browser would be asked to show; call it before GIMP starts."""
    told = folder / "browser.txt"
    applications = Path.home() / ".local" / "share" / "applications"
    applications.mkdir(parents=True, exist_ok=True)
    entry = DESKTOP.format(told=shlex.quote(str(told)))
    (applications / "browser.desktop").write_text(entry)
    handled = ("text/html", "x-scheme-handler/file")
    lines = ["[Default Applications]", *(f"{kind}=browser.desktop" for kind in handled)]
    config = Path.home() / ".config"
    config.mkdir(exist_ok=True)
    (config / "mimeapps.list").write_text("\n".join([*lines, ""]))


def open_the_guide(session):
    """Press Help in a dialog that GIMP makes, and in one that the plug-in makes."""
    window, told = session.window, session.folder / "browser.txt"

    def shown(section):
        address = f"plug-ins/matte/help/en/index.html#{section}"
        text = told.read_text() if told.exists() else ""
        return any(line.strip().endswith(address) for line in text.splitlines())

    session.dialog(ACTION)
    window.keys_in(ACTION, "alt+h")
    window.wait_for(lambda: shown("cut-out-a-subject"), 60, "the guide")
    window.keys_in(ACTION, "Escape")
    session.wait_for_the_end(ACTION)
    window.action("Set Up and Check")
    window.wait_for(lambda: window.windows(SET_UP), 60, "its window")
    window.keys_in(SET_UP, "alt+h")
    window.wait_for(lambda: shown("set-up-and-check"), 60, "the guide")
    session.see("help opens the guide at the right section", bool(window.windows(SET_UP)))
    window.keys_in(SET_UP, "Escape")
    window.wait_for(lambda: not window.windows(SET_UP), 30, "it to close")
