"""Run GIMP's own matting, ``drawable.foreground_extract``, on several images in one GIMP."""

import importlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

INSIDE = Path(__file__).with_name("inside_gimp.py")
RUNS, ENOUGH_SECONDS = 3, 2.0

Pair = tuple[NDArray[np.uint8], NDArray[np.uint8]]


class GimpFailed(Exception):
    """GIMP could not be run or gave no result; the message ends with its last output."""


@dataclass(frozen=True)
class GimpCommand:
    """How to start GIMP without a window."""

    # The command, for example ``["gimp-console"]`` or ``["chroot", ROOT, "gimp-console"]``.
    prefix: Sequence[str]
    folder: Path  # an empty folder for exchanging images
    inside: str  # the path of the same folder inside GIMP's tree


@dataclass(frozen=True)
class GimpAlphas:
    """GIMP's version, its resident MB before the first image, and for each image the alpha
    (float32), the best time in seconds, and the peak resident MB."""

    version: str
    started_mb: float
    alphas: list[NDArray[np.float32]]
    seconds: list[float]
    peak_mb: list[float]


def command_on_this_machine(words: Sequence[str]) -> GimpCommand:
    """Make a command from words, with a new folder for the images.

    For ``chroot ROOT ...`` the folder is created inside ROOT. The caller removes the folder.
    """
    if words[0] == "chroot":
        folder = Path(tempfile.mkdtemp(prefix="matte-benchmark-", dir=Path(words[1]) / "tmp"))
        return GimpCommand(words, folder, f"/tmp/{folder.name}")
    folder = Path(tempfile.mkdtemp(prefix="matte-benchmark-"))
    return GimpCommand(words, folder, str(folder))


def command_in_tree(version: str) -> GimpCommand:
    """Make a command for the tests' GIMP tree ("3.0" or "3.2"), which is built if missing.

    Raises
    ------
    GimpFailed
        If this machine cannot build one.
    """
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "gimp"))
    trees = importlib.import_module("trees")
    try:
        tree = trees.open_tree(version)
    except trees.Unavailable as error:
        raise GimpFailed(str(error)) from error
    folder, inside = Path(tempfile.mkdtemp(prefix="matte-benchmark-")), "/mnt/matte-benchmark"
    binds = [(folder, inside, "rw")]
    return GimpCommand(tree.arguments(["gimp-console"], binds, _settings(inside)), folder, inside)


def find_gimp() -> list[str] | None:
    """Return the command of a GIMP 3 on this machine, or None."""
    for name in ("gimp-console-3.2", "gimp-console-3.0", "gimp-console-3", "gimp-console"):
        command = shutil.which(name)
        if command is None:
            continue
        said = subprocess.run([command, "--version"], capture_output=True, text=True, check=False)
        if "version 3" in said.stdout:
            return [command]
    return None


def estimate(gimp: GimpCommand, pairs: Sequence[Pair]) -> GimpAlphas:
    """Run GIMP's matting on pairs of image (H, W, 3) uint8 and trimap (H, W) uint8.

    Raises
    ------
    GimpFailed
        If GIMP does not start, fails, or takes longer than half an hour.
    """
    jobs = []
    for number, (image, trimap) in enumerate(pairs):
        job = {"image": f"{number}.png", "trimap": f"{number}t.png", "alpha": f"{number}.f32"}
        cv2.imwrite(str(gimp.folder / job["image"]), cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
        cv2.imwrite(str(gimp.folder / job["trimap"]), trimap)
        jobs.append({**job, "runs": RUNS, "enough_seconds": ENOUGH_SECONDS})
    (gimp.folder / "jobs.json").write_text(json.dumps(jobs))
    shutil.copy(INSIDE, gimp.folder)
    answer = _run(gimp)
    alphas = []
    for job, (_, trimap) in zip(jobs, pairs, strict=True):
        values = np.fromfile(gimp.folder / str(job["alpha"]), "<f4")
        alphas.append(values.reshape(trimap.shape).clip(0, 1))
    return GimpAlphas(
        answer["version"],
        answer["started_mb"],
        alphas,
        [result["seconds"] for result in answer["results"]],
        [result["peak_mb"] for result in answer["results"]],
    )


def _settings(inside: str) -> dict[str, str]:
    """Return an environment in which everything GIMP writes goes into the folder."""
    places = ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "TMPDIR")
    return {
        **dict.fromkeys(places, f"{inside}/home"),
        "GIMP3_DIRECTORY": f"{inside}/profile",
        "MATTE_BENCHMARK_FOLDER": inside,
        "PATH": os.environ.get("PATH", os.defpath),
    }


def _run(gimp: GimpCommand) -> dict:
    script = f"{gimp.inside}/{INSIDE.name}"
    (gimp.folder / "home").mkdir(exist_ok=True)
    flags = ["-i", "-d", "-f", "-s", "--batch-interpreter=python-fu-eval"]
    command = [*gimp.prefix, *flags, "-b", f"exec(open({script!r}).read())", "--quit"]
    try:
        ran = subprocess.run(
            command,
            env=_settings(gimp.inside),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=1800,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GimpFailed(str(error)) from error
    results = gimp.folder / "results.json"
    if not results.exists():
        raise GimpFailed(ran.stdout.decode(errors="replace")[-2000:])
    answer = json.loads(results.read_text())
    results.unlink()
    return answer
