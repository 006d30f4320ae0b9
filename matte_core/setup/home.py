"""Where this copy of the plug-in finds its environment: in a note beside it.

GIMP packages (Flatpak, Snap, AppImage) change the variables for the user's folders, so the
installer notes the folder that it used in `matte-home.json`, which takes precedence.
"""

import os
from pathlib import Path

from matte_core.base import folders
from matte_core.setup.plugin import read_note

FLATPAK = Path("/.flatpak-info")
NOTE = Path(__file__).resolve().parents[2] / "matte-home.json"  # beside matte.py


def use_installed_home() -> None:
    """Make this process and its children use the folder of the installation."""
    if os.environ.get(folders.HOME_VARIABLE):
        return
    # A GIMP from a package and one from a Flatpak, which sees other folders, share a profile.
    home = read_note(NOTE.parent).get("flatpak_home" if FLATPAK.exists() else "home")
    if isinstance(home, str):
        os.environ[folders.HOME_VARIABLE] = home


def worker_log() -> Path:
    """Return the file for the worker's standard error."""
    return folders.logs() / "worker.log"
