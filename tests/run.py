#!/usr/bin/env python3
"""Run every check and every test: ``python3 tests/run.py [pytest's arguments]``.

Without arguments it also measures which lines and branches of what needs no GIMP were run, in
this process and in those that the tests start, and wants 95 % of them. With ``--fuzz`` it tries
made-up inputs by the thousand instead; see `tests/fuzz/long_run.py`.

Makes its own environment (kept in the cache, remade when the pinned requirements change), then
runs ruff, mypy and pytest. Meanwhile a GIMP 3.0 and 3.2 are built for the tests in them, where that
can be done; where it cannot they are skipped, saying why. Standard library only.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "gimp")]

from trees import cache_folder

REQUIREMENTS = (ROOT / "matte_core/setup/requirements.txt", ROOT / "tests/requirements.txt")
OLD_SECONDS = 14 * 24 * 3600


def make_environment():
    """Return the Python of the tests' environment, made when it is not there."""
    contents = b"".join(path.read_bytes() for path in REQUIREMENTS) + sys.version.encode()
    root = cache_folder() / f"env-{hashlib.sha256(contents).hexdigest()[:12]}"
    python = root / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    complete = root / "complete"
    if not complete.exists():
        print(f"making the tests' environment in {root}", flush=True)
        for old in cache_folder().glob("env-*"):
            # Another checkout may be using it.
            if time.time() - old.stat().st_mtime > OLD_SECONDS:
                shutil.rmtree(old)
        subprocess.run([sys.executable, "-m", "venv", root], check=True)
        files = [part for path in REQUIREMENTS for part in ("-r", path)]
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        # Most modules are never loaded; those that are will be compiled then.
        pip += ["--no-compile", "--require-hashes", "--only-binary", ":all:"]
        subprocess.run([*pip, *files], check=True)
        complete.touch()
    os.utime(root)
    return python


def main():
    """Run all of it; the exit status is the first that failed."""
    arguments = sys.argv[1:]
    if arguments:
        return run(arguments)
    with subprocess.Popen([sys.executable, ROOT / "tests" / "gimp" / "trees.py"]):
        return run([])


def run(arguments):
    """Run what was asked for; the exit status is the first that failed."""
    python = make_environment()
    # What the user's shell has set must not decide what is tested.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environ["MATTE_CHECKOUT"] = str(ROOT)
    if arguments[:1] == ["--fuzz"]:
        command = [python, ROOT / "tests" / "fuzz" / "long_run.py", *arguments[1:]]
        return subprocess.run(command, cwd=ROOT, env=environ, check=False).returncode
    # Without the photos and networks many tests are skipped, and nothing can be said.
    has_shared = (Path(os.environ.get("MATTE_SHARED") or ROOT.parent / "shared") / "data").is_dir()
    least = [] if has_shared else ["--fail-under=0"]
    covered = (
        ("pytest", ["coverage", "run", "-m", "pytest"]),
        ("coverage", ["coverage", "combine", "--quiet"]),
        ("coverage", ["coverage", "report", *least]),
    )
    shutil.rmtree(ROOT / ".coverage", ignore_errors=True)
    for title, command in (
        ("ruff", ["ruff", "check", "."]),
        ("ruff format", ["ruff", "format", "--check", "."]),
        ("mypy", ["mypy"]),
        *((("pytest", ["pytest", *arguments]),) if arguments else covered),
    ):
        print(f"== {title}", flush=True)
        status = subprocess.run([python, "-m", *command], cwd=ROOT, env=environ, check=False)
        if status.returncode:
            return status.returncode
    return 0


if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036  (said in words rather than as a traceback)
        sys.exit(f"Matte needs Python 3.11 or later; this is {sys.version.split()[0]}.")
    sys.exit(main())
