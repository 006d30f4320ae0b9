"""The options that say how a cut-out is cropped."""

import argparse
import re

from matte_core.base.errors import InputError
from matte_core.batch.framing import LARGEST_PX, Framing, read_size


def add_framing(parser: argparse.ArgumentParser) -> None:
    """Add how to crop."""
    group = parser.add_argument_group("crop")
    group.add_argument(
        "--crop",
        action="store_true",
        help="crop the results to what is seen of the subject (alpha above 2%%)",
    )
    group.add_argument(
        "--margin",
        type=margin,
        metavar="PX|PERCENT%",
        help="crop, and leave a margin: in pixels, or in percent of the subject's longer side or, "
        "with --canvas, of the canvas's",
    )
    shape = group.add_mutually_exclusive_group()
    shape.add_argument(
        "--square", action="store_true", help="crop to a square with the subject in its center"
    )
    shape.add_argument(
        "--canvas",
        type=canvas,
        metavar="WIDTHxHEIGHT",
        help="put the subject in the center of a canvas of this size; it is scaled down if it does "
        "not fit, but never scaled up",
    )


def framing(args: argparse.Namespace) -> Framing | None:
    """Return how to crop, or None if the results are not cropped."""
    if not (args.crop or args.margin or args.square or args.canvas):
        return None
    length, is_share = args.margin or (0.0, False)
    made = Framing(length, is_share, args.square, args.canvas)
    if args.canvas:
        made.around((0, 0, 1, 1))  # before anything is computed: is there room on the canvas?
    return made


def margin(text: str) -> tuple[float, bool]:
    """Read a margin; return it in pixels and False, or as a share and True."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(%|px|)", text.strip())
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is not a margin such as 20 or 3%")
    is_share = found[2] == "%"
    length = float(found[1])
    if length > (100 if is_share else LARGEST_PX):
        limit = "100%" if is_share else f"{LARGEST_PX} pixels"
        raise argparse.ArgumentTypeError(f"{text!r} is too large; give at most {limit}")
    return (length / 100, True) if is_share else (length, False)


def canvas(text: str) -> tuple[int, int]:
    """Read the size of a canvas."""
    try:
        return read_size(text)
    except InputError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
