"""The command `models`: list, fetch, add, remove and show networks."""

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from matte_core.base import folders
from matte_core.catalog.registry import CLASS_MODEL, PUBLISHED, installed, set_default
from matte_core.catalog.spec import COLOR_ORDERS, NORMALIZATIONS, OUTPUT_TYPES, ModelSpec

#: How options were spelled before version 1.0; still accepted.
_FORMER_OPTIONS = {
    "--normalisation": "normalization",
    "--colour-order": "color_order",
    "--meaning": "output_type",
    "--licence": "license",
}
_KNOWN = ("normalization", "color_order", "output_type")


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to a command line."""
    parser = subparsers.add_parser(
        "models", help="list, fetch, add, remove and show networks", description=__doc__
    )
    parser.set_defaults(run=run)
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")

    actions.add_parser("list", help="what is installed, and what can be fetched")

    fetch = actions.add_parser("fetch", help="fetch a published network")
    fetch.add_argument("name", nargs="?", default=CLASS_MODEL, choices=list(PUBLISHED))
    fetch.add_argument("--mirror", help="a web folder or a local one that holds the same files")
    fetch.add_argument("--default", action="store_true", help="use it where none is named")

    add = actions.add_parser("add", help="install a network of your own from a file")
    add.add_argument("file", type=Path, help="an ONNX file, or an OpenVINO .xml beside its .bin")
    add.add_argument("--name", help="what to call it; by default the file's name")
    add.add_argument("--default", action="store_true", help="use it where none is named")
    add.add_argument(
        "--normalization", choices=list(NORMALIZATIONS), help="the values that it expects"
    )
    add.add_argument("--color-order", choices=COLOR_ORDERS)
    add.add_argument("--output-type", choices=list(OUTPUT_TYPES), help="what it answers with")
    add.add_argument(
        "--labels", type=Path, help="a text file of class names, one a line, background first"
    )
    add.add_argument("--license", help="under what terms it may be used")

    for former, key in _FORMER_OPTIONS.items():
        add.add_argument(former, dest=key, help=argparse.SUPPRESS)

    remove = actions.add_parser("remove", help="remove an installed network")
    remove.add_argument("name")

    show = actions.add_parser("show", help="how a network is fed and read, and where it is from")
    show.add_argument("name", nargs="?", help="a name or an ONNX file; by default the default")


def run(args: argparse.Namespace) -> int:
    """Run the command; return the exit status.

    Raises
    ------
    MatteError
        What went wrong, for the caller to print.
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
    held = installed()
    for place, spec in enumerate(held):
        what = PUBLISHED[spec.name].title if spec.name in PUBLISHED else spec.source
        print(f"{'*' if place == 0 else ' '} {spec.name:<16} installed      {what}")
    names = {spec.name for spec in held}
    for model in PUBLISHED.values():
        if model.name not in names:
            print(f"  {model.name:<16} can be fetched {model.title}")
    print(f"\nKept in {folders.models()}; * is used where none is named.")


def _fetch(args: argparse.Namespace) -> None:
    from matte_core.networks import fetch_model

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
    if args.license:
        known["license"] = args.license
    if args.labels:
        known["classes"] = _read_labels(args.labels)
    spec = add_model(args.file, args.name, default=args.default, **known)
    print(f"{spec.name} is installed.")
    if spec.assumed:
        print(
            f"Assumed, as the file does not tell: "
            f"{', '.join(f'{key} {getattr(spec, key)}' for key in spec.assumed)}. "
            "If its masks look wrong, add it again with these options set."
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
