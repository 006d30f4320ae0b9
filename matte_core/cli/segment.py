"""``matte segment``: find the subject; write its mask, or a color map of all classes."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matte_core.base.errors import NoSubjectError
from matte_core.base.progress import ProgressCallback
from matte_core.batch.plan import Job
from matte_core.cli import options
from matte_core.cli.batch import run_batch
from matte_core.cli.jobs import Companion, marks, plan_command
from matte_core.cli.network import check_request
from matte_core.cli.result import Result

if TYPE_CHECKING:
    from matte_core.segmentation import Segmentation


def add_parser(commands: Any) -> None:
    """Add the command."""
    parser = options.new_command(
        commands,
        "segment",
        ("pictures", "photos, or folders with photos"),
        help="find the subject and write its mask",
        description="Find the subject of photos and write its mask: a grayscale PNG in which the "
        "subject is white. Lists the classes in each picture, with the share of the picture that "
        "each covers.",
        epilog="Results in a folder are named NAME-mask.png, NAME-probability.png or "
        "NAME-classes.png.",
    )
    options.add_common(parser)
    options.add_subject(parser)
    options.add_selection(parser)
    options.add_marks(parser, "keep", "remove")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument(
        "--soft",
        action="store_true",
        help="write the probability of the subject as gray levels instead of a hard mask",
    )
    kind.add_argument(
        "--class-map",
        action="store_true",
        help="write the class of every pixel, in the colors of PASCAL VOC, instead of a mask",
    )


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    check_request(args, needs_classes=args.class_map)
    kind = "probability" if args.soft else "classes" if args.class_map else "mask"
    selections = [Companion(Path(args.selection), "selection", "-mask")] if args.selection else []
    plan = plan_command(
        args, args.pictures, {kind: f"-{kind}"}, companions=[*selections, *marks(args)]
    )

    from matte_core import segment
    from matte_core.cli.pictures import read_marks, read_photo, read_selection, with_holes
    from matte_core.files import encode_png
    from matte_core.files.writing import quantize
    from matte_core.segmentation import color_map

    def work(job: Job, progress: ProgressCallback) -> Result:
        picture = read_photo(job.source, args.max_megapixels)
        hint = read_selection(job, picture, args.max_megapixels)
        found = segment(
            picture.image,
            args.subject,
            args.model,
            hint=hint,
            **read_marks(job, picture, args.max_megapixels),
            progress=progress,
        )
        if kind == "classes":
            if not found.classes:
                raise NoSubjectError(f"There is no class map. {found.note}")
            png = encode_png(color_map(found.labels))
        elif kind == "probability":
            soft = with_holes(found.probability, picture)
            png = encode_png(quantize(soft, is_deep=False))
        else:
            png = encode_png(quantize(with_holes(found.mask, picture), is_deep=False))
        return Result({kind: png}, describe(found), in_words(found), notes(found))

    return run_batch(args, plan, work)


def describe(found: "Segmentation") -> dict[str, Any]:
    """Return what the model found as plain values, for --json."""
    return {
        "source": found.source,
        "note": found.note,
        "classes": [
            {
                "name": present.name,
                "index": int(present.index),
                "share": round(float(present.share), 4),
                "confidence": round(float(present.confidence), 4),
            }
            for present in found.classes
        ],
        "instances": [
            {
                "name": one.name,
                "class": one.class_name,
                "share": round(one.share, 4),
                "confidence": round(one.confidence, 4),
                "box": list(one.box_px),
            }
            for one in found.instances
        ],
        "subject": list(found.subject),
        "subject_share": round(float(found.mask.mean()), 4),
    }


def in_words(found: "Segmentation") -> str:
    """Return what the model found in a few words."""
    classes = ", ".join(f"{present.name} {present.share:.1%}" for present in found.classes)
    if not classes:
        return f"subject {found.mask.mean():.1%}"
    if found.subject == tuple(present.name for present in found.classes):
        return classes
    return f"{classes}; subject: {', '.join(found.subject)}"


def notes(found: "Segmentation") -> list[str]:
    """Return what the user should know about how the subject was found."""
    return [found.note] if found.note else []
