"""The command behind `install.py` and `matte gimp`: its options, output and exit status.

0    everything needed is installed (the model for classes by name is an extra)
1    something needed is missing or broken
2    usage error
130  stopped with Ctrl+C; whatever was installed before is unchanged
"""

import argparse
import io
import os
import signal
import sys
from pathlib import Path
from types import FrameType

import matte_core
from matte_core.base import folders
from matte_core.base.errors import MatteError
from matte_core.setup import gimps, installing, library, places
from matte_core.setup.checks import Check
from matte_core.setup.gimps import Machine
from matte_core.setup.installing import InstallOptions, InstallResult, Targets
from matte_core.setup.plugin import Source
from matte_core.setup.uninstall import uninstall

STOPS = (signal.SIGINT, signal.SIGTERM)


def main(arguments: list[str], source: Source, called: str = "install.py") -> int:
    """Run the command for a project; return the exit status.

    Parameters
    ----------
    arguments : list of str
    source : Source
    called : str, optional
        How the user called it.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A folder name that the terminal cannot show is no reason to stop.
            stream.reconfigure(errors="replace")
    options = _parser(called).parse_args(arguments)
    before = {number: signal.signal(number, _stop) for number in STOPS}
    try:
        return _run(options, source)
    except KeyboardInterrupt:
        print("\nStopped. Whatever was installed before is unchanged.", file=sys.stderr)
        return 130
    except MatteError as error:
        print(f"\n{error.message}\n{error.hint}".rstrip(), file=sys.stderr)
        return 1
    except OSError as error:
        print(f"\nA file cannot be read or written: {error}", file=sys.stderr)
        print(
            "Check that the disk is not full and that the folder belongs to you.", file=sys.stderr
        )
        return 1
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
    """Stop at the first signal, and let no second one interrupt the cleanup."""
    for each in STOPS:
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt


def _run(options: argparse.Namespace, source: Source) -> int:
    machine = Machine(sys.platform, os.environ, Path.home())
    wanted = InstallOptions(
        repair=options.repair,
        sample=options.demo,
        model=options.model,
        wheels=options.wheels,
        python=options.python,
        gimp=options.gimp,
        mirror=options.mirror,
        download=options.download,
        with_gimp=not options.no_gimp,
    )
    targets = installing.look_around(source, machine, wanted)
    if options.uninstall:
        return _uninstall(targets, keep_models=options.keep_models)
    if options.check:
        return _check(targets, with_gimp=not options.no_gimp)
    if os.environ.get("SUDO_USER") and Path.home() == Path("/root"):
        print("With sudo, Matte is installed for root only; without it, for you.")
    result = installing.install(targets, wanted, _print_step)
    status = _summary(targets, result, wanted)
    if options.repair:
        print()
        return max(status, _check(targets, with_gimp=not options.no_gimp))
    return status


def _uninstall(targets: Targets, *, keep_models: bool) -> int:
    # These packages may be gone while what was installed for them is still there.
    sandboxed = [places.flatpak(Path.home()).home, places.snap(Path.home()).home]
    removed = uninstall(
        targets.profiles,
        [targets.host.home, *sandboxed],
        links=[Path.home() / ".local" / "bin" / "matte"],
        keep_models=keep_models,
    )
    for path in removed:
        print(f"Removed {path}")
    if not removed:
        print("Nothing to remove.")
    return 0


def _check(targets: Targets, *, with_gimp: bool) -> int:
    status = 0
    for check in installing.check(targets, with_gimp=with_gimp):
        _print_check(check)
        if check.is_needed and not check.ok:
            status = 1
    return status


def _print_check(check: Check) -> None:
    mark = "ok  " if check.ok else ("FAIL" if check.is_needed else "note")
    print(f"{mark}  {check.name}: {check.found}")
    if check.remedy:
        print("      " + check.remedy.replace("\n", "\n      "))


def _print_step(step: str, message: str) -> None:
    print(f"{step + ':':<13}{message}", flush=True)


def _summary(targets: Targets, result: InstallResult, wanted: InstallOptions) -> int:
    if result.changed:
        print(f"\nMatte {matte_core.__version__} is installed: {', '.join(result.changed)}.")
    else:
        print(f"Matte {matte_core.__version__} is installed and up to date; nothing changed.")
    for warning in result.warnings:
        print("\nNote: " + warning.replace("\n", "\n      "))
    for note in result.notes:
        print(f"\n{note}")
    if result.pictures:
        print("\nSample cut-out:")
        for path in result.pictures:
            print(f"  {path}")
    print()
    if any(gimp.is_usable for gimp in targets.gimps) or targets.profiles:
        print("In GIMP: Filters > Matte > Cut Out Subject… (restart GIMP if it is running)")
    elif wanted.with_gimp:
        print(f"No GIMP 3 was found. {gimps.where_to_get(targets.host.platform)}")
    print(library.how_to_call(targets.host, os.environ.get("PATH", "")))
    return 0


def _parser(called: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=called,
        description="Install or update Matte for GIMP for the current user, without root. "
        "Whatever is up to date stays unchanged.",
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--check", action="store_true", help="check every part, change nothing")
    what.add_argument("--repair", action="store_true", help="reinstall whatever does not work")
    what.add_argument("--uninstall", action="store_true", help="remove everything installed")
    parser.add_argument("--keep-models", action="store_true", help="with --uninstall: keep models")
    demo = parser.add_mutually_exclusive_group()
    demo.add_argument(
        "--demo", action="store_const", const=True, help="cut out the sample photo again"
    )
    demo.add_argument(
        "--no-demo", dest="demo", action="store_const", const=False, help="skip the sample photo"
    )
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--model", type=_file, metavar="FILE", help="install this ONNX model, too")
    source.add_argument("--mirror", metavar="URL", help="download the extra model from here")
    parser.add_argument(
        "--no-download",
        dest="download",
        action="store_false",
        help="leave out the extra model, which finds classes by name (person, cat, ...)",
    )
    if folders.given_python() is None:
        parser.add_argument(
            "--wheels", type=_folder, metavar="FOLDER", help="install packages offline from here"
        )
        parser.add_argument("--python", type=_file, metavar="PATH", help="the Python to use")
    else:
        parser.set_defaults(wheels=None, python=None)
    parser.add_argument("--gimp", type=_file, metavar="PATH", help="the GIMP 3 to try first")
    parser.add_argument("--no-gimp", action="store_true", help="install the command line only")
    parser.add_argument("--version", action="version", version=matte_core.__version__)
    return parser


def _file(text: str) -> Path:
    path = Path(text).expanduser().absolute()
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"{path} is not a file")
    return path


def _folder(text: str) -> Path:
    path = Path(text).expanduser().absolute()
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"{path} is not a folder")
    return path
