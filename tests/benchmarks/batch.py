#!/usr/bin/env python3
"""Photos a minute, by one process and by all: ``python3 tests/benchmarks/batch.py``.

Real photos, scaled to 2 megapixels, through the whole command: from the start of the program to the
last file. `--write` writes the section of docs/benchmarks.md.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(HERE)]

from measured import shared_folder
from report import table, write_section

from matte_core.base.threads import cores

MEGAPIXELS = 2.0
PHOTOS = 24


def make_photos(folder: Path) -> int:
    """Write the photos, mirrored where there are not enough; return how many."""
    from PIL import Image, ImageOps

    names = sorted((shared_folder() / "data" / "photos").iterdir())
    for number in range(PHOTOS):
        with Image.open(names[number % len(names)]) as opened:
            photo = opened.convert("RGB")
        scale = (MEGAPIXELS * 1e6 / (photo.width * photo.height)) ** 0.5
        photo = photo.resize((round(photo.width * scale), round(photo.height * scale)))
        if number // len(names) % 2:
            photo = ImageOps.mirror(photo)
        photo.save(folder / f"{number:02}.jpg", quality=92)
    return PHOTOS


def seconds_for(photos: Path, jobs: int) -> float:
    """Return how long the command takes."""
    with tempfile.TemporaryDirectory() as out:
        words = ["cutout", str(photos), "-o", f"{out}/cut", "--jobs", str(jobs), "--quiet"]
        started = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "matte_core", *words],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            check=True,
        )
        return time.perf_counter() - started


def main() -> None:
    """Measure, print, and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2, help="each in turn (default 2)")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    args = parser.parse_args()
    counts = dict.fromkeys((1, cores()))
    with tempfile.TemporaryDirectory() as folder:
        total = make_photos(Path(folder))
        best = dict.fromkeys(counts, float("inf"))
        for _round in range(args.rounds):
            for count in counts:
                best[count] = min(best[count], seconds_for(Path(folder), count))
    rows = [
        [f"{count}", f"{60 * total / best[count]:.0f}", f"{best[1] / best[count]:.2f}"]
        for count in counts
    ]
    text = table(["processes (`--jobs`)", "photos a minute", "ratio"], rows)
    print(text)
    if args.write:
        said = (
            f"{total} photos of {MEGAPIXELS:g} megapixels, from the start of the program to the "
            f"last file; the best of {args.rounds} rounds, each in turn. One process also uses all "
            "cores, where its steps allow that. Where other programs compete for them, more "
            "processes get a larger share, so the ratio is only as good as the machine is quiet."
        )
        write_section(
            "Many photos", "python3 tests/benchmarks/batch.py --write", f"{said}\n\n{text}"
        )


if __name__ == "__main__":
    main()
