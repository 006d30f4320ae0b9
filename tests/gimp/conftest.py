"""Real GIMPs with the plug-in installed in them by `install.py`.

All that is done in one GIMP takes minutes, most of them spent waiting, so each GIMP has two threads
that start as soon as the tests are collected and run beside all other tests. The tests then look at
what came of it.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(HERE / "inside")]

import trees
from fault_session import HOMES

GIMP_SECONDS = 1500
HOME = "/mnt/scratch/home"
MATTE_HOME = f"{HOME}/.local/share/matte-for-gimp"
INSIDE = "/mnt/checkout/tests/gimp/inside"
CHECKS = sorted((HERE / "inside").glob("checks*.py"))
RUNS = pytest.StashKey()


@dataclass
class Seen:
    """What came of one GIMP."""

    has_shared: bool  # whether the photos and networks were there
    # `install.py`, the same once more, and `install.py --check`.
    installation: object = None
    again: object = None
    check: object = None
    changed: list = field(default_factory=list)  # the files that the second installation touched
    # Of the checks in a headless GIMP: name to [outcome, words].
    outcomes: dict = field(default_factory=dict)
    said: str = ""  # what that GIMP printed
    # What was seen in the window: words to bool; empty where it was not opened.
    session: dict = field(default_factory=dict)
    session_said: str = ""  # what that session printed
    # Of the matrix of documents: [section, name, {output: result}] of each.
    documents: list = field(default_factory=list)
    # Of each action that was run and undone there: [its name, words, result].
    undone: list = field(default_factory=list)
    documents_said: str = ""  # what that GIMP printed
    faults: dict = field(default_factory=dict)  # of the faults: name to [outcome, words]
    pair: dict = field(default_factory=dict)  # what was seen of two GIMPs at once: words to bool
    faults_said: str = ""  # what those GIMPs printed


class Inside:
    """A tree, with a fresh home and the checkout in it."""

    def __init__(self, tree, scratch):
        self.tree = tree
        self.scratch = scratch
        self.binds = [(ROOT, "/mnt/checkout", "ro"), (scratch, "/mnt/scratch", "rw")]
        shared = Path(os.environ.get("MATTE_SHARED") or ROOT.parent / "shared")
        self.has_shared = (shared / "models").is_dir()
        if self.has_shared:
            self.binds.append((shared, "/mnt/shared", "ro"))

    def run(self, *command):
        """Run a command; one that takes too long counts as failed."""
        environ = {
            "HOME": HOME,
            "MATTE_EXPECTED_HOME": MATTE_HOME,
            "MATTE_CHECKS": os.environ.get("MATTE_CHECKS", ""),
        }
        try:
            return self.tree.run(
                list(command), self.binds, environ,
                capture_output=True, text=True, timeout=GIMP_SECONDS,
            )  # fmt: skip
        except subprocess.TimeoutExpired as late:
            words = f"not done within {GIMP_SECONDS} s: {late.output}"
            return subprocess.CompletedProcess(command, 124, "", words)

    def install(self):
        """Run `install.py`; the built-in model is the only one, as where nothing is downloaded."""
        return self.run("python3", "/mnt/checkout/install.py", "--no-demo", "--no-download")

    def json(self, name):
        """Read a file that was written inside; empty where it was not."""
        path = self.scratch / name
        return json.loads(path.read_text()) if path.exists() else {}

    def times(self):
        """Return when each file in the home was written last."""
        return {
            path: path.stat().st_mtime_ns
            for path in (self.scratch / "home").rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }


def look(version):
    """Do all that is done in one GIMP.

    Raises
    ------
    trees.Unavailable
        If this machine has no such GIMP and cannot build one.
    """
    tree = trees.open_tree(version)
    with scratch_folder(version) as scratch, scratch_folder(version) as other:
        inside, beside = Inside(tree, scratch), Inside(tree, other)
        seen = Seen(inside.has_shared)
        (scratch / "home").mkdir()
        look_at_installation(inside, seen)
        if seen.installation.returncode:
            return seen
        tree.prepare(scratch / "home")
        # The faults damage what is installed, so they have a copy, and need not wait.
        shutil.copytree(scratch / "home", other / "home", symlinks=True)
        with ThreadPoolExecutor() as pool:
            others = pool.submit(look_beside, beside, seen)
            look_at_actions(inside, seen)
            look_at_window(inside, seen)
            others.result()
        return seen


def look_beside(inside, seen):
    """Do what takes as long as the actions and the window."""
    look_at_faults(inside, seen)
    look_at_documents(inside, seen)


@contextmanager
def scratch_folder(version):
    folder = Path(tempfile.mkdtemp(prefix=f"matte-gimp-{version}-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def look_at_installation(inside, seen):
    seen.installation = inside.install()
    if "index cannot be reached" in seen.installation.stdout + seen.installation.stderr:
        seen.installation = inside.install()  # once more: that is no fault of the installer's
    if seen.installation.returncode:
        return
    before = inside.times()
    seen.again = inside.install()
    after = inside.times()
    seen.changed = [str(path) for path in before | after if before.get(path) != after.get(path)]
    seen.check = inside.run("python3", "/mnt/checkout/install.py", "--check")


def look_at_actions(inside, seen):
    batch = f"exec(open('{INSIDE}/run_checks.py').read())"
    done = inside.run(
        "gimp-console", "-i", "-d", "-f", "-s", "--batch-interpreter=python-fu-eval",
        "-b", batch, "--quit",
    )  # fmt: skip
    seen.outcomes, seen.said = inside.json("results.json"), done.stdout + done.stderr


def look_at_window(inside, seen):
    if not inside.has_shared:
        return
    (inside.scratch / "session").mkdir()
    picture, session = "/mnt/shared/data/photos/astronaut.png", f"{INSIDE}/window_session.py"
    done = inside.run("python3", session, picture, "/mnt/scratch/session", inside.tree.version)
    seen.session = inside.json("session/session.json")
    seen.session_said = done.stdout + done.stderr


def look_at_documents(inside, seen):
    done = inside.run("python3", f"{INSIDE}/documents/in_window.py", inside.tree.version)
    seen.documents = inside.json("documents.json") or []
    seen.undone = inside.json("actions.json") or []
    seen.documents_said = done.stdout + done.stderr


def look_at_faults(inside, seen):
    homes = [(inside.scratch / "home", str(place)[1:], mode) for place, mode in HOMES.values()]
    inside.binds += homes
    done = inside.run("python3", f"{INSIDE}/fault_session.py")
    seen.faults, seen.pair = inside.json("faults.json"), inside.json("pair.json")
    seen.faults_said = done.stdout + done.stderr


def pytest_collection_modifyitems(items):
    """Let all others go first: these wait for what the GIMPs do meanwhile."""
    items.sort(key=lambda item: bool({"in_gimp", "both_gimps"} & set(item.fixturenames)))


def pytest_collection_finish(session):
    """Start the GIMPs whose tests were chosen."""
    if session.config.option.collectonly:
        return
    versions = {
        item.callspec.params["in_gimp"]
        for item in session.items
        if "in_gimp" in getattr(item, "fixturenames", ())
    }
    if any("both_gimps" in getattr(item, "fixturenames", ()) for item in session.items):
        versions = set(trees.SUITES)
    if versions:
        pool = ThreadPoolExecutor(len(versions))
        session.config.stash[RUNS] = {
            version: pool.submit(look, version) for version in sorted(versions)
        }
        pool.shutdown(wait=False)


@pytest.fixture(scope="session", params=sorted(trees.SUITES))
def in_gimp(request):
    """What came of one GIMP; skipped where none can be had."""
    try:
        return request.config.stash[RUNS][request.param].result()
    except trees.Unavailable as reason:
        pytest.skip(f"no GIMP {request.param}: {reason}")


@pytest.fixture(scope="session")
def both_gimps(request):
    """What came of each GIMP, by its version; skipped where one cannot be had."""
    try:
        return {name: run.result() for name, run in request.config.stash[RUNS].items()}
    except trees.Unavailable as reason:
        pytest.skip(f"not both GIMPs: {reason}")
