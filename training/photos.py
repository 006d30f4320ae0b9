"""Which photos the network learns from, under what terms, and which are set aside."""

import zlib
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

# A: open license of the rights holder. A-: open license, photos of third parties. B: a license is
# claimed, or given in part. Photos without one are not used for what the project ships.
TIERS = {
    "18f": "A",
    "clothing_cc0": "A",
    "oi_personcar": "A",
    "rladies": "A",
    "ropensci": "A",
    "caltech101": "A-",
    "caltech101x": "A-",
    "tinycoco": "A-",
    "ccp": "B",
    "coworking": "B",
}
DRAWN = "ccp/"  # photos that have masks of people drawn by hand
NEVER_SET_ASIDE = {"caltech101x"}  # added later; what was set aside stays the same
ONE_IN = 11  # of the photos is set aside: about 300 with a label
UNLABELED = 255  # in masks drawn by hand
UNDECIDED = 51, 204  # alpha of a teacher that does not know, 0.2 to 0.8
MOST_UNDECIDED = 0.2  # of a photo; above it, the label teaches nothing
LEAST_AGREED = 0.75  # IoU with what was drawn by hand, for that to correct the teacher
DRAWN_PX = 5  # how far outlines drawn by hand may be off


@dataclass(frozen=True)
class Labeled:
    """A photo and what the teacher made of it.

    Attributes
    ----------
    name : str
        Folder and number, such as ``caltech101/00012``.
    photo : ndarray
        H x W x 3, uint8, RGB.
    alpha : ndarray
        H x W, uint8: how much each pixel belongs to the main subject.
    """

    name: str
    photo: Picture
    alpha: Picture

    @property
    def undecided(self) -> float:
        """Return the share of the photo where the teacher does not know."""
        low, high = UNDECIDED
        return float(((self.alpha > low) & (self.alpha < high)).mean())


def corrected(alpha: Picture, drawn: Picture) -> Picture:
    """Keep a teacher's alpha near the outline of a mask drawn by hand, and the mask elsewhere.

    The mask is taken where the two mean the same thing; it knows shadows from gray skirts, and the
    teacher knows the edge.
    """
    inside = (drawn > 0) & (drawn < UNLABELED)
    found = alpha > 127
    if (inside & found).sum() < LEAST_AGREED * (inside | found).sum():
        return alpha
    mask = inside.astype(np.uint8) * 255
    reach = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (DRAWN_PX, DRAWN_PX))
    return np.clip(alpha, cv2.erode(mask, reach), cv2.dilate(mask, reach))


def set_aside(name: str) -> bool:
    """Tell whether a photo is kept for validation: always the same ones, by their name."""
    return name.split("/")[0] not in NEVER_SET_ASIDE and zlib.crc32(name.encode()) % ONE_IN == 0


def load(photos: Path, labels: Path, validation: bool) -> list[Labeled]:
    """Read the photos that have a label.

    Parameters
    ----------
    photos, labels : Path
        Folders with the same names below them, ``FOLDER/NAME.jpg`` and ``FOLDER/NAME.png``.
    validation : bool
        Read the photos set aside instead of those to learn from.
    """
    found = []
    for folder in sorted(TIERS.keys() & {path.name for path in labels.iterdir()}):
        for label in sorted((labels / folder).glob("*.png")):
            name = f"{folder}/{label.stem}"
            if set_aside(name) != validation:
                continue
            photo, alpha = cv2.imread(str(photos / f"{name}.jpg")), cv2.imread(str(label), 0)
            if photo is None or alpha is None or photo.shape[:2] != alpha.shape:
                continue  # a file half written, or a label of something else
            by_hand = photos / f"{name}_mask.png"
            if name.startswith(DRAWN) and by_hand.exists():
                alpha = corrected(alpha, cv2.imread(str(by_hand), cv2.IMREAD_UNCHANGED))
            one = Labeled(name, np.ascontiguousarray(photo[:, :, ::-1]), alpha)
            if validation or one.undecided <= MOST_UNDECIDED:
                found.append(one)
    return found
