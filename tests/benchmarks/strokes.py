"""Measure the strokes: ``python3 tests/benchmarks/strokes.py [--write]``.

A robot corrects masks of photos with a known subject (robot.py), with and without what the built-in
model finds first. OpenCV's GrabCut gets the same dots. On street photos with several people, one of
them is wanted.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE)]

from mask_measures import iou
from measured import machine, shared_folder
from report import table, write_section
from robot import DOT, Game, Mask, grab_cut, play

from matte_core.base.errors import NoSubjectError
from matte_core.segmentation import Segmentation, segment
from matte_core.segmentation.strokes import Affinities, correct

DOTS = 6
AT = (1, 3, 5)  # dots after which GrabCut is asked, which takes a second
STREET_PHOTOS = 16
NOTE = f"""Mean intersection over union of the mask after each dot of a robot, which puts it in the
middle of the largest wrong region, {DOT:.1%} of the diagonal wide; column 0 is before any dot.
Numbers were chosen on every second photo ("chosen on"); "others" are the rest. GrabCut starts from
the same mask and gets the dots that were put for Matte. "worst" is by how much of the picture a dot
to keep ever made the mask smaller, or one to remove larger. On street photos the largest of several
labeled people is wanted."""


@dataclass(frozen=True)
class Photo:
    """A photo, its subject, and whether numbers were chosen on it."""

    image: NDArray[np.uint8]
    truth: Mask
    is_chosen_on: bool


def load(path: Path) -> NDArray[np.uint8]:
    return np.ascontiguousarray(cv2.imread(str(path))[:, :, ::-1])


def matting_photos(shared: Path) -> list[Photo]:
    folder = shared / "data" / "matting" / "alphamatting"
    return [
        Photo(load(path), cv2.imread(str(folder / "GroundTruth" / path.name), 0) > 127, k % 2 == 0)
        for k, path in enumerate(sorted((folder / "Images").iterdir()))
    ]


def street_photos(shared: Path) -> list[Photo]:
    """Return the first photos with several people, the largest of whom is the subject."""
    folder = shared / "data" / "segmentation" / "pennfudan"
    photos: list[Photo] = []
    for path in sorted((folder / "images").iterdir()):
        people = cv2.imread(str(folder / "masks" / path.name), cv2.IMREAD_UNCHANGED)
        sizes = np.bincount(people.ravel())[1:]
        if np.count_nonzero(sizes) > 1 and len(photos) < STREET_PHOTOS:
            truth = people == sizes.argmax() + 1
            photos.append(Photo(load(path), truth, len(photos) % 2 == 0))
    return photos


@dataclass(frozen=True)
class Played:
    """A game on a photo, what GrabCut made of its dots, and the seconds to prepare for strokes."""

    game: Game
    grabbed: dict[int, float]
    preparing: float
    is_chosen_on: bool


def play_on(photo: Photo, *, has_prior: bool, with_grab_cut: bool) -> Played:
    found = _found(photo.image) if has_prior else None
    start = np.zeros_like(photo.truth) if found is None else found.mask
    began = time.perf_counter()
    affinities = Affinities(photo.image)
    preparing = time.perf_counter() - began
    game = play(photo.truth, start, partial(_corrected, photo.image, found, affinities), DOTS)
    grabbed = {}
    if with_grab_cut:
        for count in AT:
            mask = grab_cut(photo.image, start, *game.dots[count - 1])
            grabbed[count] = iou(mask, photo.truth)
    return Played(game, grabbed, preparing, photo.is_chosen_on)


def _found(image: NDArray[np.uint8]) -> Segmentation | None:
    try:
        return segment(image)
    except NoSubjectError:
        return None


def _corrected(
    image: NDArray[np.uint8],
    found: Segmentation | None,
    affinities: Affinities,
    keep: Mask,
    remove: Mask,
) -> Mask:
    try:
        return correct(image, found, affinities, keep, remove).mask
    except NoSubjectError:
        return np.zeros_like(keep)


def rows_of(name: str, played: Sequence[Played]) -> list[list[str]]:
    """Return rows for all photos, for each half, and for GrabCut."""
    halves = {
        name: played,
        f"{name}, chosen on": [one for one in played if one.is_chosen_on],
        f"{name}, others": [one for one in played if not one.is_chosen_on],
    }
    rows = [
        [label, *(f"{value:.3f}" for value in np.mean([p.game.overlaps for p in half], axis=0))]
        for label, half in halves.items()
    ]
    if played[0].grabbed:
        means = {count: np.mean([one.grabbed[count] for one in played]) for count in AT}
        cells = [f"{means[count]:.3f}" if count in means else "" for count in range(DOTS + 1)]
        rows.append([f"{name}, GrabCut", *cells])
    return rows


def costs_of(name: str, played: Sequence[Played]) -> list[str]:
    seconds = [value for one in played for value in one.game.seconds]
    return [
        name,
        f"{np.median([one.preparing for one in played]):.2f}",
        f"{np.median(seconds):.3f}",
        f"{max(one.game.worst for one in played):.4f}",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="keep the tables in the docs")
    parser.add_argument("--jobs", type=int, default=1, help="photos at once; times need 1")
    args = parser.parse_args()
    shared = shared_folder()
    with tempfile.TemporaryDirectory() as home:
        os.environ["MATTE_HOME"] = home  # nothing but the built-in model
        rows: list[list[str]] = []
        costs: list[list[str]] = []
        for name, photos, has_prior, with_grab_cut in (
            ("photos with true alpha", matting_photos(shared), True, True),
            ("the same, nothing found before", matting_photos(shared), False, True),
            ("one of several people", street_photos(shared), True, False),
        ):
            game = partial(play_on, has_prior=has_prior, with_grab_cut=with_grab_cut)
            with ProcessPoolExecutor(args.jobs) as pool:
                played = list(pool.map(game, photos))
            rows += rows_of(name, played)
            costs.append(costs_of(name, played))
            for row in rows[-4:]:
                print(row, flush=True)
    overlaps = table(["IoU after dots", *map(str, range(DOTS + 1))], rows)
    spent = table(["", "preparing, s", "a stroke, s", "worst"], costs)
    print(f"On {machine()}.\n\n{overlaps}\n\n{spent}")
    if args.write:
        text = f"{NOTE}\n\n{overlaps}\n\n{spent}"
        jobs = f" --jobs {args.jobs}" if args.jobs > 1 else ""
        write_section("Strokes", f"python3 tests/benchmarks/strokes.py{jobs}", text)


if __name__ == "__main__":
    main()
