"""``matte alpha``: estimate the alpha of photos from trimaps."""

import argparse
from pathlib import Path
from typing import Any

from matte_core.base.progress import ProgressCallback
from matte_core.batch.plan import Job
from matte_core.cli import options
from matte_core.cli.batch import run_batch
from matte_core.cli.framing import add_framing, framing
from matte_core.cli.jobs import Companion, marks, plan_command
from matte_core.cli.result import Result


def add_parser(commands: Any) -> None:
    """Add the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "alpha",
        help="estimate alpha from a photo and its trimap",
        usage="matte alpha PHOTO TRIMAP -o OUT [options]\n"
        "       matte alpha IN... --trimaps FOLDER -o OUT [options]",
        description="Estimate how much of each unknown pixel belongs to the subject. In a trimap, "
        "nearly white is foreground, nearly black is background, and everything in between is "
        "unknown, so any brush can paint one.",
        epilog="Results in a folder are named NAME-alpha.png, or NAME.png for cut-outs. "
        "Photos with 16 bits per channel give results with 16 bits.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "pictures",
        nargs="+",
        metavar="IN",
        help="a photo and its trimap; with --trimaps, photos or folders with photos",
    )
    parser.add_argument(
        "--trimaps",
        metavar="FOLDER",
        help="the folder with the trimaps, named NAME-trimap.png or NAME.png; or one file for all",
    )
    parser.add_argument(
        "--output",
        choices=("alpha", "rgba"),
        default="alpha",
        help="alpha: the alpha channel alone (default); rgba: the cut-out",
    )
    options.add_common(parser)
    options.add_files(parser)
    add_framing(parser)
    options.add_marks(parser, "keep", "remove", "unknown")
    options.add_edge(parser)
    options.add_decontaminate(parser)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    named, trimaps = args.pictures, args.trimaps
    if trimaps is None:
        if len(named) != 2 or any(Path(name).is_dir() for name in named):
            raise options.UsageError("give a photo and its trimap, or photos and --trimaps FOLDER")
        named, trimaps = named[:1], named[1]
    crop = framing(args)
    suffix = "" if args.output == "rgba" else "-alpha"
    plan = plan_command(
        args,
        named,
        {args.output: suffix},
        companions=[Companion(Path(trimaps), "trimap", "-trimap"), *marks(args)],
        extensions=options.extensions_of(args),
    )

    from matte_core.base.progress import part
    from matte_core.cli.outcome import Outcome
    from matte_core.cli.pictures import check_size, read_marks, read_photo, with_holes
    from matte_core.files import read_plane
    from matte_core.images import UNKNOWN, as_uint8
    from matte_core.marks import Marks
    from matte_core.steps import Steps
    from matte_core.trimap import read_trimap

    def work(job: Job, progress: ProgressCallback) -> Result:
        picture = read_photo(job.source, args.max_megapixels)
        path = job.companions["trimap"]
        plane = read_plane(path, "trimap", max_megapixels=args.max_megapixels)
        check_size(plane, picture, "trimap", str(path))
        marked = read_marks(job, picture, args.max_megapixels)
        steps = Steps(picture.image)
        trimap = steps.marked(
            read_trimap(as_uint8(plane)), Marks.of((plane.shape[0], plane.shape[1]), **marked)
        )
        share = float((trimap == UNKNOWN).mean())
        is_cutout = args.output == "rgba"
        estimated = steps.alpha(trimap, progress=part(progress, 0.0, 0.7 if is_cutout else 1.0))
        alpha = steps.edge(estimated, **options.edge_controls(args))
        made = Outcome(picture, with_holes(alpha, picture), args, crop)
        values = {"unknown_share": round(share, 4)}
        if is_cutout:
            foreground = steps.foreground(
                estimated, args.decontaminate / 100, progress=part(progress, 0.7, 1.0)
            )
            data = made.cut_out(foreground, job.target)
        else:
            data = made.plane(made.alpha, job.target)
        text = f"{share:.1%} unknown"
        return Result({args.output: data}, {**values, **made.describe()}, text, made.notes(job))

    return run_batch(args, plan, work)
