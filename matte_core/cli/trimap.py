"""``matte trimap``: turn the edge of a mask into a band of unknown pixels."""

import argparse
from typing import Any

from matte_core.base.progress import ProgressCallback
from matte_core.batch.plan import Job
from matte_core.cli import options
from matte_core.cli.batch import run_batch
from matte_core.cli.jobs import plan_command
from matte_core.cli.result import Result


def add_parser(commands: Any) -> None:
    """Add the command."""
    parser = options.new_command(
        commands,
        "trimap",
        ("masks", "masks, or folders with masks"),
        help="make a trimap from a mask",
        description="Make trimaps from masks. A mask is a grayscale picture in which the subject "
        "is brighter than half; where it is gray, as in the result of `matte segment --soft`, the "
        "unknown band is wider. A trimap is a grayscale PNG: white is definite foreground, black "
        "is definite background, and 128 is unknown, for matting to decide. To make a trimap "
        "directly from a photo, use `matte cutout --output trimap`.",
        epilog="In a folder, files named NAME-mask or NAME-probability are used or, if there are "
        "none, all pictures. Results in a folder are named NAME-trimap.png.",
    )
    options.add_common(parser)
    options.add_trimap(parser)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    plan = plan_command(args, args.masks, {"trimap": "-trimap"}, wanted=["-mask", "-probability"])

    from matte_core import make_trimap
    from matte_core.cli.pictures import as_fraction, read_gray, to_mask
    from matte_core.files import encode_png
    from matte_core.images import UNKNOWN

    def work(job: Job, progress: ProgressCallback) -> Result:
        progress(0.0, "Trimap")
        plane = read_gray(job.source, "mask", args.max_megapixels)
        mask = to_mask(plane)
        trimap = make_trimap(mask, args.radius, args.shape, probability=as_fraction(plane))
        share = float((trimap == UNKNOWN).mean())
        values = {"unknown_share": round(share, 4), "subject_share": round(float(mask.mean()), 4)}
        return Result({"trimap": encode_png(trimap)}, values, f"{share:.1%} unknown")

    return run_batch(args, plan, work)
