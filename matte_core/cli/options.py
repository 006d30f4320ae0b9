"""The options that commands share, and the types of their values."""

import argparse
import math
from collections.abc import Callable
from typing import Any

SHAPES = ("ellipse", "rectangle", "cross")
#: The formats with transparency, and the extensions of their files.
FORMATS = {"png": ".png", "tiff": ".tif", "webp": ".webp", "gif": ".gif"}
_EXTENSIONS = (*(".png", ".apng", ".tif", ".tiff"), *(".webp", ".gif"))
MARKS = {
    "keep": "what belongs to the subject",
    "remove": "what does not belong to the subject",
    "unknown": "where to look for hair and soft edges",
}


class UsageError(Exception):
    """Arguments that do not fit together; ends the program with status 2."""


def new_command(
    commands: Any, name: str, inputs: tuple[str, str], **texts: str
) -> argparse.ArgumentParser:
    """Add a command with `texts` such as its help; `inputs` are its files: attribute and help."""
    parser: argparse.ArgumentParser = commands.add_parser(name, allow_abbrev=False, **texts)
    parser.add_argument(inputs[0], nargs="+", metavar="IN", help=inputs[1])
    return parser


def add_common(parser: argparse.ArgumentParser) -> None:
    """Add the options for results, messages and pictures."""
    results = parser.add_argument_group("results")
    results.add_argument(
        "-o",
        "--out",
        required=True,
        metavar="OUT",
        help="the file to write, or the folder for several, which is created if necessary; "
        "a name without an extension is a folder",
    )
    existing = results.add_mutually_exclusive_group()
    existing.add_argument(
        "--overwrite",
        action="store_true",
        help="replace results that already exist; without it, they are kept and reported as "
        "failures. Input pictures are never overwritten",
    )
    existing.add_argument(
        "--skip-existing",
        action="store_true",
        help="skip pictures whose results already exist, to resume a run that was stopped",
    )
    results.add_argument(
        "--json",
        action="store_true",
        help="print one line of JSON for each picture on standard output",
    )
    results.add_argument("-q", "--quiet", action="store_true", help="print nothing but errors")
    pictures = parser.add_argument_group("pictures")
    pictures.add_argument(
        "-j",
        "--jobs",
        type=whole_number("processes", low=0, high=1000),
        default=0,
        metavar="N",
        help="how many processes share the pictures; 0 (default): one for each core, as far as "
        "memory allows",
    )
    pictures.add_argument("-r", "--recursive", action="store_true", help="include subfolders")
    pictures.add_argument(
        "--max-megapixels",
        type=number("megapixels", low=0.001),
        default=200.0,
        metavar="N",
        help="reject larger pictures before decoding them (default %(default)g)",
    )


def add_files(parser: argparse.ArgumentParser) -> None:
    """Add the format of the results, and what goes along with the pixels."""
    group = parser.add_argument_group("files")
    group.add_argument(
        "--format",
        choices=FORMATS,
        default="png",
        help="file format of results in a folder (default %(default)s); with -o FILE, its "
        "extension decides. WebP is lossless and has 8 bits per channel; GIF has 255 colors and a "
        "hard edge. Animations stay animated in all but TIFF",
    )
    add_metadata(group)


def add_metadata(group: Any) -> None:
    """Add what to keep of a photo's metadata."""
    group.add_argument(
        "--metadata",
        choices=("public", "all", "none"),
        default="public",
        help="which EXIF, IPTC, and XMP data of the photo to keep. public (default): all but the "
        "place, serial numbers, the camera's owner, and the maker's notes, since cut-outs get "
        "published; all; or none. Thumbnails are never kept, and the resolution always is",
    )


def extensions_of(args: argparse.Namespace) -> tuple[str, ...]:
    """Return the extensions that a result may have, the one for folders first."""
    first = FORMATS[args.format]
    return (first, *(other for other in _EXTENSIONS if other != first))


