"""Measure the main subject: ``python3 tests/benchmarks/subject.py [--peer FILE] [--write]``.

The whole automatic cut-out, nothing downloaded: alpha on photos with true alpha, masks on street
photos near labeled people, made-up pictures before plain backgrounds, and how often a subject is
invented where there is none. A peer, IS-Net for one, answers for the same photos in the same run.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE)]

import plain_scenes
from mask_measures import GROWN_PX, boundary_f, grown, iou
from measured import machine, shared_folder
from report import table, write_section

from matte_core import cut_out, segment
from matte_core.base.errors import NoSubjectError
from matte_core.boxes import Box
from matte_core.catalog.registry import resolve
from matte_core.networks import add_model, fetch_model
from matte_core.networks.loading import load_network

Image = NDArray[np.uint8]
Mask = NDArray[np.bool_]
PEER = "peer"
NOTE = f"""Photos with true alpha are those of alphamatting.com; street photos are those of
Penn-Fudan, counted within the labeled people's masks grown by an ellipse {GROWN_PX} px wide, since
people further back have no label. Demonstration photos are those of rembg and U-2-Net, compared
with IS-Net's masks. Numbers were chosen on every second photo; the others are shown beside them.
"invented" is the share of pictures without a subject in which something larger than 1 % of the
picture is found."""


@dataclass(frozen=True)
class Photo:
    """A photo, what is true of it, whether numbers were chosen on it, and boxes of its people."""

    image: Image
    truth: NDArray[np.float64]
    is_chosen_on: bool
    boxes: Mask | None = None


def load(path: Path) -> Image:
    return np.ascontiguousarray(cv2.imread(str(path))[:, :, ::-1])


def matting_photos(shared: Path) -> list[Photo]:
    folder = shared / "data" / "matting" / "alphamatting"
    return [
        Photo(load(path), cv2.imread(str(folder / "GroundTruth" / path.name), 0) / 255, k % 2 == 0)
        for k, path in enumerate(sorted((folder / "Images").iterdir()))
    ]


def street_photos(shared: Path) -> list[Photo]:
    folder = shared / "data" / "segmentation" / "pennfudan"
    photos = []
    for k, path in enumerate(sorted((folder / "images").iterdir())):
        people = cv2.imread(str(folder / "masks" / path.name), cv2.IMREAD_UNCHANGED)
        photos.append(Photo(load(path), (people > 0) * 1.0, k % 2 == 0, boxes_of(people)))
    return photos


def demonstration_photos(folder: Path) -> list[Photo]:
    """Read NAME.jpg and the mask NAME.png, which says what the photo's own project found."""
    photos = []
    for k, path in enumerate(sorted(folder.glob("*.jpg"))):
        image, truth = load(path), cv2.imread(str(path.with_suffix(".png")), 0)
        size = (image.shape[1], image.shape[0])
        truth = cv2.resize(truth, size, interpolation=cv2.INTER_AREA) / 255
        photos.append(Photo(image, truth, k % 2 == 0))
    return photos


def boxes_of(people: Image) -> Mask:
    """Return the rough selection that a person would draw: a box around everyone."""
    boxes = np.zeros(people.shape, np.bool_)
    for number in np.unique(people)[1:]:
        around = Box.around(people == number)
        assert around is not None
        boxes[around.slices] = True
    return boxes


def alpha_of(image: Image, model: str | None) -> NDArray[np.float32]:
    """Return the alpha of the whole chain; nothing where no subject is found."""
    try:
        return cut_out(image, model=model, decontaminate=0).alpha
    except NoSubjectError:
        return np.zeros(image.shape[:2], np.float32)


def raw_alpha(image: Image, model: str | None) -> NDArray[np.float32]:
    """Return the model's own answer as the alpha, as most programs take it."""
    network = load_network(resolve(model))
    height, width = image.shape[:2]
    scores = network.score(image, Box.whole(image.shape))
    return np.exp(scores.at(np.arange(height), np.arange(width), [1])[0])


def mask_of(image: Image, subject: str, model: str | None, hint: Mask | None = None) -> Mask:
    try:
        return segment(image, subject, model, hint=hint).mask
    except NoSubjectError:
        return np.zeros(image.shape[:2], np.bool_)


def alpha_row(photos: list[Photo], find: Callable[[Image], NDArray[np.float32]]) -> list[str]:
    """Return mean IoU, median IoU and mean MSE over all photos, and over those not chosen on."""
    scores = []
    for photo in photos:
        alpha = find(photo.image)
        error = float(np.mean((alpha - photo.truth) ** 2))
        scores.append((iou(alpha > 0.5, photo.truth > 0.5), error, photo.is_chosen_on))
    others = [score for score in scores if not score[2]]
    return [
        f"{np.mean([s[0] for s in scores]):.3f}",
        f"{np.median([s[0] for s in scores]):.3f}",
        f"{np.mean([s[1] for s in scores]):.4f}",
        f"{np.mean([s[0] for s in others]):.3f}",
        f"{np.mean([s[1] for s in others]):.4f}",
    ]


