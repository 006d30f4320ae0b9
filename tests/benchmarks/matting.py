#!/usr/bin/env python3
"""Compare matting methods on photos with known alpha: ``python3 tests/benchmarks/matting.py``.

Ours, PyMatting's estimators, the published KNN recipe, and GIMP's own matting process the same
images in the same run, each in a process of its own. Needs the packages in `requirements.txt` in
this folder, and the training photos of alphamatting.com (Images, GroundTruth, Trimap1, Trimap2).
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE)]

import cv2
import numpy as np
from alpha_methods import GIMP, OURS, PYMATTING, REFERENCE, SHORT_NAMES
from measured import machine, shared_folder
from measures import measure
from report import table, write_section
from runner import Job, Run, Runner
from sheet import write_sheet

DATA = shared_folder() / "data" / "matting" / "alphamatting"
GROWTH_MEGAPIXELS = (0.5, 1, 2, 4, 8, 12, 24)
GROWTH_UNKNOWN = 0.10
ERROR_NAMES = ("sad", "mse", "gradient", "connectivity")


def main() -> int:
    options = _options()
    photos = sorted(path.name for path in (options.data / "Images").glob("*.png"))
    photos = photos[: options.photos]
    if not photos:
        print(f"There are no photos in {options.data / 'Images'}; specify a folder with --data.")
        return 1
    folder = Path(tempfile.mkdtemp(prefix="matte-benchmark-"))
    try:
        methods = [SHORT_NAMES[name] for name in options.methods.split(",")]
        runner = Runner(methods, options.gimp, options.gimp_tree)
        parts = [
            _compare(runner, options, trimap, photos, folder / trimap)
            for trimap in options.trimaps.split(",")
            if trimap
        ]
        if options.enlarged:
            parts.append(_enlarge(runner, options.data, photos[:: len(photos) // options.enlarged]))
        if options.growth:
            parts.append(_grow(runner, options.data, photos))
        if options.sheet:
            names = [name for name in runner.methods if name not in runner.failed]
            write_sheet(options.sheet, options.data, folder, photos, names)
    finally:
        shutil.rmtree(folder)
    if options.write:
        arguments = " ".join(sys.argv[1:]) if len(sys.argv) > 1 else ""
        command = f"python3 tests/benchmarks/matting.py {_without_paths(arguments)}".strip()
        write_section(
            "Matting" if options.trimaps else "Matting by size", command, "\n\n".join(parts)
        )
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of photos")
    parser.add_argument("--photos", type=int, metavar="N", help="use only the first N")
    parser.add_argument(
        "--trimaps", default="Trimap1,Trimap2", help="folders of trimaps; --trimaps= for none"
    )
    parser.add_argument(
        "--methods", default=",".join(SHORT_NAMES), help=f"any of {', '.join(SHORT_NAMES)}"
    )
    parser.add_argument("--gimp", nargs="+", metavar="WORD", help="how to start gimp-console")
    parser.add_argument("--gimp-tree", metavar="VERSION", help="the tests' own GIMP: 3.0 or 3.2")
    parser.add_argument(
        "--enlarged", type=int, default=0, metavar="N", help="also N photos at 1.6 and 7 megapixels"
    )
    parser.add_argument("--growth", action="store_true", help="also time and memory by size")
    parser.add_argument("--sheet", type=Path, help="write an image of all results")
    parser.add_argument("--write", action="store_true", help="write the tables to the docs")
    options = parser.parse_args()
    unknown = set(options.methods.split(",")) - set(SHORT_NAMES)
    if unknown:
        parser.error(f"unknown methods: {', '.join(sorted(unknown))}")
    return options


def _without_paths(arguments: str) -> str:
    """Leave out options that only concern this machine."""
    words = arguments.split()
    for flag in ("--data", "--gimp", "--sheet"):
        if flag in words:
            start = stop = words.index(flag)
            while stop + 1 < len(words) and not words[stop + 1].startswith("--"):
                stop += 1
            del words[start : stop + 1]
    return " ".join(word for word in words if word != "--write")


def _compare(
    runner: Runner, options: argparse.Namespace, trimap: str, photos: list[str], folder: Path
) -> str:
    """Measure every method on every photo with one set of trimaps; return the tables."""
    errors: dict[str, np.ndarray] = {}
    runs: dict[str, Run] = {}
    unknown = [_gray(options.data / trimap / name) == 128 for name in photos]
    truths = [_gray(options.data / "GroundTruth" / name) / 255 for name in photos]
    for method in runner.methods:
        (folder / method).mkdir(parents=True)
        jobs = [
            Job(
                str(options.data / "Images" / name),
                str(options.data / trimap / name),
                str(folder / method / f"{name}.npy"),
            )
            for name in photos
        ]
        run = runner.run(method, jobs)
        if run is None:
            continue
        runs[method] = run
        found = [
            measure(np.load(job.alpha), truth, region)
            for job, truth, region in zip(jobs, truths, unknown, strict=True)
        ]
        errors[method] = np.array([[getattr(e, name) for name in ERROR_NAMES] for e in found])
    share = np.mean([region.mean() for region in unknown])
    title = f"### {trimap}: {len(photos)} photos, {share:.0%} of the pixels unknown"
    by_photo = [
        [Path(name).stem, *(f"{errors[method][k, 1]:.4f}" for method in errors)]
        for k, name in enumerate(photos)
    ]
    text = f"{title}\n\n{_summary(errors, runs, runner.gimp_version)}\n\n{_ratios(errors, runs)}"
    print(f"{text}\n\nMSE by photo\n\n{table(['photo', *errors], by_photo)}\n", flush=True)
    return text


def _summary(errors: dict[str, np.ndarray], runs: dict[str, Run], gimp_version: str) -> str:
    rows = []
    for method, values in errors.items():
        sad, mse, gradient, connectivity = values.mean(axis=0)
        run = runs[method]
        rows.append(
            [
                f"{GIMP} {gimp_version}" if method == GIMP else method,
                f"{sad:.2f}",
                f"{mse:.4f}",
                f"{gradient:.1f}",
                f"{connectivity:.2f}",
                f"{np.mean(run.seconds):.2f}",
                f"{max(run.peak_mb):.0f}",
                f"{run.started_mb:.0f}",
            ]
        )
    heads = ["", "SAD (k)", "MSE", "gradient", "connectivity (k)", "seconds", "peak MB", "at start"]
    return table(heads, rows)


def _ratios(errors: dict[str, np.ndarray], runs: dict[str, Run]) -> str:
    """Compare ours with the other methods, except those that did not run."""
    if OURS not in errors:
        return ""
    ours, rows = errors[OURS], []
    peers = {name: errors[name].mean(axis=0) for name in PYMATTING if name in errors}
    if peers:
        for column, name in ((1, "mean MSE"), (2, "mean gradient error"), (0, "mean SAD")):
            best = min(peers, key=lambda peer: peers[peer][column])
            ratio = ours[:, column].mean() / peers[best][column]
            rows.append([f"{name} / best of PyMatting ({best})", f"{ratio:.2f}"])
    knn = next((name for name in PYMATTING if "KNN" in name and name in errors), None)
    if knn:
        ratio = np.exp(np.log(ours[:, 1] / errors[knn][:, 1]).mean())
        rows.append([f"MSE / {knn}, geometric mean over the photos", f"{ratio:.2f}"])
    for other in (GIMP, *PYMATTING, REFERENCE):
        if other in runs:
            ratio = sum(runs[OURS].seconds) / sum(runs[other].seconds)
            rows.append([f"time / {other}", f"{ratio:.3f}"])
    return table(["ours / theirs", "ratio"], rows) if rows else ""


def _enlarge(runner: Runner, data: Path, photos: list[str]) -> str:
    """Time ours against the methods that can process larger images."""
    rows = []
    for megapixels, others in ((1.6, ("PyMatting closed form",)), (7, (GIMP,))):
        jobs = [_enlarged(data, name, megapixels) for name in photos]
        ours = runner.run(OURS, jobs)
        for method in (OURS, *others):
            run = ours if method == OURS else None
            if method != OURS and method in runner.methods:
                run = runner.run(method, jobs)
            if run is None or ours is None:
                continue
            ratio = sum(ours.seconds) / sum(run.seconds)
            rows.append(
                [
                    method,
                    f"{np.mean(run.pixels) / 1e6:.1f}",
                    f"{np.mean(run.seconds):.2f}",
                    f"{max(run.peak_mb):.0f}",
                    f"{ratio:.2f}",
                ]
            )
    heads = ["", "megapixels", "seconds", "peak MB", "ours / theirs"]
    text = f"### {len(photos)} photos, enlarged\n\n{table(heads, rows)}"
    print(f"{text}\n", flush=True)
    return text


def _grow(runner: Runner, data: Path, photos: list[str]) -> str:
    """Measure ours by size, on the photo whose unknown region is closest to a tenth."""
    shares = {name: (_gray(data / "Trimap1" / name) == 128).mean() for name in photos}
    name = min(shares, key=lambda photo: abs(shares[photo] - GROWTH_UNKNOWN))
    rows, seconds = [], {}
    for megapixels in GROWTH_MEGAPIXELS:
        run = runner.run(OURS, [_enlarged(data, name, megapixels)])  # a new process for each size
        if run is None:
            return ""
        seconds[megapixels] = run.seconds[0]
        rows.append(
            [
                f"{run.pixels[0] / 1e6:.2f}",
                f"{run.seconds[0]:.2f}",
                f"{run.seconds[0] / run.pixels[0] * 1e6:.2f}",
                f"{run.peak_mb[0]:.0f}",
                f"{run.started_mb:.0f}",
            ]
        )
    heads = ["megapixels", "seconds", "seconds per megapixel", "peak MB", "at start"]
    growth = f"From 1 to 12 megapixels: {seconds[12] / seconds[1]:.1f} times the time."
    title = f"### Growth: {Path(name).stem}, enlarged, {shares[name]:.0%} unknown"
    text = f"{title}\n\n{table(heads, rows)}\n\n{growth}"
    print(f"{text}\n", flush=True)
    return text


def _enlarged(data: Path, name: str, megapixels: float) -> Job:
    image = data / "Images" / name
    scale = (megapixels * 1e6 / _gray(image).size) ** 0.5
    return Job(str(image), str(data / "Trimap1" / name), scale=scale)


def _gray(path: Path) -> np.ndarray:
    return cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)


if __name__ == "__main__":
    print(f"On {machine()}.\n")
    sys.exit(main())
