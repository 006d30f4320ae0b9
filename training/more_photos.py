"""Take more photos of Caltech 101: ``python3 training/more_photos.py CLONE PHOTOS``.

CLONE is a git clone of the repository that the photos' list of sources names for ``caltech101``.
They go to ``PHOTOS/caltech101x``; none is there that `PHOTOS/caltech101` has already.
"""

import argparse
import re
import subprocess
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

PATTERN = re.compile(
    r"^101_ObjectCategories/(?!Faces_easy|yin_yang|stop_sign|dollar_bill|snoopy|garfield"
    r"|car_side|Leopards)([^/]+)/.*\.jpg$"
)
MOST = 60  # photos of a category
MOST_OF = {"BACKGROUND_Google": 300, "Faces": 80, "airplanes": 80, "Motorbikes": 80}
SHORTEST_PX, LONGEST_PX = 140, 320
SAME_BITS = 5  # of 64: photos closer than that are taken for one photo
QUALITY = 90


def fingerprint(photo: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return 64 bits that copies of a photo share: whether brightness rises from left to right."""
    gray = cv2.cvtColor(photo, cv2.COLOR_BGR2GRAY)
    small = cv2.resize(gray, (9, 8), interpolation=cv2.INTER_AREA).astype(int)
    return (small[:, 1:] > small[:, :-1]).ravel()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clone", type=Path)
    parser.add_argument("photos", type=Path)
    args = parser.parse_args()

    def git(*words: str) -> bytes:
        return subprocess.run(["git", "-C", str(args.clone), *words], stdout=-1, check=True).stdout

    names = git("ls-tree", "-r", "HEAD", "--name-only").decode().splitlines()
    names = [name for name in names if PATTERN.match(name)]
    order = np.random.default_rng(3).permutation(len(names))
    there = sorted((args.photos / "caltech101").glob("*.jpg"))
    known = [fingerprint(cv2.imread(str(path))) for path in there]
    taken: Counter[str] = Counter()
    target = args.photos / "caltech101x"
    target.mkdir(parents=True, exist_ok=True)
    for name in (names[number] for number in order):
        category = PATTERN.match(name)[1]
        if taken[category] >= MOST_OF.get(category, MOST):
            continue
        photo = cv2.imdecode(np.frombuffer(git("show", f"HEAD:{name}"), np.uint8), 1)
        if photo is None or min(photo.shape[:2]) < SHORTEST_PX:
            continue
        bits = fingerprint(photo)
        if known and (np.array(known) != bits).sum(1).min() <= SAME_BITS:
            continue
        known.append(bits)
        taken[category] += 1
        share = LONGEST_PX / max(photo.shape[:2])
        if share < 1:
            photo = cv2.resize(photo, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
        path = target / f"{category}_{taken[category]:04d}.jpg"
        cv2.imwrite(str(path), photo, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    print(f"{sum(taken.values())} photos of {len(taken)} categories")


if __name__ == "__main__":
    main()
