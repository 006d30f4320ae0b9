#!/usr/bin/env python3
"""Make the screenshots of README and guide in a real GIMP: ``python3 docs/make_pictures.py``.

Installs Matte into a GIMP tree (see tests/gimp/trees.py) the way a user would, lets the installer
download its sample photo (the astronaut Eileen Collins, NASA, public domain), operates the window
with keyboard and mouse, and writes docs/images/.

    python3 docs/make_pictures.py [--model FILE] [--version 3.0]
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

import trees  # noqa: E402

HOME = "/mnt/scratch/home"
MATTE = f"{HOME}/.local/share/matte-for-gimp"
SAMPLE = f"{MATTE}/sample/astronaut.png"
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
    parser.add_argument("--model", type=Path, help="a model file, if none can be downloaded")
    options = parser.parse_args()
    tree = trees.open_tree(options.version)
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        (work / "home").mkdir()
        binds = [(ROOT, "/mnt/checkout", "ro"), (work, "/mnt/scratch", "rw")]
        model = []
        if options.model:
            binds.append((options.model.resolve().parent, "/mnt/model", "ro"))
            model = ["--model", f"/mnt/model/{options.model.name}"]

        def run(*command):
            done = tree.run(list(command), binds, {"HOME": HOME, "MATTE_EXPECTED_HOME": MATTE})
            if done.returncode:
                sys.exit(f"failed: {' '.join(command)}")

        run("python3", "/mnt/checkout/install.py", *model)
        session = "/mnt/checkout/tests/gimp/inside/window_session.py"
        (work / "session").mkdir()
        run("python3", session, SAMPLE, "/mnt/scratch/session", options.version, "pictures")
        run("sh", "-c", STRIP, "sh", f"{MATTE}/bin/matte", SAMPLE)
        run("sh", "-c", STROKES)
        IMAGES.mkdir(parents=True, exist_ok=True)
        for name in NAMES:
            _shrink(tree, binds, work, f"session/{name}.png", f"{name}.png")
        for name in ("strip.png", "strokes.png"):
            shutil.copyfile(work / name, IMAGES / name)
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
