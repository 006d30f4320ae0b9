#!/usr/bin/env python3
"""Time and memory of every step of the chain: ``python3 tests/benchmarks/chain.py``.

A real photo, enlarged to 0.5, 2, and 12 megapixels, each size in a process of its own: how long a
user waits when cutting out one image, from nothing loaded to the composite.
"""

import argparse
import os
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE)]

# Nothing numerical is imported here: loading it is the first step to be measured.
from measured import machine, note_step, run_child, shared_folder
from report import table, write_section

SHARED = shared_folder()
PHOTO = SHARED / "data" / "photos" / "grace_hopper.png"
MEGAPIXELS = (0.5, 2, 12)


def work(request: dict[str, Any]) -> dict[str, Any]:
    """Run the chain once at one size; runs in the child."""
    steps: list[tuple[str, float, float]] = []
    step = partial(note_step, steps)
    started = time.perf_counter()
    core = step("loading the library", _load)
    import numpy as np

    from matte_core.base.errors import NoSubjectError
    from matte_core.steps import trimap_of

    image = enlarged(request["photo"], request["megapixels"])
    note = ""

    try:
        found = step("segment", lambda: core.segment(image, model=request["model"]))
        trimap = step("trimap_of", lambda: trimap_of(found, image))
    except NoSubjectError:
        note = "The model found no subject; the other steps used an ellipse in the middle."
        y, x = np.ogrid[-1 : 1 : image.shape[0] * 1j, -1 : 1 : image.shape[1] * 1j]
        trimap = step("make_trimap", lambda: core.make_trimap(y**2 + x**2 < 0.4))
    alpha = step("estimate_alpha", lambda: core.estimate_alpha(image, trimap))
    foreground = step("estimate_foreground", lambda: core.estimate_foreground(image, alpha))
    white = np.full_like(image, 255)
    step("composite", lambda: core.composite(foreground, alpha, white))
    return {
        "steps": steps,
        "whole": time.perf_counter() - started,
        "size": list(image.shape[:2]),
        "unknown": float((trimap == 128).mean()),
        "note": note,
    }


def _load() -> Any:
    import matte_core

    for name in matte_core.__all__:
        getattr(matte_core, name)  # the package loads each name on first use
    return matte_core


def enlarged(photo: str | None, megapixels: float) -> Any:
    import cv2

    if photo:
        image = cv2.cvtColor(cv2.imread(photo), cv2.COLOR_BGR2RGB)
    else:
        from sklearn.datasets import load_sample_image

        image = load_sample_image("flower.jpg")
    scale = (megapixels * 1e6 / (image.shape[0] * image.shape[1])) ** 0.5
    return cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photo", type=Path, help="a photo of a subject that the model knows")
    parser.add_argument("--model", help="an installed model or an ONNX file")
    parser.add_argument("--write", action="store_true", help="write the table to the docs")
    options = parser.parse_args()
    photo = options.photo or (PHOTO if PHOTO.exists() else None)
    request = {"photo": str(photo) if photo else None, "model": options.model}
    with tempfile.TemporaryDirectory(prefix="matte-benchmark-") as folder:
        if options.model is None:
            os.environ["MATTE_HOME"] = folder  # nothing but the built-in model
        answers = [run_child("chain", {**request, "megapixels": size}) for size in MEGAPIXELS]
    text = _report(answers)
    print(f"On {machine()}.\n\n{text}")
    if options.write:
        write_section("The chain, step by step", "python3 tests/benchmarks/chain.py", text)
    return 0


def _report(answers: list[dict[str, Any]]) -> str:
    heads = ["seconds (peak MB)"]
    for answer in answers:
        height, width = answer["size"]
        heads.append(f"{height * width / 1e6:.1f} MP, {answer['unknown']:.0%} unknown")
    found = [{name: (seconds, peak) for name, seconds, peak in a["steps"]} for a in answers]
    names = list(dict.fromkeys(name for steps in found for name in steps))
    rows = [
        [name, *(_cell(*steps[name]) if name in steps else "-" for steps in found)]
        for name in names
    ]
    peaks = [max(peak for _, peak in steps.values()) for steps in found]
    whole = [_cell(answer["whole"], peak) for answer, peak in zip(answers, peaks, strict=True)]
    rows.append(["all, including reading the photo", *whole])
    notes = sorted({answer["note"] for answer in answers if answer["note"]})
    return "\n\n".join([table(heads, rows), *notes])


def _cell(seconds: float, peak: float) -> str:
    return f"{seconds:.2f} ({peak:.0f})"


if __name__ == "__main__":
    sys.exit(main())
