#!/usr/bin/env python3
"""Make the screenshots of README and guide in a real GIMP: ``python3 docs/make_pictures.py``.

Installs Matte into a GIMP tree (see tests/gimp/trees.py) with nothing but the built-in model, opens
the astronaut and the coffee of `sample_photos`, operates the window with keyboard and mouse, and
writes docs/images/.

    python3 docs/make_pictures.py [--only NAME ...] [--version 3.0]
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
sys.path.insert(0, str(ROOT / "tests" / "gimp"))

import sample_photos  # noqa: E402
import trees  # noqa: E402

HOME = "/mnt/scratch/home"
MATTE = f"{HOME}/.local/share/matte-for-gimp"
PHOTOS = ("astronaut.png", "coffee.png")
PHOTO = "/mnt/scratch/astronaut.png"
NAMES = (
    "dialog",
    "cut-out",
    "subject-mask",
    "decontaminate",
    "trimap",
    "painted",
    "from-trimap",
    "composite",
    "batch",
    "set-up",
)
STRIP = (
    'cd /mnt/scratch && "$1" cutout "$2" -o cut.png '
    '&& "$1" cutout "$2" --output alpha -o alpha.png '
    '&& "$1" composite cut.png --background "#2a6f97" -o blue.png '
    '&& convert "$2" alpha.png blue.png -resize x420 +append -strip -colors 256 strip.png'
)
STROKES = (
    "cd /mnt/scratch/session && convert stroke-before.png stroke.png stroke-after.png "
    "-resize x420 +append -strip -colors 256 ../strokes.png"
)


def main():
    """Make all pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--version", default="3.0", choices=sorted(trees.SUITES))
    parser.add_argument(
        "--only", nargs="+", choices=[*NAMES, "strip", "strokes"], help="keep the others"
    )
    options = parser.parse_args()
    tree = trees.open_tree(options.version)
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        (work / "home").mkdir()
        binds = [(ROOT, "/mnt/checkout", "ro"), (work, "/mnt/scratch", "rw")]
        sample_photos.fetch(PHOTOS, work)

        def run(*command):
            done = tree.run(list(command), binds, {"HOME": HOME, "MATTE_EXPECTED_HOME": MATTE})
            if done.returncode:
                sys.exit(f"failed: {' '.join(command)}")

        run("python3", "/mnt/checkout/install.py", "--no-download", "--no-demo")
        session = "/mnt/checkout/tests/gimp/inside/window_session.py"
        (work / "session").mkdir()
        wanted = options.only or [*NAMES, "strip", "strokes"]
        if set(wanted) - {"strip"}:
            run("python3", session, PHOTO, "/mnt/scratch/session", options.version, "pictures")
        run("sh", "-c", STRIP, "sh", f"{MATTE}/bin/matte", PHOTO)
        if "strokes" in wanted:
            run("sh", "-c", STROKES)
        IMAGES.mkdir(parents=True, exist_ok=True)
        for name in NAMES:
            if name in wanted:
                _shrink(tree, binds, work, f"session/{name}.png", f"{name}.png")
        for name in ("strip", "strokes"):
            if name in wanted:
                shutil.copyfile(work / f"{name}.png", IMAGES / f"{name}.png")
    print(f"wrote the pictures to {IMAGES}")


def _shrink(tree, binds, work, source, name):
    """Write a screenshot with a palette: half the size, and no visible difference."""
    command = [
        "convert",
        f"/mnt/scratch/{source}",
        "-strip",
        "-colors",
        "256",
        f"/mnt/scratch/{name}",
    ]
    tree.run(command, binds, stdout=subprocess.DEVNULL).check_returncode()
    shutil.copyfile(work / name, IMAGES / name)


if __name__ == "__main__":
    main()
