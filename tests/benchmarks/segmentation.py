"""Measure the masks: ``python3 tests/benchmarks/segmentation.py [--every N] [--model NAME ...]``.

Person IoU and boundary F-score on Penn-Fudan, and mean IoU of the classes present on the VOC
photos, for the published recipe and for `segment`; how many labeled people are separated; alpha
of the whole chain on two photos with true alpha; time and memory at 12 megapixels. Needs the shared
photos and installed models that know classes; `subject.py` measures the built-in one.
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

from mask_measures import GROWN_PX, boundary_f, grown, iou, same_things
from measured import machine, run_child, shared_folder
from report import table, write_section

from matte_core import cut_out, segment
from matte_core.base.classes import VOC_CLASSES, voc_color
from matte_core.base.errors import NoSubjectError
from matte_core.networks import installed
from matte_core.segmentation import Segmentation

Image = NDArray[np.uint8]
Mask = NDArray[np.bool_]
IGNORED = 255
NOTE = f"""Person IoU and F (outline, 3 px) are means over street photos of Penn-Fudan, counted
within the labeled people's mask dilated by an ellipse {GROWN_PX} px wide, since people farther back
have no label. VOC: mean IoU of the classes present in each photo, averaged over the photos. "plain"
is the published recipe: one pass, interpolated scores, arg max. GT15 is a rabbit, which is none of
the classes: DeepLab calls it a cat, and is as good as undecided about its ear, so MSE is between
0.002 and 0.14 over 11 slight crops, scales, and compressions of it (built-in model: 0.005)."""


def load(path: Path) -> Image:
    return np.ascontiguousarray(cv2.imread(str(path))[:, :, ::-1])


def masked(image: Image, subject: str = "auto", **options: object) -> Mask:
    try:
        return segment(image, subject, **options).mask
    except NoSubjectError:
        return np.zeros(image.shape[:2], np.bool_)


def person_instances(found: Segmentation) -> Image:
    """Number the people found in every pixel; other classes are 0."""
    size = (found.mask.shape[1], found.mask.shape[0])
    labels = cv2.resize(found.instance_grid, size, interpolation=cv2.INTER_NEAREST)
    for number, one in enumerate(found.instances, start=1):
        if one.class_name != "person":
            labels[labels == number] = 0
    return labels * found.mask


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
    """Read class numbers, stored as numbers or as the colors of VOC."""
    from PIL import Image as Pillow

    with Pillow.open(path) as picture:
        values = np.array(picture)
    if values.ndim == 2:
        return values.astype(np.uint8)
    labels = np.full(values.shape[:2], IGNORED, np.uint8)
    for number, color in enumerate(map(voc_color, range(len(VOC_CLASSES)))):
        labels[(values[..., :3] == color).all(axis=-1)] = number
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


def whole_chain(shared: Path, name: str, model: str) -> tuple[str, str]:
    """Return the MSE of alpha, and the share of true edge pixels left unknown, in words."""
    folder = shared / "data" / "matting" / "alphamatting"
    truth = cv2.imread(str(folder / "GroundTruth" / f"{name}.png"), 0) / 255
    try:
        cut = cut_out(load(folder / "Images" / f"{name}.png"), model=model)
    except NoSubjectError:
        return "nothing found", "-"
    edge = (truth > 0.05) & (truth < 0.95)
    return f"{np.mean((cut.alpha - truth) ** 2):.4f}", f"{(cut.trimap == 128)[edge].mean():.1%}"


def masks(models: list[str], street: list[tuple[Image, Image]], shared: Path) -> str:
    objects, rows, apart = voc(shared), [], []
    for model in models:
        for refine in (False, True):
            counts = np.zeros(3, int)

            def find(image: Image, truth: Image, options: dict[str, object], sums: Image) -> Mask:
                try:
                    found = segment(image, "person", **options)
                except NoSubjectError:
                    sums += (len(np.unique(truth)) - 1, 0, 0)
                    return np.zeros(truth.shape, np.bool_)
                sums += same_things(person_instances(found), truth)
                return found.mask

            options = {"model": model, "refine": refine}
            scores = person_scores(street, lambda i, t, o=options, c=counts: find(i, t, o, c))
            row = [f"{model}, {'segment' if refine else 'plain'}"]
            row += [f"{score:.3f}" for score in (*scores, class_scores(objects, **options))]
            rows.append(row)
        labeled, found, matched = counts
        apart.append([model, *map(str, (labeled, matched, found)), f"{matched / labeled:.0%}"])
    heads = [f"{len(street)} street photos, {len(objects)} VOC photos", "IoU", "F", "VOC"]
    apart_heads = ["separating people", "labeled", "matched", "instances", "share matched"]
    return f"{table(heads, rows)}\n\n{table(apart_heads, apart)}"


def chains(models: list[str], shared: Path) -> str:
    rows = [
        [f"{name}, {model}", *whole_chain(shared, name, model)]
        for model in models
        for name in ("GT03", "GT15")
    ]
    return table(["whole chain", "MSE of alpha", "true edge in the unknown region"], rows)


def steps(models: list[str], shared: Path) -> str:
    photo = str(shared / "data" / "photos" / "three_people.jpg")
    done = [run_child("segmentation_steps", {"model": model, "photo": photo}) for model in models]
    rows = [
        [held[0][0], *(f"{seconds:.2f} ({peak:.0f})" for _, seconds, peak in held)]
        for held in zip(*done, strict=True)
    ]
    return table(["12 megapixels, seconds (peak MB)", *models], rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--every", type=int, default=1, help="use every N-th street photo")
    parser.add_argument("--model", action="append", help="default: all installed models")
    parser.add_argument("--write", action="store_true", help="write the tables to the docs")
    args = parser.parse_args()
    shared = shared_folder()
    street = people(shared, args.every)
    models = args.model or [spec.name for spec in installed() if not spec.finds_subject]
    print(f"On {machine()}.", flush=True)
    parts = [NOTE]
    for part in (
        lambda: masks(models, street, shared),
        lambda: chains(models, shared),
        lambda: steps(models, shared),
    ):
        parts.append(part())
        print(f"\n{parts[-1]}", flush=True)
    if args.write:
        command = "python3 tests/benchmarks/segmentation.py"
        if args.every > 1:
            command += f" --every {args.every}"
        write_section("Segmentation", command, "\n\n".join(parts))


if __name__ == "__main__":
    main()
