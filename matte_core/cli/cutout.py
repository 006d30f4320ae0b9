"""``matte cutout``: the whole chain, from a photo to its cut-out."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matte_core.base.progress import ProgressCallback
from matte_core.batch.plan import Job
from matte_core.cli.batch import Result, run_batch
from matte_core.cli.framing import add_framing, framing
from matte_core.cli.jobs import STREAM, Companion, marks, plan_command
from matte_core.cli.network import check_request
from matte_core.cli.options import (
    UsageError,
    add_common,
    add_decontaminate,
    add_edge,
    add_files,
    add_marks,
    add_selection,
    add_subject,
    add_trimap,
    edge_controls,
    extensions_of,
)
from matte_core.cli.segment import describe, in_words, notes

if TYPE_CHECKING:
    from matte_core.cutting import CutOut
    from matte_core.files import Picture
    from matte_core.images import Image, Mask
    from matte_core.segmentation.things import Thing

_SUFFIXES = {"rgba": "", "alpha": "-alpha", "mask": "-mask", "trimap": "-trimap"}


def add_parser(commands: Any) -> None:
    """Add the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "cutout",
        help="cut the subject out of photos",
        description="Cut the subject out of photos. Each becomes a picture with transparency, its "
        "fringe cleaned of the old background's color, and with nothing of the photo under its "
        "transparent pixels. A picture that is cut out already keeps its shape unless a subject "
        "is named. Photos with 16 bits per channel give results with 16 bits; color profile, "
        "resolution, and metadata are kept.",
        epilog="Results in a folder are named NAME.png, NAME-alpha.png, NAME-mask.png and "
        "NAME-trimap.png.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "pictures",
        nargs="+",
        metavar="IN",
        help="photos, or folders with photos; - for a photo from standard input",
    )
    parser.add_argument(
        "--output",
        choices=(*_SUFFIXES, "all"),
        default="rgba",
        help="what to write: the cut-out (rgba, default), one of the steps toward it, or all",
    )
    parser.add_argument(
        "--each",
        action="store_true",
        help="write each person, animal, or object of the subject to a file of its own, such as "
        '"NAME (person 2).png"',
    )
    parser.add_argument(
        "--shadow",
        action="store_true",
        help="keep the shadow that the subject casts on a light, plain background, in the cut-out "
        "below the subject",
    )
    add_common(parser)
    add_files(parser)
    add_framing(parser)
    add_subject(parser)
    add_selection(parser)
    add_marks(parser, "keep", "remove", "unknown")
    add_trimap(parser)
    add_edge(parser)
    add_decontaminate(parser)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    check_request(args)
    crop = framing(args)
    if args.each and args.keep:
        raise UsageError("--keep does not say which thing it belongs to: not with --each")
    if args.each and (args.output != "rgba" or args.out == str(STREAM)):
        raise UsageError("--each writes cut-outs to several files: not with --output or -o -")
    if args.each and args.shadow:
        raise UsageError("--shadow is that of the whole subject: not with --each")
    kinds = list(_SUFFIXES) if args.output == "all" else [args.output]
    selections = [Companion(Path(args.selection), "selection", "-mask")] if args.selection else []
    suffixes = {kind: _SUFFIXES[kind] for kind in kinds}
    plan = plan_command(
        args,
        args.pictures,
        suffixes,
        companions=[*selections, *marks(args)],
        extensions=extensions_of(args),
    )

    from matte_core import cut_out, segment
    from matte_core.base.errors import NoSubjectError
    from matte_core.base.progress import part
    from matte_core.cli.outcome import Outcome
    from matte_core.cli.pictures import read_marks, read_photo, read_selection, with_holes
    from matte_core.compositing import over_shadow
    from matte_core.images import BACKGROUND
    from matte_core.segmentation.things import things_of

    def cut(
        job: Job, picture: "Picture", hint: "Mask | None", subject: Any, progress: ProgressCallback
    ) -> tuple["CutOut", "Image", Outcome]:
        found = cut_out(
            picture.image,
            subject,
            model=args.model,
            radius_px=args.radius,
            shape=args.shape,
            hint=hint,
            **read_marks(job, picture, args.max_megapixels),
            decontaminate=args.decontaminate / 100,
            **edge_controls(args),
            opacity=picture.alpha,
            shadow=args.shadow,
            progress=progress,
        )
        colors, alpha = found.foreground, found.alpha
        if found.shadow is not None and alpha.any():
            cast = found.shadow.alpha
            cast = cast if picture.alpha is None else cast * picture.alpha
            colors, alpha = over_shadow(colors, alpha, cast)
        made = Outcome(picture, alpha, args, crop)
        if made.box is None:
            raise NoSubjectError(
                f"The subject of {job.source} lies in its transparent parts, so nothing is left.",
                "Choose another subject with --subject, or mark it with --keep.",
            )
        return found, colors, made

    def work(job: Job, progress: ProgressCallback) -> Result:
        picture = read_photo(job.source, args.max_megapixels)
        hint = read_selection(job, picture, args.max_megapixels)
        if args.each:
            things = things_of(segment(picture.image, args.subject, args.model, hint=hint))
            if len(things) > 1:
                return each(job, picture, hint, things, progress)
        found, colors, made = cut(job, picture, hint, args.subject, progress)
        files: dict[str, bytes] = {}
        for kind, path in job.results.items():
            if kind == "rgba":
                files[kind] = made.cut_out(colors, path)
            elif kind == "alpha":
                files[kind] = made.plane(found.alpha, path)
            elif kind == "mask":
                files[kind] = made.plane(with_holes(found.mask, picture), path, is_hard=True)
            else:
                trimap = found.trimap
                if picture.alpha is not None:
                    trimap = trimap.copy()
                    trimap[picture.alpha == 0] = BACKGROUND
                files[kind] = made.plane(trimap, path, is_hard=True)
        said = found.segmentation
        sure = float(said.probability[said.mask].mean()) if said.mask.any() else 0.0
        values = {**describe(said), **made.describe(), "confidence": round(sure, 4)}
        remarks = [*made.notes(job), *notes(said)]
        if found.shadow is not None and found.shadow.note:
            remarks.append(found.shadow.note)
        return Result(files, values, in_words(said), remarks)

    def each(
        job: Job,
        picture: "Picture",
        hint: "Mask | None",
        things: "list[Thing]",
        progress: ProgressCallback,
    ) -> Result:
        files: dict[str, bytes] = {}
        values, remarks = [], []
        for number, (name, subject, _center) in enumerate(things):
            share = part(progress, number / len(things), (number + 1) / len(things))
            _found, colors, made = cut(job, picture, hint, subject, share)
            files[name] = made.cut_out(colors, job.target)
            values.append({"name": name, **made.describe()})
            remarks = made.notes(job)
        return Result({}, {"things": values}, ", ".join(files), remarks, files)

    return run_batch(args, plan, work)
