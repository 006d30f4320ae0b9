#!/usr/bin/env python3
"""What 16 bits per channel cost over 8: ``python3 tests/benchmarks/depth.py``.

A real photo, enlarged to 12 megapixels, through the whole command, as PNG and as TIFF. The lower
8 bits are noise, as they are in a photo: nothing compresses worse. With `--gimp`, the PNGs are also
cut out in the real GIMPs of these versions (tests/gimp/trees.py). `--write` writes the section of
docs/benchmarks.md.
"""

import argparse
import json
import os
import shutil
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
OUTPUTS = ("layer-mask", "new-layer")
# Runs inside GIMP; each call is a process of its own, as for a user.
IN_GIMP = """
import json, time
from gi.repository import Gimp, Gio
seconds = []
for _ in range({rounds}):
    for bits in (8, 16):
        for output in {outputs}:
            file = Gio.File.new_for_path(f"/mnt/scratch/{{bits}}.png")
            image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, file)
            procedure = Gimp.get_pdb().lookup_procedure("plug-in-matte-cut-out")
            config = procedure.create_config()
            config.set_property("run-mode", Gimp.RunMode.NONINTERACTIVE)
            config.set_property("image", image)
            config.set_core_object_array("drawables", image.get_layers())
            config.set_property("output", output)
            started = time.monotonic()
            result = procedure.run(config)
            seconds.append([output, bits, time.monotonic() - started])
            assert result.index(0) == Gimp.PDBStatusType.SUCCESS
            image.delete()
with open("/mnt/scratch/seconds.json", "w") as file:
    json.dump(seconds, file)
"""


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


def seconds_in_gimp(version: str, photos: dict[tuple[str, int], Path], rounds: int) -> list[Any]:
    """Return [output, bits, seconds] of each call of the action."""
    sys.path.insert(0, str(ROOT / "tests" / "gimp"))
    import trees

    tree = trees.open_tree(version)
    with tempfile.TemporaryDirectory(prefix="matte-benchmark-") as folder:
        scratch = Path(folder)
        (scratch / "home").mkdir()
        for bits in (8, 16):
            shutil.copy(photos["png", bits], scratch / f"{bits}.png")
        (scratch / "script.py").write_text(IN_GIMP.format(rounds=rounds, outputs=OUTPUTS))
        binds = [(ROOT, "/mnt/checkout", "ro"), (scratch, "/mnt/scratch", "rw")]
        for command in (
            ["python3", "/mnt/checkout/install.py", "--no-demo", "--no-download"],
            ["gimp-console", "-i", "-d", "-f", "-s", "--batch-interpreter=python-fu-eval"]
            + ["-b", "exec(open('/mnt/scratch/script.py').read())", "--quit"],
        ):
            tree.run(
                command, binds, {"HOME": "/mnt/scratch/home"}, capture_output=True
            ).check_returncode()
        measured: list[Any] = json.loads((scratch / "seconds.json").read_text())
        return measured


def main() -> None:
    """Measure, print, and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="each in turn (default 3)")
    parser.add_argument(
        "--gimp", nargs="*", default=[], metavar="VERSION", help="3.0, 3.2, or both"
    )
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        photos = make_photos(Path(folder))
        runs = [
            {key: seconds_for(path) for key, path in photos.items()} for _ in range(args.rounds)
        ]
        in_gimps = {version: seconds_in_gimp(version, photos, args.rounds) for version in args.gimp}
    rows = []
    for extension, name in (("png", "PNG"), ("tif", "TIFF")):
        for column, what in enumerate(("seconds", "processor seconds")):
            shallow, deep = (min(run[extension, bits][column] for run in runs) for bits in (8, 16))
            rows.append(row(f"{name}: {what}", shallow, deep))
    for version, measured in in_gimps.items():
        for output in OUTPUTS:
            shallow, deep = (
                min(seconds for key, depth, seconds in measured if (key, depth) == (output, bits))
                for bits in (8, 16)
            )
            rows.append(row(f"GIMP {version}, {output.replace('-', ' ')}: seconds", shallow, deep))
    text = table(["", "8 bits", "16 bits", "ratio"], rows)
    print(text)
    if args.write:
        said = (
            f"A photo of {MEGAPIXELS:g} megapixels through `matte cutout`, to a file of its kind, "
            "and through Cut Out Subject… in GIMP, from the call to the result in the image; the "
            f"best of {args.rounds} rounds. The lower 8 bits are noise, which compresses worst."
        )
        versions = "".join(f" {version}" for version in args.gimp)
        command = "python3 tests/benchmarks/depth.py --write" + (versions and f" --gimp{versions}")
        write_section("16 bits per channel", command, f"{said}\n\n{text}")


def row(name: str, shallow: float, deep: float) -> list[str]:
    """Return a row of the table."""
    return [name, f"{shallow:.2f}", f"{deep:.2f}", f"{deep / shallow:.2f}"]


if __name__ == "__main__":
    main()
