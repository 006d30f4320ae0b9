"""``matte alpha``: estimate the alpha of photos from their trimaps."""

import argparse
from pathlib import Path
from typing import Any

from matte_core.base.progress import ProgressCallback
from matte_core.cli.batch import Outcome, run_batch
from matte_core.cli.jobs import Companion, Job, make_plan
from matte_core.cli.options import (
    UsageError,
    add_common,
    add_decontaminate,
    add_edge,
    edge_controls,
)


def add_parser(commands: Any) -> None:
    """Add the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "alpha",
        help="estimate alpha from a photo and its trimap",
        usage="matte alpha PHOTO TRIMAP -o OUT [options]\n"
        "       matte alpha IN... --trimaps FOLDER -o OUT [options]",
        description="Estimate how much of each unknown pixel belongs to the subject. Trimaps "
        "are read with tolerance: nearly white is the subject, nearly black the background, "
        "everything between is unknown, so any brush will do to paint one.",
        epilog="In a folder the results are called NAME-alpha.png, or NAME.png for cut-outs. "
        "Of a photo with 16 bits a channel the result has 16 as well.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "pictures",
        nargs="+",
        metavar="IN",
        help="a photo and its trimap; with --trimaps, photos or folders of them",
    )
    parser.add_argument(
        "--trimaps",
        metavar="FOLDER",
        help="where the trimaps lie, as NAME-trimap.png or NAME.png; or one for all",
    )
    parser.add_argument(
        "--output",
        choices=("alpha", "rgba"),
        default="alpha",
        help="the alpha alone (default), or the photo with it: a cut-out",
    )
    add_common(parser)
    add_edge(parser)
    add_decontaminate(parser)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    named, trimaps = args.pictures, args.trimaps
    if trimaps is None:
        if len(named) != 2 or any(Path(name).is_dir() for name in named):
            raise UsageError("give one photo and its trimap, or photos and --trimaps FOLDER")
        named, trimaps = named[:1], named[1]
    suffix = "" if args.output == "rgba" else "-alpha"
    plan = make_plan(
        args,
        named,
        {args.output: suffix},
        companions=[Companion(Path(trimaps), "trimap", "-trimap")],
    )

    from matte_core.base.progress import part
    from matte_core.cli.pictures import check_size, with_holes
    from matte_core.cutting import Steps
    from matte_core.files import encode_png, read_picture, read_plane
    from matte_core.files.writing import quantize, stack_alpha
    from matte_core.images import UNKNOWN, as_uint8
    from matte_core.trimap import read_trimap

    def work(job: Job, progress: ProgressCallback) -> Outcome:
        picture = read_picture(job.source, max_megapixels=args.max_megapixels)
        path = job.companions["trimap"]
        plane = read_plane(path, "trimap", max_megapixels=args.max_megapixels)
        check_size(plane, picture, "trimap", str(path))
        trimap = read_trimap(as_uint8(plane))
        share = float((trimap == UNKNOWN).mean())
        is_cutout = args.output == "rgba"
        steps = Steps(picture.image)
        estimated = steps.alpha(trimap, progress=part(progress, 0.0, 0.7 if is_cutout else 1.0))
        alpha = steps.edge(estimated, **edge_controls(args))
        values = {"unknown_share": round(share, 4)}
        if is_cutout:
            foreground = steps.foreground(
                estimated, args.decontaminate / 100, progress=part(progress, 0.7, 1.0)
            )
            pixels = stack_alpha(foreground, with_holes(alpha, picture), is_deep=picture.is_deep)
            png = encode_png(pixels, icc_profile=picture.icc_profile)
        else:
            png = encode_png(quantize(with_holes(alpha, picture), is_deep=picture.is_deep))
        return Outcome({args.output: png}, values, f"{share:.1%} was unknown")

    return run_batch(args, plan, work)
