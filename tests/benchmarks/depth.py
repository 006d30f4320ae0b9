#!/usr/bin/env python3
"""What 16 bits per channel cost over 8: ``python3 tests/benchmarks/depth.py``.

A real photo, enlarged to 12 megapixels, through the whole command, as PNG and as TIFF. The lower
8 bits are noise, as they are in a photo: nothing compresses worse. `--write` writes the section of
docs/benchmarks.md.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(HERE)]

from measured import shared_folder
from report import table, write_section

MEGAPIXELS = 12.0
PHOTO = "grace_hopper.png"


def make_photos(folder: Path) -> dict[tuple[str, int], Path]:
    """Write the photo in each format and depth."""
    import cv2
    import numpy as np

    photo: Any = cv2.imread(str(shared_folder() / "data" / "photos" / PHOTO))
    scale = (MEGAPIXELS * 1e6 / (photo.shape[0] * photo.shape[1])) ** 0.5
    photo = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    noise = np.random.default_rng(0).integers(0, 256, photo.shape, np.uint16)
    depths = {8: photo, 16: photo.astype(np.uint16) * 256 + noise}
    made = {}
    for extension in ("png", "tif"):
        for bits, pixels in depths.items():
            path = made[extension, bits] = folder / f"{bits}.{extension}"
            cv2.imwrite(str(path), pixels)
    return made


def seconds_for(photo: Path) -> tuple[float, float]:
    """Return how long the command takes, and how long the processors worked for it."""
    before, started = os.times(), time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "matte_core", "cutout", photo, "-o", photo.with_stem("cut"), "-q"]
        + ["--overwrite"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
    )
    wall, after = time.perf_counter() - started, os.times()
    worked = after.children_user + after.children_system
    return wall, worked - before.children_user - before.children_system


def main() -> None:
    """Measure, print, and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="each in turn (default 3)")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        photos = make_photos(Path(folder))
        runs = [
            {key: seconds_for(path) for key, path in photos.items()} for _ in range(args.rounds)
        ]
    rows = []
    for extension, name in (("png", "PNG"), ("tif", "TIFF")):
        for column, what in enumerate(("seconds", "processor seconds")):
            shallow, deep = (min(run[extension, bits][column] for run in runs) for bits in (8, 16))
            ratio = f"{deep / shallow:.2f}"
            rows.append([f"{name}: {what}", f"{shallow:.2f}", f"{deep:.2f}", ratio])
    text = table(["", "8 bits", "16 bits", "ratio"], rows)
    print(text)
    if args.write:
        said = (
            f"A photo of {MEGAPIXELS:g} megapixels through `matte cutout`, to a file of its kind; "
            f"the best of {args.rounds} rounds. The lower 8 bits are noise, which compresses worst."
        )
        command = "python3 tests/benchmarks/depth.py --write"
        write_section("16 bits per channel", command, f"{said}\n\n{text}")


if __name__ == "__main__":
    main()
