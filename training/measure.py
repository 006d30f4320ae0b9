"""Measure the network: ``python3 training/measure.py SUBJECT.onnx --shared SHARED``.

Each figure is shown for the half of the pictures that choices were made on, and for the other
half. IS-Net, when its weights are given, answers for the same pictures in the same run.
"""

import argparse
import hashlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import made_up
import numpy as np
from looking import Network
from numpy.typing import NDArray
from photos import load

Picture = NDArray[np.uint8]
Alpha = NDArray[np.float32]
Look = Callable[[Picture], Alpha]
Scores = dict[str, tuple[float, ...]]

GROWN_PX = 31  # people further back are not labeled: only this far around is counted
TOLERANCE_PX = 3
TEACHER_PX = 1024  # as it is published
NOTHING_PICTURES = 50
INVENTED = 0.01  # share of the picture; a thing at least so large is one


def read(path: Path) -> Picture:
    return np.ascontiguousarray(cv2.imread(str(path))[:, :, ::-1])


def iou(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """Return the intersection over the union of two masks."""
    return float((one & other).sum() / max(1, (one | other).sum()))


def grown(mask: NDArray[np.bool_], size_px: int) -> NDArray[np.bool_]:
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size_px, size_px))
    return cv2.dilate(mask.astype(np.uint8), disk) > 0


