"""``matte composite``: put cut-outs on a new background."""

import argparse
from pathlib import Path
from typing import Any

from matte_core.base.progress import ProgressCallback
from matte_core.batch.plan import Job
from matte_core.cli import options
from matte_core.cli.batch import run_batch
from matte_core.cli.colors import parse_color
from matte_core.cli.jobs import Companion, plan_command
from matte_core.cli.result import Result

_EXTENSIONS = (".png", ".jpg", ".jpeg")

#: The help of options as they were spelled before version 1.0, which are still accepted.
_FORMER = argparse.SUPPRESS


def add_parser(commands: Any) -> None:
    """Add the command."""
    parser = options.new_command(
        commands,
        "composite",
        (
            "foregrounds",
            "pictures with transparency, such as the results of `matte cutout`; with --alpha, "
            "photos",
        ),
        help="put cut-outs on a new background",
        description="Put cut-outs, or photos with an alpha, on a color or another picture. The "
        "result is an opaque PNG or JPEG, depending on its extension.",
        epilog="Unless another placement is chosen, the background is scaled to cover the "
        "subject's picture. Results in a folder are named NAME.png, or NAME.jpg with --format jpg.",
    )
    parser.add_argument(
        "--background",
        required=True,
        metavar="FILE|COLOR",
        help="a picture, or a color: #rrggbb or a name such as white (./white: a file)",
    )
    parser.add_argument(
        "--alpha",
        metavar="FILE|FOLDER",
        help="the alpha of each photo; in a folder, NAME-alpha.png or NAME.png",
    )
    parser.add_argument(
        "--shadow",
        action="store_true",
        help="with --alpha: keep the shadow that the subject casts on a light, plain background. "
        "(In a cut-out made by `matte cutout --shadow` it is kept already.)",
    )
    place = parser.add_mutually_exclusive_group()
    place.add_argument(
        "--cover",
        action="store_true",
        help="scale the background to cover the subject's picture (default)",
    )
    place.add_argument(
        "--center",
        action="store_true",
        help="center the subject's picture on the background, which keeps its size",
    )
    place.add_argument(
        "--fit",
        action="store_true",
        help="like --center, but scale the subject's picture to fit the background",
    )
    place.add_argument(
        "--position",
        type=options.position,
        metavar="X,Y",
        help="position of the top left corner of the subject's picture on the background, which "
        "keeps its size, in pixels (negative: --position=-5,0)",
    )
    place.add_argument("--centre", dest="center", action="store_true", help=_FORMER)
    parser.add_argument(
        "--format",
        choices=("png", "jpg"),
        default="png",
        help="file format of results in a folder (default %(default)s)",
    )
    parser.add_argument(
        "--quality",
        type=options.whole_number("quality", low=1, high=100),
        default=95,
        metavar="1..100",
        help="JPEG quality (default %(default)s)",
    )
    options.add_common(parser)
    options.add_metadata(parser)
    options.add_decontaminate(
        parser, default=None, when="100 with --alpha, 0 for cut-outs, which are clean already"
    )
    light = parser.add_argument_group("light")
    options.add_percent(
        light, "--light-wrap", "how strongly the background's light wraps around the subject's edge"
    )
    light.add_argument(
        "--light-width",
        type=options.number("pixels", low=0.1, high=10000),
        metavar="PX",
        help="how far the light reaches into the subject, in pixels of the result (default: 1%% "
        "of the shorter side of the subject's picture)",
    )
    options.add_percent(
        light,
        "--match-colors",
        "how far to adjust the subject's exposure and color temperature to the background's",
    )
    light.add_argument("--match-colours", dest="match_colors", type=options.percent, help=_FORMER)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    if args.shadow and not args.alpha:
        raise options.UsageError("--shadow takes the shadow from the photo: only with --alpha")
    color = parse_color(args.background)
    alphas = [Companion(Path(args.alpha), "alpha", "-alpha")] if args.alpha else []
    extensions = (".jpg", ".jpeg", ".png") if args.format == "jpg" else _EXTENSIONS
    plan = plan_command(
        args, args.foregrounds, {"composite": ""}, companions=alphas, extensions=extensions
    )
    if color is None:
        for job in plan.jobs:
            job.companions["background"] = Path(args.background)

    import numpy as np

    from matte_core import composite
    from matte_core.base.errors import InputError
    from matte_core.base.progress import part
    from matte_core.cli import placement
    from matte_core.cli.pictures import as_fraction, check_size
    from matte_core.compositing import behind, estimate_shadow, match_colors, wrap_light
    from matte_core.files import encode, encode_jpeg, read_picture, read_plane
    from matte_core.files.color import is_srgb
    from matte_core.files.writing import quantize
    from matte_core.images import Alpha, Image, as_float, as_uint8

    # Read before the run, which is pointless without a background.
    scene = None if color else read_picture(args.background, max_megapixels=args.max_megapixels)

    def background_for(shape: tuple[int, int]) -> Image:
        if scene is None:
            return np.broadcast_to(np.array(color, np.uint8), (*shape, 3)).copy()
        is_placed = args.center or args.fit or args.position
        return scene.image if is_placed else placement.cover(scene.image, shape)

    def place(foreground: Image, alpha: Alpha, cast: Alpha | None, *, is_deep: bool) -> Image:
        background = background_for(alpha.shape)
        # The result is as deep as the deeper of the two.
        background = as_float(background) if is_deep else background
        inside = background.shape[:2]
        offset = args.position or (0, 0)
        if args.fit:
            if cast is not None:
                cast = placement.fit(foreground, cast, inside)[1]
            foreground, alpha = placement.fit(foreground, alpha, inside)
        if args.fit or args.center:
            offset = placement.center(alpha.shape, inside)
        if args.match_colors:
            foreground = match_colors(foreground, alpha, background, args.match_colors / 100)
        if args.light_wrap:
            (top, left), (height, width) = offset, alpha.shape
            covered = behind(background, (top, left, top + height, left + width))
            amount = args.light_wrap / 100
            foreground = wrap_light(foreground, alpha, covered, amount, args.light_width)
        if cast is not None:
            background = composite(np.zeros_like(foreground), cast, background, offset=offset)
        flat: Image = composite(foreground, alpha, background, offset=offset)
        return flat

    def work(job: Job, progress: ProgressCallback) -> Result:
        picture = read_picture(job.source, max_megapixels=args.max_megapixels)
        warnings: list[str] = []
        alpha, amount = picture.alpha, args.decontaminate
        if "alpha" in job.companions:
            path = job.companions["alpha"]
            plane = read_plane(path, "alpha", max_megapixels=args.max_megapixels)
            check_size(plane, picture, "alpha", str(path))
            given = as_fraction(plane)
            alpha = given if alpha is None else alpha * given
            amount = 100.0 if amount is None else amount
        if alpha is None:
            raise InputError(
                f"{job.source} has no transparency.",
                "Cut it out first with `matte cutout`, or give its alpha with --alpha.",
            )
        foreground, cast = picture.image, None
        if args.shadow:
            shadow = estimate_shadow(foreground, alpha)
            cast, alpha = shadow.alpha, shadow.subject
            warnings += [shadow.note] * bool(shadow.note)
        if amount:
            # Imported only here: compositing a clean cut-out needs no solver.
            from matte_core.matting import decontaminate, estimate_foreground

            clean = estimate_foreground(foreground, alpha, progress=part(progress, 0.0, 0.9))
            foreground = decontaminate(foreground, clean, amount / 100)
        progress(0.9, "Composite")
        profile = picture.icc_profile
        if scene is not None:
            same = scene.icc_profile == profile or (is_srgb(scene.icc_profile) and is_srgb(profile))
            if not same:
                warnings.append(
                    "The subject and the background have different color profiles. The result "
                    "has the background's, which may shift the subject's colors."
                )
            profile = scene.icc_profile
        if picture.has_gray_profile:
            warnings.append("The result is in color, so the subject's gray profile is left out.")
        kept = picture.metadata.kept(args.metadata)
        flat = place(foreground, alpha, cast, is_deep=picture.is_deep)
        if job.results["composite"].suffix.lower() == ".png":
            pixels = flat if flat.dtype == np.uint8 else quantize(as_float(flat), is_deep=True)
            encoded = encode("PNG", pixels, icc_profile=profile, metadata=kept)
        else:
            encoded = encode_jpeg(
                as_uint8(flat), quality=args.quality, icc_profile=profile, metadata=kept
            )
        height, width = flat.shape[:2]
        warnings += picture.notes
        values = {"width": width, "height": height}
        return Result({"composite": encoded}, values, f"{width} x {height}", warnings)

    return run_batch(args, plan, work)
