"""The command `models`: list, download, add, remove, and show models."""

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from matte_core.base import folders
from matte_core.catalog.borrowed import borrowed, rembg_folder
from matte_core.catalog.published import BUILT_IN, CLASS_MODEL, PUBLISHED
from matte_core.catalog.registry import installed, set_default
from matte_core.catalog.spec import COLOR_ORDERS, NORMALIZATIONS, OUTPUT_TYPES, ModelSpec

#: How options were spelled before version 1.0; still accepted.
_FORMER_OPTIONS = {
    "--normalisation": "normalization",
    "--colour-order": "color_order",
    "--meaning": "output_type",
    "--licence": "license",
}
_KNOWN = ("normalization", "color_order", "output_type", "license")


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to a command line."""
    parser = subparsers.add_parser(
        "models", help="list, download, add, remove, and show models", description=__doc__
    )
    parser.set_defaults(run=run)
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")

    actions.add_parser("list", help="list the installed models and those that can be downloaded")

    fetch = actions.add_parser("fetch", help="download a published model, or take rembg's copy")
    fetch.add_argument("name", nargs="?", default=CLASS_MODEL, choices=list(PUBLISHED))
    fetch.add_argument("--mirror", help="a web or local folder that has the same files")
    fetch.add_argument("--default", action="store_true", help="make it the default model")

    add = actions.add_parser("add", help="install a model of your own from a file")
    add.add_argument("file", type=Path, help="an ONNX file, or an OpenVINO .xml beside its .bin")
    add.add_argument("--name", help="its name (default: the file's)")
    add.add_argument("--default", action="store_true", help="make it the default model")
    add.add_argument(
        "--normalization",
        choices=list(NORMALIZATIONS),
        help="the values it expects (default: read from the file, or found by trying all of them)",
    )
    add.add_argument("--color-order", choices=COLOR_ORDERS, help="the order of its color channels")
    add.add_argument("--output-type", choices=list(OUTPUT_TYPES), help="what its output holds")
    add.add_argument(
        "--labels", type=Path, help="a text file of class names, one per line, background first"
    )
    add.add_argument("--license", help="the terms under which it may be used")
    for former, key in _FORMER_OPTIONS.items():
        add.add_argument(former, dest=key, help=argparse.SUPPRESS)

    remove = actions.add_parser("remove", help="remove an installed model")
    remove.add_argument("name")

    show = actions.add_parser("show", help="show how a model is used, and where it is from")
    show.add_argument("name", nargs="?", help="a name or an ONNX file (default: the default model)")


def run(args: argparse.Namespace) -> int:
    """Run the command; return the exit status.

    Raises
    ------
    MatteError
        If something went wrong; the caller prints it.
    """
    match args.action:
        case "list":
            _list()
        case "fetch":
            _fetch(args)
        case "add":
            _add(args)
        case "remove":
            from matte_core.networks import remove_model

            remove_model(args.name)
            print(f"Removed {args.name}.")
        case _:
            from matte_core.networks import describe_model

            _show(describe_model(args.name))
    return 0


def _list() -> None:
    here, lent = installed(), borrowed()
    for place, spec in enumerate(here):
        print(_line("*" if place == 0 else " ", spec.name, "installed", _title(spec)))
    names = {spec.name for spec in here}
    for model in PUBLISHED.values():
        if model.name in names:
            continue
        where = f"in {rembg_folder()}" if model.name in lent else f"{_megabytes(model.size)}"
        print(_line(" ", model.name, where, f"{model.title} [{model.spec.license}]"))
    print(f"\n* is the default. Models are kept in {folders.models()}.")
    print("`matte models fetch NAME` installs one that is listed with its size or a folder.")


def _line(mark: str, name: str, where: str, what: str) -> str:
    return f"{mark} {name:<20} {where:<14} {what}"


def _title(spec: ModelSpec) -> str:
    if spec.name == BUILT_IN:
        return "Any subject, fast"
    return PUBLISHED[spec.name].title if spec.name in PUBLISHED else spec.source


def _megabytes(size: int) -> str:
    return f"{max(1, round(size / 1e6))} MB"


def _fetch(args: argparse.Namespace) -> None:
    from matte_core.networks import fetch_model

    model = PUBLISHED[args.name]
    print(f"{model.title}, {_megabytes(model.size)}. License: {model.spec.license}.")
    spec = fetch_model(args.name, args.mirror, _progress if sys.stderr.isatty() else None)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    if args.default:
        set_default(spec.name)
    print(f"{spec.name} is installed.")


def _progress(fraction: float, step: str) -> None:
    print(f"\r{step:<32} {fraction:4.0%}", end="", file=sys.stderr, flush=True)


def _add(args: argparse.Namespace) -> None:
    from matte_core.networks import add_model

    known: dict[str, Any] = {
        key: getattr(args, key) for key in _KNOWN if getattr(args, key) is not None
    }
    if args.labels:
        known["classes"] = _read_labels(args.labels)
    spec = add_model(args.file, args.name, default=args.default, **known)
    print(f"{spec.name} is installed.")
    if "normalization" in spec.assumed and spec.finds_subject:
        print(
            "Its file does not say which values it expects, and with none of the usual ones does "
            f"it find the subject of a test photo; {NORMALIZATIONS[spec.normalization]} is "
            "assumed. If its masks look wrong, add it again with --normalization."
        )
    elif spec.assumed:
        print(
            f"Assumed, since the file does not say: "
            f"{', '.join(f'{key} {getattr(spec, key)}' for key in spec.assumed)}. "
            "If its masks look wrong, add it again with these options."
        )


def _read_labels(path: Path) -> tuple[str, ...]:
    from matte_core.base.errors import FileError

    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"The label file {path} cannot be read: {error}.") from error
    return tuple(line.strip() for line in lines if line.strip())


def _show(spec: ModelSpec) -> None:
    values = asdict(spec)
    values["normalization"] += f" ({NORMALIZATIONS[spec.normalization]})"
    values["output_type"] += f" ({OUTPUT_TYPES[spec.output_type]})"
    values["classes"] = ", ".join(spec.classes)
    values["assumed"] = ", ".join(spec.assumed) or "nothing"
    for key, value in values.items():
        print(f"{key.replace('_', ' '):<16} {value}")