def outline_f(found: NDArray[np.bool_], truth: NDArray[np.bool_]) -> float:
    """Return the F-score of outlines that lie within 3 px of each other."""

    def edge(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return mask & ~(cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)

    ours, theirs = edge(found), edge(truth)
    if not ours.any() or not theirs.any():
        return 0.0
    precision = (ours & grown(theirs, 2 * TOLERANCE_PX + 1)).sum() / ours.sum()
    recall = (theirs & grown(ours, 2 * TOLERANCE_PX + 1)).sum() / theirs.sum()
    return float(2 * precision * recall / max(precision + recall, 1e-9))


def validation(look: Look, photos: Path, labels: Path) -> Scores:
    """Return IoU and mean error against the teacher, for photos set aside that have a subject."""
    scores = {}
    for one in load(photos, labels, validation=True):
        if one.alpha.max() > 127 and one.undecided < 0.1:
            truth, found = one.alpha / 255, look(one.photo)
            error = float(np.abs(found - truth).mean())
            scores[one.name] = iou(found > 0.5, truth > 0.5), error
    return scores


def matting(look: Look, folder: Path) -> Scores:
    """Return IoU and mean squared error against true alpha."""
    scores = {}
    for path in sorted((folder / "Images").iterdir()):
        truth = cv2.imread(str(folder / "GroundTruth" / path.name), 0) / 255
        found = look(read(path))
        error = float(np.mean((found - truth) ** 2))
        scores[path.name] = iou(found > 0.5, truth > 0.5), error
    return scores


def street(look: Look, folder: Path) -> Scores:
    """Return IoU and outline F near the labeled people."""
    scores = {}
    for path in sorted((folder / "images").iterdir()):
        truth = cv2.imread(str(folder / "masks" / path.name), cv2.IMREAD_UNCHANGED) > 0
        found = (look(read(path)) > 0.5) & grown(truth, GROWN_PX)
        scores[path.name] = iou(found, truth), outline_f(found, truth)
    return scores


def voc(look: Look, folder: Path) -> Scores:
    """Return the IoU with all that has a label, whatever its class."""
    pairs = [
        (path, path.with_name(f"{path.stem}_label.png")) for path in folder.glob("image_*.jpg")
    ]
    pairs += [(path, path.with_suffix(".png")) for path in folder.glob("lm_*.jpg")]
    scores = {}
    for path, label in sorted(pairs):
        values = cv2.imread(str(label), cv2.IMREAD_UNCHANGED)
        if values.ndim == 3:  # in the colors of VOC: black is nothing, cream is not counted
            counted = ~(values[..., :3] == (192, 224, 224)).all(-1)
            truth = values[..., :3].any(-1)
        else:
            counted, truth = values != 255, values > 0
        found = look(read(path)) > 0.5
        scores[path.name] = (iou(found & counted, truth & counted),)
    return scores


def demos(look: Look, folder: Path, masks: dict[str, Alpha]) -> Scores:
    """Return IoU and mean error against IS-Net's masks of other photos."""
    scores = {}
    for name, truth in masks.items():
        found = look(read(folder / name))
        error = float(np.abs(found - truth).mean())
        scores[name] = iou(found > 0.5, truth > 0.5), error
    return scores


def without_subject(photos: Path | None, labels: Path | None) -> Iterator[tuple[str, Picture]]:
    """Yield half made-up pictures and half parts of photos where the teacher finds nothing."""
    rng = np.random.default_rng(2024)
    made = 0
    for one in load(photos, labels, validation=True) if photos and labels else []:
        height, width = one.alpha.shape
        for top, left in ((0, 0), (0, width // 2), (height // 2, 0), (height // 2, width // 2)):
            place = np.s_[top : top + height // 2, left : left + width // 2]
            if one.alpha[place].max() < 8 and made < NOTHING_PICTURES // 2:
                made += 1
                yield f"{one.name} {top} {left}", np.ascontiguousarray(one.photo[place])
                break
    for number in range(NOTHING_PICTURES - made):
        picture = (made_up.texture if number % 3 else made_up.gradient)(rng, 400)
        yield f"made up {number}", np.clip(picture, 0, 255).astype(np.uint8)


def nothing(look: Look, photos: Path | None, labels: Path | None) -> Scores:
    """Return whether something was invented, how large it is, and the highest probability."""
    scores = {}
    for name, picture in without_subject(photos, labels):
        found = look(picture)
        count, _, sizes, _ = cv2.connectedComponentsWithStats((found > 0.5).astype(np.uint8))
        largest = max(sizes[1:count, cv2.CC_STAT_AREA].tolist(), default=0) / found.size
        scores[name] = float(largest > INVENTED), largest, float(found.max())
    return scores


def half(name: str) -> int:
    """Return 0 for pictures that choices are made on, 1 for the others."""
    return hashlib.sha256(name.encode()).digest()[0] & 1


def row(title: str, scores: Scores) -> str:
    """Return means for both halves and all, and the median of the first figure."""
    values = np.array(list(scores.values()))
    side = np.array([half(name) for name in scores])
    parts = [
        " / ".join(f"{v:.3f}" for v in values[which].mean(0)) if which.any() else "-"
        for which in (side == 0, side == 1, side >= 0)
    ]
    return f"| {title} | {len(values)} | {' | '.join(parts)} | {np.median(values[:, 0]):.3f} |"


def seconds_a_look(look: Look) -> float:
    """Return the shortest of 20 looks, in seconds."""
    photo = np.zeros((300, 400, 3), np.uint8)
    took = []
    for _ in range(20):
        start = time.perf_counter()
        look(photo)
        took.append(time.perf_counter() - start)
    return min(took)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("networks", type=Path, nargs="*")
    parser.add_argument("--shared", type=Path, required=True, help="folder of the test photos")
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--labels", type=Path)
    parser.add_argument("--demos", type=Path, help="folder of photos that IS-Net is asked about")
    parser.add_argument("--teacher", type=Path, help="IS-Net's weights")
    parser.add_argument("--masks", type=Path, help="keep IS-Net's masks of the demos there")
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--closer-size", type=int, default=320)
    parser.add_argument("--letterbox", action="store_true")
    parser.add_argument("--closer", type=int, default=0)
    parser.add_argument("--margin", type=float, default=0.25)
    parser.add_argument("--each", action="store_true", help="show each picture's figures")
    args = parser.parse_args()
    looks: dict[str, Look] = {
        path.stem: Network(
            path, args.size, args.closer_size, args.letterbox, args.closer, args.margin
        )
        for path in args.networks
    }
    masks: dict[str, Alpha] = {}
    if args.teacher:
        from teacher import Teacher

        looks["IS-Net"] = Teacher(args.teacher, TEACHER_PX).look
        for path in sorted(args.demos.iterdir()) if args.demos else []:
            masks[path.name] = looks["IS-Net"](read(path))
            if args.masks:
                args.masks.mkdir(parents=True, exist_ok=True)
                kept = np.round(masks[path.name] * 255).astype(np.uint8)
                cv2.imwrite(str(args.masks / f"{path.stem}.png"), kept)
    elif args.demos and args.masks:
        for path in sorted(args.demos.iterdir()):
            masks[path.name] = cv2.imread(str(args.masks / f"{path.stem}.png"), 0) / np.float32(255)
    data = args.shared / "data"
    for name, look in looks.items():
        sets = {
            "true alpha: IoU / MSE": lambda ask=look: matting(ask, data / "matting/alphamatting"),
            "street: IoU / F": lambda ask=look: street(ask, data / "segmentation/pennfudan"),
            "VOC: IoU": lambda ask=look: voc(ask, data / "segmentation/voc"),
            "nothing there: invented / largest / highest": lambda ask=look: nothing(
                ask, args.photos, args.labels
            ),
        }
        if args.photos and args.labels and name != "IS-Net":
            sets["set aside: IoU / error"] = lambda ask=look: validation(
                ask, args.photos, args.labels
            )
        if masks and name != "IS-Net":
            sets["demos: IoU / error"] = lambda ask=look: demos(ask, args.demos, masks)
        print(f"\n{name}, {seconds_a_look(look):.4f} s for a small picture\n")
        print("| | pictures | chosen on | others | all | median |\n|---|---|---|---|---|---|")
        for title, score in sets.items():
            scores = score()
            print(row(title, scores), flush=True)
            if args.each:
                for one, values in scores.items():
                    print(f"  {one}: {' / '.join(f'{value:.3f}' for value in values)}")


if __name__ == "__main__":
    main()
