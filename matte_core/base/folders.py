"""Where the project keeps its own files on a person's machine.

Everything lies in one folder, so that it can be found, moved and removed in one piece:

    <home>/env/       the virtual environment (third-party packages only)
    <home>/models/    networks, one ONNX and one JSON each
    <home>/logs/      what the worker wrote to standard error
    <home>/lib/       the library behind the `matte` command
    <home>/bin/       the `matte` command

Standard library only: the installer and the plug-in use this before anything is installed.
"""

import os
import sys
from pathlib import Path

APP = "matte-for-gimp"
HOME_VARIABLE = "MATTE_HOME"


def home() -> Path:
    """Return the project's folder, whether or not it exists yet.

    `MATTE_HOME` names another place. Otherwise: the data folder of the XDG specification on
    Linux, `Application Support` on macOS, `%LOCALAPPDATA%` on Windows.
    """
    named = os.environ.get(HOME_VARIABLE)
    if named:
        return Path(named).expanduser().absolute()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
        return (Path(base) if base else Path.home() / "AppData" / "Local") / APP
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / APP
    base = os.environ.get("XDG_DATA_HOME", "")
    # The XDG specification says that a relative path is to be ignored.
    return (Path(base) if os.path.isabs(base) else Path.home() / ".local" / "share") / APP


def make_private(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for their owner alone."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(mode=0o700, exist_ok=True)


def environment() -> Path:
    """Return the folder of the virtual environment."""
    return home() / "env"


def environment_python(root: Path | None = None) -> Path:
    """Return the Python of the virtual environment, whether or not it exists yet."""
    root = root or environment()
    if sys.platform == "win32":
        return root / "Scripts" / "python.exe"
    return root / "bin" / "python"


def models() -> Path:
    """Return the folder that holds the networks."""
    return home() / "models"


def logs() -> Path:
    """Return the folder that holds the worker's log."""
    return home() / "logs"
