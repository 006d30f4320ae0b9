"""``matte cutout``: the whole chain, from a photo to its cut-out."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matte_core.base.progress import ProgressCallback
from matte_core.batch.plan import Job
from matte_core.cli.batch import Result, run_batch
from matte_core.cli.jobs import Companion, marks, plan_command
from matte_core.cli.network import check_request
from matte_core.cli.options import (
    add_common,
    add_decontaminate,
    add_edge,
    add_marks,
    add_selection,
    add_subject,
    add_trimap,
    edge_controls,
)
from matte_core.cli.segment import describe, in_words, notes

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SUFFIXES = {"rgba": "", "alpha": "-alpha", "mask": "-mask", "trimap": "-trimap"}


def add_parser(commands: Any) -> None:
    """Add the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "cutout",
        help="cut the subject out of photos",
        description="Cut the subject out of photos. Each becomes a PNG with transparency, its "
        "fringe cleaned of the old background's color. Transparent pixels of a picture stay "
        "transparent. Photos with 16 bits per channel give results with 16 bits; the color "
        "profile is kept.",
        epilog="Results in a folder are named NAME.png, NAME-alpha.png, NAME-mask.png and "
        "NAME-trimap.png.",
        allow_abbrev=False,
    )
    parser.add_argument("pictures", nargs="+", metavar="IN", help="photos, or folders with photos")
    parser.add_argument(
        "--output",
        choices=(*_SUFFIXES, "all"),
        default="rgba",
        help="what to write: the cut-out (rgba, default), one of the steps toward it, or all",
    )
    parser.add_argument(
        "--crop",
        action="store_true",
        help="crop the results to the pixels that are not transparent",
    )
    add_common(parser)
    add_subject(parser)
    add_selection(parser)
    add_marks(parser, "keep", "remove", "unknown")
    add_trimap(parser)
    add_edge(parser)
    add_decontaminate(parser)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    check_request(args)
    kinds = list(_SUFFIXES) if args.output == "all" else [args.output]
    selections = [Companion(Path(args.selection), "selection", "-mask")] if args.selection else []
    suffixes = {kind: _SUFFIXES[kind] for kind in kinds}
    plan = plan_command(args, args.pictures, suffixes, companions=[*selections, *marks(args)])

    from matte_core import cut_out
    from matte_core.base.errors import NoSubjectError
    from matte_core.boxes import Box
    from matte_core.cli.pictures import read_marks, read_selection, with_holes
    from matte_core.files import encode_png, read_picture
    from matte_core.files.writing import quantize, stack_alpha
    from matte_core.images import BACKGROUND

    def work(job: Job, progress: ProgressCallback) -> Result:
        picture = read_picture(job.source, max_megapixels=args.max_megapixels)
        cut = cut_out(
            picture.image,
            args.subject,
            model=args.model,
            radius_px=args.radius,
            shape=args.shape,
            hint=read_selection(job, picture, args.max_megapixels),
            **read_marks(job, picture, args.max_megapixels),
            decontaminate=args.decontaminate / 100,
            **edge_controls(args),
            progress=progress,
        )
        alpha = with_holes(cut.alpha, picture)
        box = Box.around(alpha > 0)
        if box is None:
            raise NoSubjectError(
                f"The subject of {job.source} lies in its transparent parts, so nothing is left.",
                "Choose another subject with --subject, or mark it with --keep.",
            )
        kept = box if args.crop else Box.whole(alpha.shape)
        offset_px = (kept.top, kept.left) if args.crop else None

        def encode(pixels: "NDArray[Any]") -> bytes:
            cropped = pixels[kept.top : kept.bottom, kept.left : kept.right]
            return encode_png(cropped, icc_profile=picture.icc_profile, offset_px=offset_px)

        files: dict[str, bytes] = {}
        if "rgba" in kinds:
            files["rgba"] = encode(stack_alpha(cut.foreground, alpha, is_deep=picture.is_deep))
        if "alpha" in kinds:
            files["alpha"] = encode(quantize(alpha, is_deep=picture.is_deep))
        if "mask" in kinds:
            files["mask"] = encode(quantize(with_holes(cut.mask, picture), is_deep=False))
        if "trimap" in kinds:
            trimap = cut.trimap
            if picture.alpha is not None:
                trimap = trimap.copy()
                trimap[picture.alpha == 0] = BACKGROUND
            files["trimap"] = encode(trimap)
        values = describe(cut.segmentation)
        if offset_px:
            values["offset"] = {"x": offset_px[1], "y": offset_px[0]}
        return Result(files, values, in_words(cut.segmentation), notes(cut.segmentation))

    return run_batch(args, plan, work)
