"""What an action could leave behind: processes and files. Runs in the tree."""

import os
from pathlib import Path


def plug_ins():
    """Return the numbers of the running plug-ins of ours."""
    return _running(b"/matte/matte.py")


def workers():
    """Return the numbers of the running workers."""
    return _running(b"/matte_core/worker/__main__.py")


def files(version):
    """Return all files where something of ours could be forgotten."""
    home = Path(os.environ["MATTE_EXPECTED_HOME"])
    profile = Path.home() / ".config" / "GIMP" / version
    places = (Path("/tmp"), home / "models", home / "sample", profile / "tmp")
    found = {path for place in places for path in place.rglob("*")}
    return found | set(home.iterdir())


def _running(name):
    found = []
    for entry in Path("/proc").iterdir():
        try:
            command = (entry / "cmdline").read_bytes() if entry.name.isdigit() else b""
        except OSError:
            continue  # it ended while we looked
        if name in command:
            found.append(int(entry.name))
    return found
