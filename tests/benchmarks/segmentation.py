"""Measure the masks: `python tests/benchmarks/segmentation.py [--every N] [--model NAME ...]`.

Prints a table: person IoU and boundary F-score on Penn-Fudan, mean IoU of the classes present
on the VOC photos, both for the published recipe and for what `segment` makes of it; GrabCut
with the labelled people's boxes as selection and no network; alpha of the whole chain on two
photos with true alpha; and the time for a picture of 12 megapixels. Needs the shared photos;
the networks must be installed.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from matte_core import cut_out, segment
from matte_core.errors import NoSubjectError
from matte_core.models import installed
from matte_core.segmentation.classes import VOC_CLASSES, VOC_COLOURS

Image = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Segmenter = Callable[..., Mask]
GROWN_PX = 31  # people further back are not labelled: only this far around is counted
TOLERANCE_PX = 3
IGNORED = 255


def load(path: Path) -> Image:
    return np.ascontiguousarray(cv2.imread(str(path))[:, :, ::-1])


def disc(size: int) -> Image:
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))


def grown(mask: Mask, size: int) -> Mask:
    return cv2.dilate(mask.astype(np.uint8), disc(size)) > 0


def iou(one: Mask, other: Mask) -> float:
    return float((one & other).sum() / max(int((one | other).sum()), 1))


def boundary_f(found: Mask, truth: Mask) -> float:
    """F-score of the inner edge pixels that lie within 3 px of the other mask's."""

    def edge(mask: Mask) -> Mask:
        return mask & ~(cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)

    ours, theirs = edge(found), edge(truth)
    if not ours.any() or not theirs.any():
        return 0.0
    size = 2 * TOLERANCE_PX + 1
    precision = (ours & grown(theirs, size)).sum() / ours.sum()
    recall = (theirs & grown(ours, size)).sum() / theirs.sum()
    return float(2 * precision * recall / max(precision + recall, 1e-9))


def masked(image: Image, subject: str = "auto", **options: object) -> Mask:
    try:
        return segment(image, subject, **options).mask
    except NoSubjectError:
        return np.zeros(image.shape[:2], np.bool_)


def people(shared: Path, every: int) -> list[tuple[Image, Image]]:
    folder = shared / "data" / "segmentation" / "pennfudan"
    return [
        (load(path), cv2.imread(str(folder / "masks" / path.name), cv2.IMREAD_UNCHANGED))
        for path in sorted((folder / "images").iterdir())[::every]
    ]


def person_scores(
    held: list[tuple[Image, Image]], find: Callable[[Image, Image], Mask]
) -> tuple[float, float]:
    scores = []
    for image, instances in held:
        truth = instances > 0
        found = find(image, instances) & grown(truth, GROWN_PX)
        scores.append((iou(found, truth), boundary_f(found, truth)))
    mean = np.mean(scores, axis=0)
    return float(mean[0]), float(mean[1])


def boxes(instances: Image) -> Mask:
    selection = np.zeros(instances.shape, np.bool_)
    for number in np.unique(instances)[1:]:
        rows, columns = np.nonzero(instances == number)
        selection[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1] = True
    return selection


def voc(shared: Path) -> list[tuple[Image, Image]]:
    folder = shared / "data" / "segmentation" / "voc"
    pairs = [
        *((path, path.with_name(f"{path.stem}_label.png")) for path in folder.glob("image_*.jpg")),
        *((path, path.with_suffix(".png")) for path in folder.glob("lm_*.jpg")),
        *(
            (path, path.with_name(path.name.replace("_image", "_target")))
            for path in folder.glob("vainf_*_image.png")
        ),
    ]
    return [(load(image), read_labels(label)) for image, label in sorted(pairs)]


def read_labels(path: Path) -> Image:
    """Read class numbers, kept as such or in the colours of VOC."""
    from PIL import Image as Pillow

    with Pillow.open(path) as picture:
        values = np.array(picture)
    if values.ndim == 2:
        return values.astype(np.uint8)
    labels = np.full(values.shape[:2], IGNORED, np.uint8)
    for number, colour in enumerate(VOC_COLOURS):
        labels[(values[..., :3] == colour).all(axis=-1)] = number
    return labels


def class_scores(held: list[tuple[Image, Image]], **options: object) -> float:
    means = []
    for image, labels in held:
        counted, scores = labels != IGNORED, []
        for number in np.unique(labels[counted]).tolist():
            if number == 0:
                found = ~masked(image, "everything", **options)
            else:
                found = masked(image, VOC_CLASSES[number], **options)
            scores.append(iou(found & counted, (labels == number) & counted))
        means.append(np.mean(scores))
    return float(np.mean(means))


def whole_chain(shared: Path, name: str, model: str) -> tuple[float, float]:
    """Return the MSE of alpha, and the share of true edge pixels left unknown."""
    folder = shared / "data" / "matting" / "alphamatting"
    truth = cv2.imread(str(folder / "GroundTruth" / f"{name}.png"), 0) / 255
    cut = cut_out(load(folder / "Images" / f"{name}.png"), model=model)
    edge = (truth > 0.05) & (truth < 0.95)
    return float(np.mean((cut.alpha - truth) ** 2)), float((cut.trimap == 128)[edge].mean())


def seconds_for_12_megapixels(shared: Path, name: str, model: str) -> float:
    image = cv2.resize(load(shared / "data" / "photos" / name), (4000, 3000))
    segment(image, model=model)
    start = time.perf_counter()
    segment(image, model=model)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="take each N-th street photo")
    parser.add_argument("--model", action="append", help="by default all that are installed")
    args = parser.parse_args()
    shared = Path(os.environ.get("MATTE_SHARED") or ROOT.parent / "shared")
    street, objects = people(shared, args.every), voc(shared)
    print("| network | | person IoU | boundary F | mean IoU, VOC |\n|---|---|---|---|---|")
    models = args.model or [spec.name for spec in installed()]
    for model in models:
        for refine in (False, True):
            options = {"model": model, "refine": refine}
            scores = person_scores(street, lambda image, _, o=options: masked(image, "person", **o))
            print(
                f"| {model} | {'segment' if refine else 'plain'} | {scores[0]:.3f} | "
                f"{scores[1]:.3f} | {class_scores(objects, **options):.3f} |",
                flush=True,
            )
    for model in models:
        for name in ("GT03", "GT15"):
            error, kept = whole_chain(shared, name, model)
            print(f"{name}, {model}: MSE of alpha {error:.4f}, true edge left unknown {kept:.1%}")
        for name in ("three_people.jpg", "cat.png"):
            spent = seconds_for_12_megapixels(shared, name, model)
            print(f"{name} at 12 megapixels, {model}: {spent:.2f} s")
    with tempfile.TemporaryDirectory() as nowhere:
        os.environ["MATTE_HOME"] = nowhere
        scores = person_scores(street, lambda image, held: masked(image, hint=boxes(held)))
    print(f"without a network, boxes as selection: IoU {scores[0]:.3f}, F {scores[1]:.3f}")


if __name__ == "__main__":
    main()
