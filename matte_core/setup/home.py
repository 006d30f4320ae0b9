"""Where this copy of the plug-in finds its environment: in a note beside it.

GIMP packages (Flatpak, Snap, AppImage) change the variables for the user's folders, so the
installer notes the folder that it used in `matte-home.json`, which takes precedence. A package of
the system notes the Python that has the packages instead.
"""

import os
from pathlib import Path

from matte_core.base import folders
from matte_core.setup import notes

FLATPAK = Path("/.flatpak-info")
NOTE = Path(__file__).resolve().parents[2] / "matte-home.json"  # beside matte.py


def use_installed_home() -> None:
    """Make this process and its children use the folder and the Python of the installation."""
    note = notes.read_note(NOTE)
    home, python = note.get("home"), note.get("python")
    # A GIMP from a package and one from a Flatpak, which sees other folders, share a profile.
    if FLATPAK.exists() and (home or "flatpak_home" in note):
        home, python = note.get("flatpak_home"), None
    for variable, value in ((folders.HOME_VARIABLE, home), (folders.PYTHON_VARIABLE, python)):
        if isinstance(value, str) and not os.environ.get(variable):
            os.environ[variable] = value


def worker_log() -> Path:
    """Return the file for the worker's standard error."""
    return folders.logs() / "worker.log"
