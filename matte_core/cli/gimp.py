"""``matte gimp``: put the plug-in into GIMP, to be run with the packages of this very command."""

import argparse
import os
import sys
from typing import Any

from matte_core.base import folders

_FLAGS = {"install": [], "check": ["--check"], "repair": ["--repair"], "remove": ["--uninstall"]}


def add_parser(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "gimp",
        allow_abbrev=False,
        help="install the plug-in into GIMP, check it, or remove it",
        description="Install the plug-in into every GIMP profile of the current user, check or "
        "repair it, or remove it. The plug-in uses the same Python and packages as this command.",
        epilog="`matte gimp install --help` lists the options.",
    )
    parser.add_argument("action", choices=list(_FLAGS), metavar="ACTION", help=", ".join(_FLAGS))
    parser.add_argument("options", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from matte_core.setup import command
    from matte_core.setup.plugin import own_source

    os.environ.setdefault(folders.PYTHON_VARIABLE, sys.executable)
    options = [*_FLAGS[args.action], *args.options]
    return command.main(options, own_source(), f"matte gimp {args.action}")
