"""Where the project keeps its files on the user's computer.

Everything is in one folder, so that it can be found, moved and removed as a whole:

    <home>/env/       the virtual environment (third-party packages only)
    <home>/models/    models, an ONNX and a JSON file each
    <home>/logs/      the standard error of the worker
    <home>/lib/       the library behind the `matte` command
    <home>/bin/       the `matte` command

Where the packages come with the system or from pip, `MATTE_PYTHON` names the Python that has them,
and there are no ``env``, ``lib``, and ``bin``.
"""

import os
import sys
from pathlib import Path

APP = "matte-for-gimp"
HOME_VARIABLE = "MATTE_HOME"
PYTHON_VARIABLE = "MATTE_PYTHON"


def home() -> Path:
    """Return the project's folder, which may not exist yet.

    `MATTE_HOME` overrides it. By default, it is in the data folder of the XDG specification on
    Linux, in `Application Support` on macOS, and in `%LOCALAPPDATA%` on Windows.
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
    # The XDG specification requires relative paths to be ignored.
    return (Path(base) if os.path.isabs(base) else Path.home() / ".local" / "share") / APP


def make_private(folder: Path) -> None:
    """Make a folder and its missing parents, accessible to their owner only."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(mode=0o700, exist_ok=True)


def environment() -> Path:
    """Return the folder of the virtual environment."""
    return home() / "env"


def environment_python() -> Path:
    """Return the Python of the virtual environment, which may not exist yet."""
    if sys.platform == "win32":
        return environment() / "Scripts" / "python.exe"
    return environment() / "bin" / "python"


def given_python() -> Path | None:
    """Return the Python that has the packages already; None if Matte has its own environment."""
    named = os.environ.get(PYTHON_VARIABLE)
    return Path(named).absolute() if named else None


def worker_python() -> Path:
    """Return the Python that runs the worker, which may not exist yet."""
    return given_python() or environment_python()


def models() -> Path:
    """Return the folder of the models."""
    return home() / "models"


def logs() -> Path:
    """Return the folder of the logs."""
    return home() / "logs"
