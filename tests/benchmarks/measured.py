"""Run a step in a process of its own, and measure its time and memory.

Memory can only be measured in a new process: what was used before would count. The parent calls
`run_child` with the name of a module in this folder and a plain request; the child, started as
``python measured.py MODULE``, calls the module's ``work(request)`` and replies with JSON.
"""

import importlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
ENOUGH_SECONDS = 2.0


class ChildFailed(Exception):
    """A child process ended without a reply; the message ends with its last output."""


def run_child(module: str, request: dict[str, Any]) -> Any:
    """Call ``module.work(request)`` in a new Python process and return its result.

    Raises
    ------
    ChildFailed
        If the child fails.
    """
    with tempfile.TemporaryDirectory(prefix="matte-benchmark-") as folder:
        answer = Path(folder) / "answer.json"
        command = [sys.executable, str(HERE / "measured.py"), module, str(answer)]
        ran = subprocess.run(
            command,
            input=json.dumps(request).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if ran.returncode or not answer.exists():
            said = ran.stdout.decode(errors="replace")[-2000:]
            raise ChildFailed(f"{module} ended with status {ran.returncode}: {said}")
        return json.loads(answer.read_text())


def peak_mb() -> float:
    """Return this process's peak resident memory in MB since `forget_peak`.

    Without /proc it is the peak since the process started, which includes its parent's peak: the
    figure can be too high, never too low.
    """
    try:
        return _status_mb("VmHWM")
    except OSError:
        unit = 1e6 if sys.platform == "darwin" else 1e3
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def forget_peak() -> None:
    """Reset the peak to what is resident now, if the system supports it (Linux)."""
    if os.path.exists("/proc/self/clear_refs"):
        Path("/proc/self/clear_refs").write_text("5")


def measure(
    step: Callable[[], Any], runs: int = 1, enough_seconds: float = ENOUGH_SECONDS
) -> tuple[Any, float, float]:
    """Return the result of `step`, the best time in seconds, and the peak resident MB.

    It is run up to `runs` times, but not again once `enough_seconds` have passed.
    """
    forget_peak()
    seconds: list[float] = []
    while not seconds or (len(seconds) < runs and sum(seconds) < enough_seconds):
        start = time.perf_counter()
        result = step()
        seconds.append(time.perf_counter() - start)
    return result, min(seconds), peak_mb()


def note_step(steps: list[tuple[str, float, float]], name: str, function: Callable[[], Any]) -> Any:
    """Return a function's result, and note its name, seconds, and peak resident MB."""
    result, seconds, peak = measure(function)
    steps.append((name, seconds, peak))
    return result


def shared_folder() -> Path:
    """Return the folder of the photos and models, the same as for the tests."""
    return Path(os.environ.get("MATTE_SHARED") or ROOT.parent / "shared")


def machine() -> str:
    """Describe the machine by cores and memory only, so that it cannot be identified."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{cores} cores, {memory:.0f} GB of memory"


def _status_mb(field: str) -> float:
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith(field + ":"):
                return int(line.split()[1]) / 1000
    raise OSError(f"/proc/self/status has no {field}")


def main() -> None:
    """Run in the child."""
    module, answer = sys.argv[1:3]
    sys.path[:0] = [str(ROOT), str(HERE)]
    request = json.load(sys.stdin)
    result = importlib.import_module(module).work(request)
    Path(answer).write_text(json.dumps(result))


if __name__ == "__main__":
    main()