def street_row(photos: list[Photo], find: Callable[[Photo], Mask]) -> list[str]:
    """Return mean IoU and F over all photos, and over those not chosen on."""
    scores = []
    for photo in photos:
        truth = photo.truth > 0.5
        found = find(photo) & grown(truth, GROWN_PX)
        scores.append((iou(found, truth), boundary_f(found, truth), photo.is_chosen_on))
    others = [score for score in scores if not score[2]]
    return [f"{np.mean([s[k] for s in held]):.3f}" for held in (scores, others) for k in (0, 1)]


def demonstration_table(photos: list[Photo]) -> str:
    scores = []
    for photo in photos:
        found = mask_of(photo.image, "auto", None)
        scores.append((iou(found, photo.truth > 0.5), photo.is_chosen_on))
    held = (scores, [score for score in scores if not score[1]])
    row = [f"{np.mean([score for score, _ in part]):.3f}" for part in held]
    heads = [f"{len(photos)} demonstration photos", "IoU", "IoU, others"]
    return table(heads, [["Matte, built-in model", *row]])


def plain_rows() -> Iterator[list[str]]:
    for name, (image, truth) in plain_scenes.scenes().items():
        yield [name, f"{iou(mask_of(image, 'auto', None), truth):.3f}"]


def invented() -> str:
    pictures = plain_scenes.pictures_of_nothing()
    found = [mask_of(image, "auto", None).mean() > 0.01 for image in pictures]
    return f"{np.mean(found):.0%} of {len(pictures)}"


def seconds_a_pass(model: str | None, image: Image) -> float:
    network = load_network(resolve(model))
    times = []
    for _ in range(8):
        start = time.perf_counter()
        network.score(image, Box.whole(image.shape))
        times.append(time.perf_counter() - start)
    return min(times)


def matting_table(photos: list[Photo], peer: str | None) -> str:
    rows = [["Matte, built-in model", *alpha_row(photos, lambda image: alpha_of(image, None))]]
    if peer is not None:
        rows += [
            ["the peer's own answer", *alpha_row(photos, lambda image: raw_alpha(image, peer))],
            ["Matte, the peer's model", *alpha_row(photos, lambda image: alpha_of(image, peer))],
        ]
    heads = ["photos with true alpha", "IoU", "median", "MSE", "IoU, others", "MSE, others"]
    return table(heads, rows)


def street_table(shared: Path, photos: list[Photo], peer: str | None) -> str:
    def row(name: str, subject: str, model: str | None = None, *, boxed: bool = False) -> list[str]:
        return [
            name,
            *street_row(
                photos, lambda p: mask_of(p.image, subject, model, p.boxes if boxed else None)
            ),
        ]

    rows = [
        row("main subject", "auto"),
        row("main subject within boxes of the people", "auto", boxed=True),
    ]
    if peer is not None:
        rows.append(row("main subject, the peer's model", "auto", peer))
    fetch_model("deeplab-513", mirror=str(shared / "models" / "intel_ir"))
    rows.append(row("main subject, DeepLab installed", "auto"))
    rows.append(row("person, DeepLab installed", "person"))
    return table([f"{len(photos)} street photos", "IoU", "F", "IoU, others", "F, others"], rows)


def measure(shared: Path, peer: str | None, demonstrations: Path | None) -> str:
    matting, street = matting_photos(shared), street_photos(shared)
    models = {"built-in": None} | ({"peer": peer} if peer is not None else {})
    passes = [[name, f"{seconds_a_pass(m, matting[0].image):.3f}"] for name, m in models.items()]
    # Before any other model is installed.
    plain = table(["before a plain background", "IoU"], list(plain_rows()))
    alone = invented()
    shown = []
    if demonstrations is not None:
        shown.append(demonstration_table(demonstration_photos(demonstrations)))
    return "\n\n".join(
        (
            matting_table(matting, peer),
            *shown,
            plain,
            street_table(shared, street, peer),
            table(
                ["made-up pictures without a subject", "invented"],
                [["built-in model alone", alone], ["DeepLab installed", invented()]],
            ),
            table(["seconds a pass", "two threads"], passes),
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer", type=Path, help="an ONNX file, of IS-Net for one")
    parser.add_argument(
        "--demonstrations", type=Path, help="a folder of photos, NAME.jpg, and masks, NAME.png"
    )
    parser.add_argument("--write", action="store_true", help="keep the tables in the docs")
    args = parser.parse_args()
    print(f"On {machine()}.", flush=True)
    with tempfile.TemporaryDirectory() as home:
        os.environ["MATTE_HOME"] = home
        if args.peer is not None:
            spec = add_model(args.peer, PEER)
            print(f"The peer expects {spec.normalization} values.")
        peer = PEER if args.peer is not None else None
        text = measure(shared_folder(), peer, args.demonstrations)
    print(f"\n{text}")
    if args.write:
        command = "python3 tests/benchmarks/subject.py"
        command += " --peer FILE" if args.peer else ""
        command += " --demonstrations FOLDER" if args.demonstrations else ""
        write_section("The main subject", command, f"{NOTE}\n\n{text}")


if __name__ == "__main__":
    main()