def add_subject(parser: argparse.ArgumentParser) -> None:
    """Add what to cut out, and which model finds it."""
    group = parser.add_argument_group("subject")
    group.add_argument(
        "--subject",
        type=subject,
        default="auto",
        metavar="WHAT",
        help="auto (default): the main subject; everything: all but the background; or one "
        'or more classes, such as person,dog. To select one of several: "person 2", counted from '
        'the left; "person left", right, middle or largest; or "person at 0.3 0.5", the one '
        "nearest to these fractions of width and height",
    )
    group.add_argument(
        "--model",
        metavar="NAME|FILE",
        help="the name of an installed model (see `matte models list`), or an ONNX file",
    )


def add_trimap(parser: argparse.ArgumentParser) -> None:
    """Add the width and shape of the unknown band along the mask's edge."""
    group = parser.add_argument_group("trimap")
    group.add_argument(
        "--radius",
        type=whole_number("pixels", low=0, high=10000),
        metavar="PX",
        help="half the width of the unknown band, in pixels (default: depends on the size of the "
        "picture and the resolution of the model)",
    )
    group.add_argument(
        "--shape",
        choices=SHAPES,
        default="ellipse",
        help="shape of the structuring element that dilates and erodes the mask "
        "(default %(default)s)",
    )


def add_edge(parser: argparse.ArgumentParser) -> None:
    """Add the controls that adjust the edge of the alpha."""
    group = parser.add_argument_group("edge")
    for name, unit, low, high, text in (
        ("shift", "pixels", -100, 100, "move the edge: outward, or inward if negative"),
        ("smooth", "pixels", 0, 50, "remove spikes and fill notches of up to this size"),
        ("feather", "pixels", 0, 250, "soften the edge by this radius"),
        ("contrast", "percent", 0, 100, "harden the edge"),
        (
            "threshold",
            "percent",
            0,
            100,
            "make the edge hard, for sprites and cutters: alpha from this on becomes 1, lower 0",
        ),
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
        "threshold": args.threshold / 100,
    }


def number(unit: str, *, low: float = -math.inf, high: float = math.inf) -> Callable[[str], float]:
    """Return a type for argparse: a finite number in [low, high]."""

    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number of {unit}") from None
        if not math.isfinite(value) or not low <= value <= high:
            limits = f"from {low:g}" + (f" to {high:g}" if math.isfinite(high) else " up")
            raise argparse.ArgumentTypeError(f"{text!r} is out of range; give {unit} {limits}")
        return value

    return parse


percent = number("percent", low=0, high=100)


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
    """Read a subject: a word, or class names separated by commas."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        raise argparse.ArgumentTypeError("no subject given")
    return names[0] if len(names) == 1 else names


def position(text: str) -> tuple[int, int]:
    """Read X,Y in pixels; returns (row, column)."""
    try:
        x, y = (int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not of the form X,Y in whole pixels, such as 120,40"
        ) from None
    return y, x


def add_selection(parser: argparse.ArgumentParser) -> None:
    """Add a mask that marks the subject."""
    parser.add_argument(
        "--selection",
        metavar="FILE|FOLDER",
        help="a mask that roughly marks the subject: of the things the model finds, those inside "
        "it are used; in a folder, NAME-mask.png or NAME.png",
    )


def add_marks(parser: argparse.ArgumentParser, *names: str) -> None:
    """Add pictures in which something is marked: "keep", "remove", "unknown"."""
    group = parser.add_argument_group(
        "marks",
        "Pictures of the photo's size in which a few strokes are enough: white on black, or any "
        "color on transparent. A folder holds NAME-keep.png (-remove, -unknown) or NAME.png.",
    )
    for name, text in MARKS.items():
        if name in names:
            group.add_argument(f"--{name}", metavar="FILE|FOLDER", help=text)


def add_decontaminate(
    parser: argparse.ArgumentParser, default: float | None = 100.0, when: str = "100"
) -> None:
    """Add how far to clean the colors of the fringe."""
    text = "how much of the old background's color to remove from the fringe of a cut-out"
    add_percent(parser, "--decontaminate", text, default, when)


def add_percent(
    parser: Any, name: str, text: str, default: float | None = 0.0, when: str = "0"
) -> None:
    """Add a number of percent; `when` is its default in words."""
    parser.add_argument(
        name,
        type=percent,
        default=default,
        metavar="0..100",
        help=f"{text}, in percent (default {when})",
    )
