"""What an action could leave behind: processes and files. Runs in the tree."""

import os
from pathlib import Path

from processes import commands


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
    return [pid for pid, command in commands() if name in command]
