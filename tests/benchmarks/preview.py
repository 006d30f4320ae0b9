#!/usr/bin/env python3
"""Time and memory of the preview in a real window: ``python3 tests/benchmarks/preview.py``.

A photo enlarged to 12 megapixels is opened in one of the tests' own GIMPs (tests/gimp/trees.py),
with the plug-in installed by its installer and no model but the built-in one, and Cut Out Subject
is called as a menu calls it. A clock in the dialog (inside/preview_measured.py) records when each
image has been drawn, and moves the controls. Run twice: OK continues with the preview's worker, as
it does, or with a new one.
"""

import argparse
import json
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(HERE), str(ROOT / "tests" / "gimp")]

import trees
from chain import PHOTO, enlarged
from measured import machine
from report import table, write_section

MEGAPIXELS = 12
ROUNDS = 3
HOME = "/mnt/scratch/home"
PLUG_IN = "matte-measured"
MOMENTS = (
    ("the plug-in's process runs", "called"),
    ("the photo appears", "first picture"),
    ("a draft of the result appears", "draft"),
    ("the full result appears", "whole"),
)
STEP_WORDS = {
    "trimap-width": "Edge width",
    "shift-edge": "Shift edge",
    "smooth": "Smooth",
    "feather": "Feather",
    "contrast": "Contrast",
    "decontaminate": "Decontaminate colors",
    "view": "changing the view",
    "is_full": "zooming to 100 %",
    "stroke draft": "letting go of a stroke",
    "stroke": "letting go of a stroke, until it is matted",
}


class Failed(Exception):
    """Nothing could be measured; the message ends with the last output."""


def measure(photo: Path, version: str, *, alone: bool) -> list[dict[str, Any]]:
    """Return what the clock recorded in each round.

    Raises
    ------
    Failed
        If GIMP or the plug-in fails.
    """
    import cv2

    tree = trees.open_tree(version)
    with tempfile.TemporaryDirectory(prefix="matte-benchmark-") as folder:
        scratch = Path(folder)
        (scratch / "home").mkdir()
        image = cv2.cvtColor(enlarged(str(photo), MEGAPIXELS), cv2.COLOR_RGB2BGR)
        cv2.imwrite(str(scratch / "photo.jpg"), image, [cv2.IMWRITE_JPEG_QUALITY, 92])
        binds = [(ROOT, "/mnt/checkout", "ro"), (scratch, "/mnt/scratch", "rw")]
        environ = {"HOME": HOME, **({"MATTE_MEASURED_ALONE": "1"} if alone else {})}

        def run(*command: str) -> None:
            done = tree.run(list(command), binds, environ, capture_output=True, text=True)
            if done.returncode:
                raise Failed((done.stdout + done.stderr)[-2000:])

        run("python3", "/mnt/checkout/install.py", "--no-demo", "--no-download")
        place = scratch / "home" / ".config" / "GIMP" / version / "plug-ins" / PLUG_IN
        place.mkdir()
        shutil.copy(HERE / "inside" / "preview_measured.py", place / f"{PLUG_IN}.py")
        (place / f"{PLUG_IN}.py").chmod(0o755)
        session = "/mnt/checkout/tests/benchmarks/inside/preview_session.py"
        (scratch / "session").mkdir()
        run(
            "python3",
            session,
            "/mnt/scratch/photo.jpg",
            "/mnt/scratch/session",
            version,
            str(ROUNDS),
        )
        rounds: list[dict[str, Any]] = json.loads((scratch / "session/rounds.json").read_text())
    for seen in rounds:
        if "error" in seen:
            raise Failed(seen["error"])
    return rounds


def report(rounds: list[dict[str, Any]], alone: list[dict[str, Any]]) -> str:
    """Return the section's text."""
    middle = statistics.median

    def since(seen: list[dict[str, Any]], start: str, end: str) -> str:
        return f"{middle([one[end] - one[start] for one in seen]):.2f}"

    opened = [[words, since(rounds, "begun", name)] for words, name in MOMENTS]
    steps: dict[str, list[float]] = {}
    is_full = False
    for one in rounds:
        is_full = False
        for name, _, seconds in one["steps"]:
            words = STEP_WORDS[name] + (", at 100 %" if is_full and name != "is_full" else "")
            is_full = is_full or name == "is_full"
            steps.setdefault(words, []).append(seconds)
    moved = [[words, f"{middle(all_of):.2f}"] for words, all_of in steps.items()]
    runs = [
        ["with the preview's worker", since(rounds, "ok", "done")],
        ["with a new worker", since(alone, "ok", "done")],
    ]
    memory = [
        [words, f"{max(one[name] for one in rounds):.0f}"]
        for words, name in (
            ("plug-in, dialog open", "plug-in MB"),
            ("plug-in, including the full-size run", "plug-in MB, with the run"),
            ("worker, dialog open", "worker MB"),
        )
    ]
    stood = max(one["longest wait"] for one in rounds)
    return "\n\n".join(
        [
            f"Medians of {len(rounds)} rounds, each in a process of its own; memory is the "
            f"maximum. The window was unresponsive for at most {stood:.2f} s.",
            table(["from the menu until", "seconds"], opened),
            table(["from moving a control until the preview shows it", "seconds"], moved),
            table(["from OK until the result is written", "seconds"], runs),
            table(["maximum resident memory", "MB"], memory),
        ]
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photo", type=Path, default=PHOTO, help="a photo of a known subject")
    parser.add_argument("--version", default="3.0", choices=sorted(trees.SUITES))
    parser.add_argument("--write", action="store_true", help="write the tables to the docs")
    options = parser.parse_args()
    rounds = measure(options.photo, options.version, alone=False)
    text = report(rounds, measure(options.photo, options.version, alone=True))
    print(f"On {machine()}.\n\n{text}")
    if options.write:
        title = f"The preview, at {MEGAPIXELS} megapixels in GIMP {options.version}"
        write_section(title, "python3 tests/benchmarks/preview.py", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
