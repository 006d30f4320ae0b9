"""The options that commands share, and how their values are read."""

import argparse
import math
from collections.abc import Callable
from typing import Any

SHAPES = ("ellipse", "rectangle", "cross")


class UsageError(Exception):
    """Arguments that do not go together; ends the program with status 2."""


def add_common(parser: argparse.ArgumentParser) -> None:
    """Add where results go and what is said meanwhile."""
    results = parser.add_argument_group("results")
    results.add_argument(
        "-o",
        "--out",
        required=True,
        metavar="OUT",
        help="the file to write, or the folder for several (made if need be); "
        "a name without an extension is a folder",
    )
    existing = results.add_mutually_exclusive_group()
    existing.add_argument(
        "--overwrite",
        action="store_true",
        help="replace results that are there already; without it they are left alone and "
        "reported as failures. A picture that is read is never written over",
    )
    existing.add_argument(
        "--skip-existing",
        action="store_true",
        help="pass over pictures whose results are there, to go on where a run was stopped",
    )
    results.add_argument(
        "--json",
        action="store_true",
        help="describe each result as one line of JSON on standard output",
    )
    results.add_argument(
        "-q", "--quiet", action="store_true", help="say nothing but what went wrong"
    )
    pictures = parser.add_argument_group("pictures")
    pictures.add_argument(
        "-r", "--recursive", action="store_true", help="take the folders inside a folder too"
    )
    pictures.add_argument(
        "--max-megapixels",
        type=number("megapixels", low=0.001),
        default=200.0,
        metavar="N",
        help="refuse larger pictures before decoding them (default %(default)g)",
    )


def add_subject(parser: argparse.ArgumentParser) -> None:
    """Add what is to be found, and by which network."""
    group = parser.add_argument_group("subject")
    group.add_argument(
        "--subject",
        type=subject,
        default="auto",
        metavar="WHAT",
        help="auto (default): the main subject; everything: all but the background; or one "
        'or several classes, such as person,dog; one of several of a class is "person 2", '
        'counted from the left, "person left", right, middle or largest, or "person at 0.3 0.5": '
        "the one at these fractions of width and height, or nearest to them",
    )
    group.add_argument(
        "--model",
        metavar="NAME|FILE",
        help="a network that `matte models` lists, or an ONNX file",
    )


def add_trimap(parser: argparse.ArgumentParser) -> None:
    """Add how wide the unknown band around the mask's edge is."""
    group = parser.add_argument_group("trimap")
    group.add_argument(
        "--radius",
        type=whole_number("pixels", low=0, high=10000),
        metavar="PX",
        help="half the width of the unknown band, in pixels (default: from the size of the "
        "picture and the resolution of the network)",
    )
    group.add_argument(
        "--shape",
        choices=SHAPES,
        default="ellipse",
        help="of the structuring element that dilates and erodes the mask (default %(default)s)",
    )


def add_edge(parser: argparse.ArgumentParser) -> None:
    """Add the controls that adjust the edge of the alpha."""
    group = parser.add_argument_group("edge")
    for name, unit, low, high, text in (
        ("shift", "pixels", -100, 100, "move the edge: outward, or inward if negative"),
        ("smooth", "pixels", 0, 50, "remove spikes and fill notches of up to this size"),
        ("feather", "pixels", 0, 250, "soften the edge by this radius"),
        ("contrast", "percent", 0, 100, "harden the edge"),
    ):
        group.add_argument(
            f"--{name}",
            type=number(unit, low=low, high=high),
            default=0.0,
            metavar="PX" if unit == "pixels" else "PERCENT",
            help=f"{text}, in {unit}, from {low} to {high} (default 0)",
        )


def edge_controls(args: argparse.Namespace) -> dict[str, Any]:
    """Return the arguments of `adjust_edge` that `add_edge` added to the command."""
    return {
        "shift_px": args.shift,
        "smooth_px": args.smooth,
        "feather_px": args.feather,
        "contrast": args.contrast / 100,
    }


def number(unit: str, *, low: float = -math.inf, high: float = math.inf) -> Callable[[str], float]:
    """Return a type for argparse: a finite number in [low, high]."""

    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number of {unit}") from None
        if not math.isfinite(value) or not low <= value <= high:
            limits = f"from {low:g}" + (f" to {high:g}" if math.isfinite(high) else " upwards")
            raise argparse.ArgumentTypeError(f"{text!r} is out of range; give {unit} {limits}")
        return value

    return parse


def whole_number(unit: str, *, low: int, high: int) -> Callable[[str], int]:
    """Return a type for argparse: a whole number in [low, high]."""

    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of {unit}") from None
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(
                f"{text!r} is out of range; give {unit} from {low} to {high}"
            )
        return value

    return parse


def subject(text: str) -> str | list[str]:
    """Read a subject: a word, or class names with commas between."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        raise argparse.ArgumentTypeError("no subject is named")
    return names[0] if len(names) == 1 else names


def position(text: str) -> tuple[int, int]:
    """Read X,Y in pixels; returns (row, column)."""
    try:
        x, y = (int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not X,Y in whole pixels, such as 120,40"
        ) from None
    return y, x


def add_selection(parser: argparse.ArgumentParser) -> None:
    """Add a mask that says where the subject is."""
    parser.add_argument(
        "--selection",
        metavar="FILE|FOLDER",
        help="a mask that marks where the subject is, roughly: of what the network finds, "
        "what lies there is taken; in a folder it is called NAME-mask.png or NAME.png",
    )


def add_decontaminate(
    parser: argparse.ArgumentParser, default: float | None = 100.0, when: str = "100"
) -> None:
    """Add how far the colors of the fringe are cleaned."""
    parser.add_argument(
        "--decontaminate",
        type=number("percent", low=0, high=100),
        default=default,
        metavar="0..100",
        help="how far to take the old background's color out of the fringe of a cut-out, in "
        f"percent (default {when})",
    )
