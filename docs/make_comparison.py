#!/usr/bin/env python3
"""Make the pictures of composites side by side: ``python docs/make_comparison.py``.

Needs the library's environment. Shows the astronaut and the rocket of `sample_photos`. Writes to
docs/images/

clean-edges.jpg   her hair over green, black, and the evening sky; top: with a mask alone,
                  bottom: with the old background's color removed
light.jpg         in front of the rocket: unchanged, with color match, with light wrap, with both
"""

import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
import sample_photos

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from matte_core import composite, cut_out  # noqa: E402
from matte_core.cli.placement import cover  # noqa: E402
from matte_core.compositing import match_colors, wrap_light  # noqa: E402
from matte_core.files import encode_jpeg, read_picture  # noqa: E402

IMAGES = ROOT / "docs" / "images"
PHOTOS = ("astronaut.png", "rocket.jpg")
HAIR = (slice(8, 120), slice(150, 254))
LARGER = 4
GREEN = (0, 177, 64)


def photos():
    """Return the photos by name."""
    with tempfile.TemporaryDirectory() as scratch:
        sample_photos.fetch(PHOTOS, Path(scratch))
        return {name: read_picture(Path(scratch) / name).image for name in PHOTOS}


def enlarged(picture):
    """Return the hair, enlarged four times."""
    part = picture[HAIR]
    size = (part.shape[1] * LARGER, part.shape[0] * LARGER)
    return cv2.resize(part, size, interpolation=cv2.INTER_CUBIC)


def write(name, rows):
    """Write rows of images as one JPEG."""
    sheet = np.vstack([np.hstack(row) for row in rows])
    (IMAGES / name).write_bytes(encode_jpeg(sheet, quality=90))
    print(f"{name}: {sheet.shape[1]} x {sheet.shape[0]}")


def main():
    """Make both pictures."""
    photo, evening = photos().values()
    cut = cut_out(photo, "person")
    black, green = np.zeros_like(photo), np.full_like(photo, GREEN)
    scene = cover(evening, cut.alpha.shape)
    write(
        "clean-edges.jpg",
        [
            [enlarged(composite(colors, cut.alpha, behind)) for behind in (green, black, scene)]
            for colors in (photo, cut.foreground)
        ],
    )
    matched = match_colors(cut.foreground, cut.alpha, scene)
    versions = [cut.foreground, matched]
    versions += [wrap_light(colors, cut.alpha, scene) for colors in versions]
    write("light.jpg", [[composite(colors, cut.alpha, scene) for colors in versions]])


if __name__ == "__main__":
    main()
