#!/usr/bin/env python3
"""Compare estimated foreground colors: ``python3 tests/benchmarks/foreground.py``.

Ours and PyMatting's `estimate_foreground_ml`, each in a process of its own, on composites of a
known foreground, background, and alpha, rounded to 8 bits: the lemur, whose three images belong
together, and, harder, the true alphas of alphamatting.com with the colors of other photos of the
same set. The error is computed where the true alpha lies strictly between 0 and 1, in sRGB values
from 0 to 1: once with equal weights, once weighted by alpha, which is what a composite shows.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE)]

import cv2
import numpy as np
from measured import machine, measure, peak_mb, run_child, shared_folder
from numpy.typing import NDArray
from report import table, write_section

DATA = shared_folder() / "data" / "matting"
METHODS = ("ours", "PyMatting")
RUNS = 30
SOFTNESS_PX = 6.0
LARGE_MEGAPIXELS = 12
MEASURES = ("MSE", "MSE by alpha", "MAE", "MAE by alpha")

Picture = NDArray[np.floating]


def lemur(folder: Path) -> tuple[Picture, Picture, Picture]:
    """Return alpha, foreground and background of the lemur, all in [0, 1]."""
    alpha, foreground, background = (
        cv2.imread(str(folder / "lemur" / f"pymatting_lemur_{kind}.png"), flag) / 255
        for kind, flag in (("alpha", 0), ("foreground", 1), ("background", 1))
    )
    return alpha, foreground, background


def strangers(folder: Path, number: int) -> tuple[Picture, Picture, Picture]:
    """Return a true alpha, the blurred colors of one photo, and another photo as background."""
    photos = sorted((folder / "alphamatting" / "Images").glob("*.png"))
    name = photos[number].name
    alpha = cv2.imread(str(folder / "alphamatting" / "GroundTruth" / name), 0) / 255
    foreground, background = (
        cv2.resize(cv2.imread(str(photos[(number + step) % len(photos)])), alpha.shape[::-1]) / 255
        for step in (3, 7)
    )
    return alpha, cv2.GaussianBlur(foreground, (0, 0), SOFTNESS_PX), background


def compose(alpha: Picture, foreground: Picture, background: Picture) -> NDArray[np.uint8]:
    """Return the composite, rounded to 8 bits."""
    share = alpha[..., None]
    return np.rint((share * foreground + (1 - share) * background) * 255).astype(np.uint8)


def errors(estimate: Picture, truth: Picture, alpha: Picture) -> list[float]:
    """Return the errors named in `MEASURES`, over the pixels with 0 < alpha < 1."""
    is_soft = (alpha > 0) & (alpha < 1)
    difference = np.abs(estimate.astype(float) - truth)[is_soft].mean(axis=1)
    squared = ((estimate.astype(float) - truth)[is_soft] ** 2).mean(axis=1)
    weights = alpha[is_soft]
    return [
        float(np.average(values, weights=chosen))
        for values in (squared, difference)
        for chosen in (None, weights)
    ]


def load(method: str) -> Callable[[NDArray[np.uint8], Picture], Picture]:
    """Import a method that maps an image (H, W, 3) uint8 and an alpha to foreground colors."""
    if method == "ours":
        import matte_core

        return lambda image, alpha: matte_core.estimate_foreground(image, alpha)
    import pymatting

    return lambda image, alpha: pymatting.estimate_foreground_ml(image, alpha)


def work(request: dict[str, Any]) -> dict[str, Any]:
    """Run one method on the lemur, enlarged or not, and on the composites; runs in the child."""
    folder, method = Path(request["data"]), load(request["method"])
    alpha, foreground, background = lemur(folder)
    image = prepare(compose(alpha, foreground, background), request["method"])
    alpha32, middle = alpha.astype(np.float32), (slice(200, 280), slice(200, 280))
    method(image[middle], alpha32[middle])  # so that neither imports nor a compiler are timed
    started_mb = peak_mb()
    if request["megapixels"]:
        scale = (request["megapixels"] * 1e6 / alpha.size) ** 0.5
        image, alpha32 = (cv2.resize(plane, None, fx=scale, fy=scale) for plane in (image, alpha32))
    found, seconds, peak = measure(lambda: method(image, alpha32), RUNS)
    answer: dict[str, Any] = {"seconds": seconds, "peak_mb": peak, "started_mb": started_mb}
    if not request["megapixels"]:
        answer["lemur"] = errors(finish(found), foreground, alpha)
    answer["strangers"] = []
    for number in range(request["strangers"]):
        alpha, foreground, background = strangers(folder, number)
        image = prepare(compose(alpha, foreground, background), request["method"])
        found = method(image, alpha.astype(np.float32))
        answer["strangers"].append(errors(finish(found), foreground, alpha))
    return answer


def prepare(image: NDArray[np.uint8], method: str) -> NDArray[Any]:
    """Convert to the type the method works in, so that no conversion is timed."""
    return image if method == "ours" else (image / 255).astype(np.float32)


def finish(found: NDArray[Any]) -> Picture:
    return found / 255 if found.dtype == np.uint8 else found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA, help="contains lemur and alphamatting")
    parser.add_argument("--write", action="store_true", help="write the tables to the docs")
    options = parser.parse_args()
    photos = len(list((options.data / "alphamatting" / "Images").glob("*.png")))
    answers, large = (
        {
            name: run_child(
                "foreground",
                {"data": str(options.data), "method": name, "strangers": n, "megapixels": size},
            )
            for name in METHODS
        }
        for n, size in ((photos, None), (0, LARGE_MEGAPIXELS))
    )
    text = f"{_lemur_table(answers, large)}\n\n{_strangers_table(answers, photos)}"
    print(f"On {machine()}.\n\n{text}")
    if options.write:
        write_section("Foreground colors", "python3 tests/benchmarks/foreground.py", text)
    return 0


def _lemur_table(answers: dict[str, Any], large: dict[str, Any]) -> str:
    rows = [
        [
            name,
            *(f"{value:.6f}" for value in answers[name]["lemur"]),
            f"{answers[name]['seconds'] * 1000:.0f}",
            f"{large[name]['seconds']:.2f}",
            f"{large[name]['peak_mb']:.0f}",
            f"{answers[name]['started_mb']:.0f}",
        ]
        for name in METHODS
    ]
    ours, theirs = (answers[name] for name in METHODS)
    ratios = [f"{a / b:.2f}" for a, b in zip(ours["lemur"], theirs["lemur"], strict=True)]
    speed = f"{ours['seconds'] / theirs['seconds']:.2f}"
    speed_large = f"{large['ours']['seconds'] / large['PyMatting']['seconds']:.2f}"
    rows.append(["ours / PyMatting", *ratios, speed, speed_large, "", ""])
    size = f"{LARGE_MEGAPIXELS} MP"
    heads = ["lemur", *MEASURES, "ms", f"{size}, s", f"{size}, peak MB", "at start"]
    return table(heads, rows)


def _strangers_table(answers: dict[str, Any], photos: int) -> str:
    ours, theirs = (np.array(answers[name]["strangers"]) for name in METHODS)
    if not photos:
        return ""
    ratio = ours / theirs
    rows = [
        ["geometric mean", *(f"{value:.2f}" for value in np.exp(np.log(ratio).mean(axis=0)))],
        ["worst", *(f"{value:.2f}" for value in ratio.max(axis=0))],
    ]
    return table([f"{photos} composites, ours / PyMatting", *MEASURES], rows)


if __name__ == "__main__":
    sys.exit(main())
