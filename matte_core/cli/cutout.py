"""``matte cutout``: the whole chain, from a photo to its cut-out."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matte_core.base.progress import ProgressCallback
from matte_core.batch.plan import Job, Plan
from matte_core.cli import options
from matte_core.cli.batch import run_batch, run_watch
from matte_core.cli.framing import add_framing, framing
from matte_core.cli.jobs import STREAM, Companion, marks, plan_command
from matte_core.cli.network import check_request
from matte_core.cli.result import Result
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
        "is named. Animations are cut out frame by frame, with one subject and their own timing. "
        "Photos with 16 bits per channel give results with 16 bits; color profile, resolution, "
        "and metadata are kept.",
        epilog="Results in a folder are named NAME.png, NAME-alpha.png, NAME-mask.png and "
        "NAME-trimap.png.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "pictures",
        nargs="*",
        metavar="IN",
        help="photos, or folders with photos; - for a photo from standard input",
    )
    parser.add_argument(
        "--watch",
        metavar="FOLDER",
        help="instead of IN: cut out every photo that arrives in a folder, as soon as it is "
        "complete, until Ctrl+C; a photo that changes is cut out again",
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
    options.add_common(parser)
    options.add_files(parser)
    add_framing(parser)
    options.add_subject(parser)
    options.add_selection(parser)
    options.add_marks(parser, "keep", "remove", "unknown")
    options.add_trimap(parser)
    options.add_edge(parser)
    options.add_decontaminate(parser)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    check_request(args)
    crop = framing(args)
    if args.each and args.keep:
        raise options.UsageError("--keep does not say which thing it belongs to: not with --each")
    if args.each and (args.output != "rgba" or args.out == str(STREAM)):
        raise options.UsageError(
            "--each writes cut-outs to several files: not with --output or -o -"
        )
    if args.each and args.shadow:
        raise options.UsageError("--shadow is that of the whole subject: not with --each")
    kinds = list(_SUFFIXES) if args.output == "all" else [args.output]
    selections = [Companion(Path(args.selection), "selection", "-mask")] if args.selection else []
    suffixes = {kind: _SUFFIXES[kind] for kind in kinds}
    named = _named(args)

    def look() -> Plan:
        return plan_command(
            args,
            named,
            suffixes,
            companions=[*selections, *marks(args)],
            extensions=options.extensions_of(args),
        )

    plan = look()

    from matte_core import cut_out, segment
    from matte_core.base.errors import NoSubjectError
    from matte_core.base.progress import part
    from matte_core.cli.animated import confidence, cut_out_frames, is_animated
    from matte_core.cli.outcome import Outcome, with_shadow
    from matte_core.cli.pictures import read_marks, read_photo, read_selection, with_holes
    from matte_core.following import Follower
    from matte_core.images import BACKGROUND
    from matte_core.segmentation.things import things_of

    def cut(
        picture: "Picture",
        subject: Any,
        hint: "Mask | None",
        progress: ProgressCallback,
        **marked: Any,
    ) -> "CutOut":
        return cut_out(
            picture.image,
            subject,
            model=args.model,
            radius_px=args.radius,
            shape=args.shape,
            hint=hint,
            **marked,
            decontaminate=args.decontaminate / 100,
            **options.edge_controls(args),
            opacity=picture.alpha,
            shadow=args.shadow,
            progress=progress,
        )

    def outcome(
        job: Job, picture: "Picture", hint: "Mask | None", subject: Any, progress: ProgressCallback
    ) -> tuple["CutOut", "Image", Outcome]:
        marked = read_marks(job, picture, args.max_megapixels)
        found = cut(picture, subject, hint, progress, **marked)
        colors, alpha = with_shadow(found, picture)
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
        elif args.output == "rgba" and is_animated(job, picture):
            follower = Follower(args.subject, hint)
            marked = read_marks(job, picture, args.max_megapixels)
            return cut_out_frames(job, picture, follower, cut, marked, args, crop, progress)
        found, colors, made = outcome(job, picture, hint, args.subject, progress)
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
        values = {**describe(said), **made.describe(), "confidence": round(confidence(found), 4)}
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
            found, colors, made = outcome(job, picture, hint, subject, share)
            files[name] = made.cut_out(colors, job.target)
            sure = round(confidence(found), 4)
            values.append({"name": name, **made.describe(), "confidence": sure})
            remarks = made.notes(job)
        return Result({}, {"things": values}, ", ".join(files), remarks, files)

    if args.watch:
        return run_watch(args, lambda: look() if Path(args.watch).is_dir() else Plan([]), work)
    return run_batch(args, plan, work)


def _named(args: argparse.Namespace) -> list[str]:
    """Return the photos and folders to process, one of which may be watched."""
    if not args.watch:
        if not args.pictures:
            raise options.UsageError("name a photo or folder (IN), or a folder with --watch")
        return list(args.pictures)
    if args.pictures:
        raise options.UsageError(
            "--watch takes the place of IN, so no photo or folder can be named too"
        )
    if not Path(args.watch).is_dir():
        raise options.UsageError(f"--watch {args.watch}: there is no such folder")
    return [args.watch]
