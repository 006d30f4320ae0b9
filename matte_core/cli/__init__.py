"""The command line: ``matte COMMAND …``, also ``python -m matte_core COMMAND …``.

Each command is a module here with ``add_parser(commands)`` and ``run(args) -> int``. `run` imports
the numerics, so that help, version and usage errors are quick and work without them.

Exit status: 0 all done; 1 some or all failed; 2 usage error; 130 stopped by Ctrl+C.
"""

import argparse
import contextlib
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from matte_core import __version__
from matte_core.base.errors import Cancelled, MatteError
from matte_core.base.threads import tell_libraries
from matte_core.cli.bar import one_line
from matte_core.cli.options import UsageError
from matte_core.cli.unexpected import explain

FAILED, INTERRUPTED = 1, 130

COMMANDS = ("cutout", "segment", "trimap", "alpha", "composite", "models", "gimp")

_DESCRIPTION = """\
Cut subjects out of photos: a model finds the subject, KNN matting recovers the hair along
its edge, and the colors of the fringe are cleaned of the old background.
"""

_EPILOG = """\
examples:
  matte cutout cat.jpg -o cat.png                 the cat on a transparent background
  matte cutout photos/ -o cut/                    every photo in a folder
  matte cutout cat.jpg -o out/ --output all       also the mask, trimap and alpha
  matte alpha cat.jpg cat-trimap.png -o a.png     after painting gray over the hair
  matte composite cut/ --background beach.jpg -o beach/

exit status: 0 all done; 1 some failed; 2 usage error; 130 stopped by Ctrl+C
"""


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="matte",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"matte {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in COMMANDS:
        module = import_module(f"matte_core.cli.{name}")
        module.add_parser(commands)
        commands.choices[name].set_defaults(run=module.run, parser=commands.choices[name])
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments without the program's name; by default, those of the process.

    Raises
    ------
    SystemExit
        After ``--help`` and ``--version``, and with status 2 after a usage error.
    """
    _tame_streams()
    words = list(sys.argv[1:] if argv is None else argv)
    args = build_parser().parse_args(words)
    args.words = words
    try:
        status = _run(args)
    except UsageError as error:
        args.parser.error(str(error))
    except (KeyboardInterrupt, Cancelled):
        print("matte: stopped.", file=sys.stderr)
        return INTERRUPTED
    except MatteError as error:
        print(f"matte: {one_line(error)}", file=sys.stderr)
        return FAILED
    except ModuleNotFoundError as error:
        if (error.name or "matte_core").partition(".")[0] == "matte_core":
            print(f"matte: {one_line(explain(error))}", file=sys.stderr)
            return FAILED
        print(
            f"matte: The Python package {error.name} is not installed for {sys.executable}. "
            "Run `python3 install.py`, which creates an environment with all packages, or install "
            "matte-for-gimp with pip.",
            file=sys.stderr,
        )
        return FAILED
    except BrokenPipeError:
        # The reader of our output is gone, as `head` does; there is nobody left to tell.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:  # the process's border
        print(f"matte: {one_line(explain(error))}", file=sys.stderr)
        return FAILED
    return status


def run(argv: Sequence[str]) -> int:
    """Run the command line for another program, which handles the errors; see `main`.

    Raises
    ------
    MatteError
    """
    args = build_parser().parse_args(argv)
    args.words = list(argv)
    return _run(args)


def _run(args: argparse.Namespace) -> int:
    tell_libraries()
    # We report what is wrong with a file ourselves, in one line.
    os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
    status: int = args.run(args)
    sys.stdout.flush()
    return status


def _tame_streams() -> None:
    """Keep file names in any encoding from breaking the output."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
