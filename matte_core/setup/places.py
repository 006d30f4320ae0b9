"""Where an environment is, and how to start programs there.

A GIMP from a package uses this computer's own programs. A Flatpak or a Snap has other programs and
libraries, so an environment for it must be created by its own Python, from the inside, in a folder
that it can see.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from matte_core.base import folders

FLATPAK_APP = "org.gimp.GIMP"
SNAP_APP = "gimp"

Kind = Literal["host", "flatpak", "snap"]


@dataclass(frozen=True)
class Place:
    """A set of programs, with the folder for everything that is installed for it."""

    kind: Kind  # {"host", "flatpak", "snap"}
    home: Path  # what `matte_core.base.folders.home` is for the programs of this place
    platform: str = sys.platform
    # A Python that has the packages already: no environment is created, and nothing is fetched.
    given: Path | None = None

    @property
    def python(self) -> Path:
        """The Python that has the packages, or will have them."""
        return self.given or self.python_of(self.environment)

    @property
    def environment(self) -> Path:
        """The folder of the virtual environment."""
        return self.home / "env"

    @property
    def called(self) -> str:
        """The name of the place, for people."""
        return {"host": "this computer", "flatpak": "GIMP's Flatpak", "snap": "GIMP's Snap"}[
            self.kind
        ]

    def python_of(self, environment: Path) -> Path:
        """Return the Python of a virtual environment, which need not exist yet."""
        if self.platform == "win32":
            return environment / "Scripts" / "python.exe"
        return environment / "bin" / "python"

    def command(self, program: str | os.PathLike[str], *arguments: str | Path) -> list[str]:
        """Return the command line that starts a program in this place from outside."""
        inner = [os.fspath(program), *(os.fspath(argument) for argument in arguments)]
        if self.kind == "flatpak":
            return ["flatpak", "run", f"--command={inner[0]}", FLATPAK_APP, *inner[1:]]
        if self.kind == "snap":
            # The Snap's shell takes a script; the words remain arguments, never part of it.
            return ["snap", "run", "--shell", SNAP_APP, "-c", 'exec "$0" "$@"', *inner]
        return inner


def host() -> Place:
    """Return the place of this process's own programs."""
    return Place("host", folders.home(), given=folders.given_python())


def flatpak(user_folder: Path) -> Place:
    """Return the place of GIMP's Flatpak: its `XDG_DATA_HOME`."""
    return Place(
        "flatpak", user_folder / ".var" / "app" / FLATPAK_APP / "data" / folders.APP, "linux"
    )


def snap(user_folder: Path) -> Place:
    """Return the place of GIMP's Snap.

    A Snap may write to the folder ``common``, which is not copied at each upgrade. It cannot see
    the user's other hidden folders.
    """
    return Place("snap", user_folder / "snap" / SNAP_APP / "common" / folders.APP, "linux")
