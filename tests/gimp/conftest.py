"""A real GIMP with the plug-in installed in it by `install.py`, once per GIMP and run of tests."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))

import trees

GIMP_SECONDS = 420
HOME = "/mnt/scratch/home"
MATTE_HOME = f"{HOME}/.local/share/matte-for-gimp"
CHECKS = sorted((HERE / "inside").glob("checks*.py"))


class Installed:
    """A tree, a fresh home in it, and what `install.py` said when it ran there."""

    def __init__(self, tree, work):
        self.tree = tree
        self.work = work
        self.binds = [(ROOT, "/mnt/checkout", "ro"), (work, "/mnt/scratch", "rw")]
        shared = Path(os.environ.get("MATTE_SHARED") or ROOT.parent / "shared")
        self.has_shared = (shared / "models").is_dir()
        if self.has_shared:
            self.binds.append((shared, "/mnt/shared", "ro"))
        self.installation = None

    def run(self, command, environ=None, **options):
        """Run a command inside, in the fresh home."""
        environ = {"HOME": HOME, "MATTE_EXPECTED_HOME": MATTE_HOME, **(environ or {})}
        options = {"capture_output": True, "text": True, "timeout": GIMP_SECONDS, **options}
        return self.tree.run(command, self.binds, environ, **options)

    def install(self, *arguments):
        """Run `install.py` inside."""
        return self.run(["python3", "/mnt/checkout/install.py", *arguments])

    def model_arguments(self):
        """Return how `install.py` gets the network: from the shared folder where there is one."""
        if not self.has_shared:
            return []
        return ["--model", "/mnt/shared/models/intel_ir/deeplabv3.xml"]

    def gimp(self, script, environ=None):
        """Run a script by a headless GIMP's Python-Fu."""
        batch = f"exec(open({script!r}).read())"
        command = ["gimp-console", "-i", "-d", "-f", "-s", "--batch-interpreter=python-fu-eval"]
        return self.run([*command, "-b", batch, "--quit"], environ)


@pytest.fixture(scope="session", params=sorted(trees.SUITES))
def installed(request, tmp_path_factory):
    """A GIMP of each version with the plug-in installed; skipped where none can be had."""
    try:
        tree = trees.open_tree(request.param)
    except trees.Unavailable as reason:
        pytest.skip(f"no GIMP {request.param}: {reason}")
    work = tmp_path_factory.mktemp(f"gimp-{request.param}")
    (work / "home").mkdir()
    prepared = Installed(tree, work)
    prepared.installation = prepared.install("--no-demo", *prepared.model_arguments())
    yield prepared
    shutil.rmtree(work, ignore_errors=True)


@pytest.fixture(scope="session")
def results(installed):
    """What each check inside GIMP came to: name to [outcome, words]."""
    assert installed.installation.returncode == 0, (
        installed.installation.stdout + installed.installation.stderr
    )
    try:
        done = installed.gimp("/mnt/checkout/tests/gimp/inside/run_checks.py")
        said = done.stdout + done.stderr
    except subprocess.TimeoutExpired as late:
        said = f"GIMP did not end within {GIMP_SECONDS} s: {late.output}"
    path = installed.work / "results.json"
    return json.loads(path.read_text()) if path.exists() else {}, said
