"""An image for comparison by eye: each photo with its trimap, true alpha, and every alpha."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

TILE_PX = 320
LABEL_PX = 26


def write_sheet(
    path: Path, data: Path, alphas: Path, photos: Sequence[str], methods: Sequence[str]
) -> None:
    """Write the sheet.

    Parameters
    ----------
    path : Path
        The PNG to write.
    data : Path
        The folder that contains Images, Trimap1, and GroundTruth.
    alphas : Path
        The folder that contains TRIMAP/METHOD/PHOTO.npy; each trimap becomes a block of rows.
    photos, methods : sequence of str
    """
    rows = []
    for trimap in sorted(folder.name for folder in alphas.iterdir()):
        labels = ["image", trimap, "truth", *methods]
        rows.append(np.concatenate([_label(text) for text in labels], axis=1))
        for name in photos:
            files = [data / kind / name for kind in ("Images", trimap, "GroundTruth")]
            pictures = [cv2.imread(str(file)) for file in files]
            for method in methods:
                alpha = np.load(alphas / trimap / method / f"{name}.npy")
                gray = np.rint(alpha.clip(0, 1) * 255).astype(np.uint8)
                pictures.append(cv2.cvtColor(gray, cv2.COLOR_GRAY2BGR))
            rows.append(np.concatenate([_tile(picture) for picture in pictures], axis=1))
    cv2.imwrite(str(path), np.concatenate(rows))


def _tile(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height = round(picture.shape[0] * TILE_PX / picture.shape[1])
    small = cv2.resize(picture, (TILE_PX, height), interpolation=cv2.INTER_AREA)
    return cv2.copyMakeBorder(small, 2, 2, 2, 2, cv2.BORDER_CONSTANT, value=(64, 64, 64))


def _label(text: str) -> NDArray[np.uint8]:
    label = np.full((LABEL_PX, TILE_PX + 4, 3), 255, np.uint8)
    cv2.putText(label, text, (6, 18), cv2.FONT_HERSHEY_SIMPLEX, 0.55, (0, 0, 0), 1, cv2.LINE_AA)
    return label
