"""Measure the gain from searching for hair: ``python3 tests/benchmarks/hair.py [--write]``.

The same masks with three trimaps each: the band only, plus hair outside, plus the gaps inside. On
the photos of alphamatting.com in which the model finds anything: the share of the true edge in the
unknown region, and MSE of alpha. On every second street photo: MSE, IoU, and F of alpha. Needs the
shared photos and an installed model.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE)]

from mask_measures import GROWN_PX, boundary_f, grown, iou
from measured import machine, shared_folder
from report import table, write_section
from segmentation import load, people

from matte_core import segment
from matte_core.base.errors import NoSubjectError
from matte_core.images import FOREGROUND, UNKNOWN
from matte_core.matting import estimate_alpha
from matte_core.segmentation import Segmentation
from matte_core.steps import trimap_of
from matte_core.trimap import make_trimap

Array = NDArray[np.generic]
NOTE = f"""The true edge is where the true alpha lies between 0.05 and 0.95; "unknown" is the
share of it in the unknown region, by photo and on average. For the photos of alphamatting.com, MSE
is over the whole image. For the street photos, MSE, IoU, and F (of alpha above one half) are within
the labeled people's mask dilated by an ellipse {GROWN_PX} px wide."""


def band(found: Segmentation, image: Array) -> Array:
    return make_trimap(
        found.mask, probability=found.probability, grid_px=found.grid_px, trust_mask=True
    )


def outside(found: Segmentation, image: Array) -> Array:
    plain = band(found, image)
    return np.where(plain == FOREGROUND, plain, trimap_of(found, image))


WAYS: dict[str, Callable[[Segmentation, Array], Array]] = {
    "band only": band,
    "plus hair outside": outside,
    "plus gaps inside (default)": trimap_of,
}


def mattes(folder: Path) -> list[tuple[str, Array, Array, Segmentation]]:
    """Return name, image, true alpha, and segmentation of photos in which something is found."""
    held = []
    for path in sorted((folder / "Images").iterdir()):
        image = load(path)
        try:
            found = segment(image)
        except NoSubjectError:
            continue
        truth = cv2.imread(str(folder / "GroundTruth" / path.name), 0) / 255
        held.append((path.stem, image, truth, found))
    return held


def alphamatting(shared: Path) -> str:
    held = mattes(shared / "data" / "matting" / "alphamatting")
    rows = []
    for name, way in WAYS.items():
        shares, errors = [], []
        for _, image, truth, found in held:
            trimap = way(found, image)
            edge = (truth > 0.05) & (truth < 0.95)
            shares.append(float((trimap == UNKNOWN)[edge].mean()))
            errors.append(float(np.mean((estimate_alpha(image, trimap) - truth) ** 2)))
        rows.append([f"{name}: unknown", *(f"{v:.1%}" for v in [*shares, np.mean(shares)])])
        rows.append([f"{name}: MSE", *(f"{v:.4f}" for v in [*errors, np.mean(errors)])])
    return table(["alphamatting.com", *(name for name, *_ in held), "mean"], rows)


def street(shared: Path) -> str:
    held = [(image, labels > 0) for image, labels in people(shared, 2)]
    masks = [segment(image, "person") for image, _ in held]
    rows = []
    for name, way in WAYS.items():
        scores = []
        for (image, truth), found in zip(held, masks, strict=True):
            trimap = way(found, image)
            alpha, counted = estimate_alpha(image, trimap), grown(truth, GROWN_PX)
            cut = (alpha > 0.5) & counted
            error = float(np.mean((alpha - truth)[counted] ** 2))
            share = float((trimap == UNKNOWN).mean())
            scores.append((error, iou(cut, truth), boundary_f(cut, truth), share))
        error, overlap, outline, share = np.mean(scores, axis=0)
        rows.append([name, f"{error:.4f}", f"{overlap:.3f}", f"{outline:.3f}", f"{share:.1%}"])
    return table([f"{len(held)} street photos", "MSE", "IoU", "F", "unknown"], rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="write the tables to the docs")
    args = parser.parse_args()
    shared = shared_folder()
    print(f"On {machine()}.", flush=True)
    parts = [NOTE]
    for part in (alphamatting, street):
        parts.append(part(shared))
        print(f"\n{parts[-1]}", flush=True)
    if args.write:
        write_section("Hair", "python3 tests/benchmarks/hair.py", "\n\n".join(parts))


if __name__ == "__main__":
    main()
