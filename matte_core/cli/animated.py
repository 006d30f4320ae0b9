"""Cut one subject out of all frames of an animation."""

import io
from argparse import Namespace
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from matte_core.base.errors import NoSubjectError
from matte_core.base.progress import ProgressCallback, part
from matte_core.batch.framing import Framing
from matte_core.batch.plan import Job
from matte_core.cli.outcome import Outcome, kind_of, with_shadow
from matte_core.cli.result import Result
from matte_core.cli.segment import describe, in_words, notes
from matte_core.cutting import CutOut
from matte_core.files import Picture, encode_png
from matte_core.files.animation import Animation
from matte_core.files.color import rgb_profile
from matte_core.files.writing import ANIMATED, encode_animation
from matte_core.following import Follower
from matte_core.images import Mask

#: Cuts a subject out of a picture, with a rough selection of it, and marks by their names.
Cut = Callable[..., CutOut]

_Box = tuple[int, int, int, int]


def is_animated(job: Job, picture: Picture) -> bool:
    """Return whether a picture is an animation, and its result can be one."""
    return picture.animation is not None and kind_of(job.target) in ANIMATED


def cut_out_frames(
    job: Job,
    picture: Picture,
    follower: Follower,
    cut: Cut,
    marked: dict[str, Mask],
    args: Namespace,
    crop: Framing | None,
    progress: ProgressCallback,
) -> Result:
    """Cut the subject out of each frame; times, loop, and size stay as they are.

    Frames without the subject become transparent. All are cropped to the same box. What is marked
    counts for the first frame.

    Raises
    ------
    NoSubjectError
        If no frame has a subject.
    FileError
        If a frame is damaged.
    """
    animation = picture.animation
    assert animation is not None  # the caller has looked
    reel = _shoot(picture, animation, follower, cut, marked, args, progress)
    (key,) = job.results

    def cropped() -> Iterator[tuple[NDArray[np.uint8], float]]:
        for png, milliseconds in reel.frames:
            pixels = np.asarray(Pillow.open(io.BytesIO(png)))
            if crop is not None:
                alpha = np.divide(pixels[..., 3], 255, dtype=np.float32)
                frame = replace(reel.plain, image=pixels[..., :3])
                pixels = Outcome(frame, alpha, args, crop, reel.box).pixels(frame.image)
            yield pixels, milliseconds

    made = Outcome(picture, reel.shown, args, crop, reel.box)
    data = encode_animation(
        kind_of(job.target),
        cropped(),
        animation.plays,
        icc_profile=picture.icc_profile,
        metadata=picture.metadata.kept(args.metadata),
    )
    assert reel.first is not None  # else _shoot has raised
    said = reel.first.segmentation
    values = {
        **describe(said),
        **made.describe(),
        "confidence": round(float(np.mean(reel.confidences)), 4),
        "frames": animation.count,
        "frames_without_subject": reel.missed,
    }
    remarks = [note for note in made.notes(job) if note != animation.note] + notes(said)
    if reel.missed:
        count = f"{reel.missed} of {animation.count} frames"
        remarks.append(f"The subject was not found in {count}, which are transparent.")
    words = f"{in_words(said)}; {animation.count} frames"
    return Result({key: data}, values, words, remarks)


@dataclass
class _Reel:
    """The frames that are cut out, compressed, and what they have in common."""

    plain: Picture
    shown: NDArray[np.float32]
    frames: list[tuple[bytes, float]] = field(default_factory=list)
    confidences: list[float] = field(default_factory=list)
    box: _Box | None = None
    first: CutOut | None = None
    missed: int = 0


def _shoot(
    picture: Picture,
    animation: Animation,
    follower: Follower,
    cut: Cut,
    marked: dict[str, Mask],
    args: Namespace,
    progress: ProgressCallback,
) -> _Reel:
    # Frames have 8 bits and colors, whatever the file says of itself.
    plain = replace(
        picture, is_gray=False, icc_profile=rgb_profile(picture.icc_profile), animation=None
    )
    height, width = picture.image.shape[:2]
    reel = _Reel(plain, np.zeros((height, width), np.float32))
    failure: NoSubjectError | None = None
    for number, still in enumerate(animation.frames()):
        frame = replace(plain, image=still.image, alpha=still.alpha)
        share = part(progress, number / animation.count, (number + 1) / animation.count)
        pixels = np.zeros((height, width, 4), np.uint8)
        try:
            found = cut(frame, follower.subject, follower.hint, share, **marked)
        except NoSubjectError as error:
            failure = failure or error
            follower.saw(None)
            reel.missed += 1
        else:
            follower.saw(found.segmentation)
            colors, alpha = with_shadow(found, frame)
            made = Outcome(frame, alpha, args)
            pixels = made.pixels(colors)
            reel.first = reel.first or found
            reel.box = _joined(reel.box, made.box)
            reel.shown += alpha / np.float32(animation.count)
            reel.confidences.append(confidence(found))
        marked = {}
        reel.frames.append((encode_png(pixels), still.milliseconds))
    if reel.first is None:
        assert failure is not None  # every frame has failed
        raise failure
    return reel


def confidence(found: CutOut) -> float:
    """Return how sure the subject is, in [0, 1]: the mean probability inside the mask."""
    said = found.segmentation
    return float(said.probability[said.mask].mean()) if said.mask.any() else 0.0


def _joined(one: _Box | None, other: _Box | None) -> _Box | None:
    if one is None or other is None:
        return one or other
    return (
        min(one[0], other[0]),
        min(one[1], other[1]),
        max(one[2], other[2]),
        max(one[3], other[3]),
    )
