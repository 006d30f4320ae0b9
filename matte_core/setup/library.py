"""Install the library and the `matte` command in the project's folder.

    <home>/lib/matte_core/     a copy of the library
    <home>/bin/matte           a script for the shell; matte.cmd on Windows

``<env>/bin/python -I <home>/lib/matte_core/__main__.py`` runs it too.
"""

import os
import shlex
from pathlib import Path

from matte_core.base import folders
from matte_core.setup import trees
from matte_core.setup.places import Place
from matte_core.setup.plugin import Source

MAIN = "__main__.py"


def folder(place: Place) -> Path:
    """Return the folder that contains the library."""
    return place.home / "lib"


def launcher(place: Place) -> Path:
    """Return the script that runs the command line."""
    return place.home / "bin" / ("matte.cmd" if place.platform == "win32" else "matte")


def problem(place: Place, source: Source) -> str:
    """Return how the library is out of date; empty if it is not."""
    wrong = trees.difference(_library(source), folder(place))
    if wrong:
        return wrong
    bin_folder = launcher(place).parent
    return trees.difference(_scripts(place), bin_folder, {launcher(place).name})


def install(place: Place, source: Source) -> None:
    """Install or update the library and the command."""
    trees.place(_library(source), folder(place), place.home, "lib")
    trees.place(_scripts(place), launcher(place).parent, place.home, "bin", {launcher(place).name})


def command(place: Place, core: Path, *arguments: str | Path) -> list[str]:
    """Return the command line that runs the `matte` of a copy of the library."""
    return place.command(place.python, "-I", "-B", "-X", "utf8", core / MAIN, *arguments)


def how_to_call(place: Place, search_path: str) -> str:
    """Return how to run the command in a shell, for people."""
    script = launcher(place)
    if place.given is not None:
        return "In a terminal: matte --help"
    if str(script.parent) in search_path.split(os.pathsep):
        return "In a terminal: matte --help"
    if place.platform == "win32":
        return f"In a terminal: {script} --help   (or add {script.parent} to your Path)"
    return (
        f"In a terminal: {shlex.quote(str(script))} --help\n"
        f"To run it as matte: ln -s {shlex.quote(str(script))} ~/.local/bin/matte"
    )


def _library(source: Source) -> trees.Tree:
    return trees.read(source.core, "matte_core/")


def _scripts(place: Place) -> trees.Tree:
    if place.platform == "win32":
        # A batch file is read in the console's code page, so it must not name a user's folder.
        lines = [
            "@echo off",
            "setlocal",
            f'for %%I in ("%~dp0..") do set "{folders.HOME_VARIABLE}=%%~fI"',
            f'"%{folders.HOME_VARIABLE}%\\env\\Scripts\\python.exe" -I -X utf8 '
            f'"%{folders.HOME_VARIABLE}%\\lib\\matte_core\\{MAIN}" %*',
        ]
        return {"matte.cmd": "\r\n".join([*lines, ""]).encode("ascii")}
    python, library = place.python_of(place.environment), folder(place) / "matte_core" / MAIN
    variable = f"{folders.HOME_VARIABLE}={shlex.quote(str(place.home))}"
    start, where = shlex.quote(str(python)), shlex.quote(str(library))
    script = (
        "#!/bin/sh\n"
        "# Matte for GIMP's command line; made by its install.py.\n"
        f'{variable} exec {start} -I -X utf8 {where} "$@"\n'
    )
    return {"matte": script.encode()}
