"""Where this copy of the plug-in finds its environment: what the installer wrote beside it.

GIMP packages (Flatpak, Snap, AppImage) change the variables that name a person's folders, so
the installer notes the folder that it used in `matte-home.json`, and the plug-in trusts that
over the variables.
"""

import json
import os
from pathlib import Path

from matte_core import folders

FLATPAK = Path("/.flatpak-info")
NOTE = Path(__file__).resolve().parents[1] / "matte-home.json"


def settle() -> None:
    """Make `matte_core.folders` and every child process use the folder that was installed to."""
    if os.environ.get(folders.HOME_VARIABLE):
        return
    try:
        note = json.loads(NOTE.read_text(encoding="utf-8"))
        # A Flatpak shares the profile with other GIMPs, but has an environment of its own.
        inside_flatpak = FLATPAK.exists() and "flatpak_home" in note
        home = note["flatpak_home" if inside_flatpak else "home"]
    except (OSError, ValueError, KeyError, TypeError):
        return  # not installed by the installer: the usual folder it is
    if isinstance(home, str):
        os.environ[folders.HOME_VARIABLE] = home


def worker_log() -> Path:
    """Return the file that takes the worker's standard error."""
    return folders.logs() / "worker.log"
