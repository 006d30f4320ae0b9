"""A disk that is really full while the environment is made: told, and the old one stays at work."""

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# The real command; the environment is a copy of the bare one where that is given.
INSTALL = """
import shutil, sys
from pathlib import Path

root, bare = Path(sys.argv.pop(1)), sys.argv.pop(1)
sys.path.insert(0, sys.argv.pop(1))
from matte_core.setup import command, environments
from matte_core.setup.plugin import Source

if bare:
    environments._create = lambda place, python, new, report, log: shutil.copytree(
        bare, new, symlinks=True
    )
sys.exit(command.main(sys.argv[1:], Source(root)))
"""


@pytest.fixture
def install(small_disk, source, wheels):
    """Install with the home on a small disk, which has an older environment already."""
    old = small_disk.contents / "home" / "env"
    old.mkdir(parents=True)
    (old / "matte.json").write_text("{}")
    (old.parent / "install.json").write_text('{"app": "matte-for-gimp"}')

    def run(limits, bare="", *words):
        arguments = [source.root, bare, ROOT, "--no-gimp", "--no-demo", "--wheels", wheels, *words]
        environ = {
            **os.environ,
            "MATTE_HOME": str(small_disk.path / "home"),
            "PATH": "/usr/bin:/bin",
        }
        done = small_disk.run(limits, sys.executable, "-c", INSTALL, *arguments, env=environ)
        return done.returncode, done.stdout + done.stderr

    return run


def kept(small_disk):
    """Return what is left, without the logs and the lock."""
    return {
        name: data
        for name, data in small_disk.files().items()
        if not name.startswith("home/logs/") and name != "home/install.lock"
    }


def full(small_disk):
    return f"The disk of {small_disk.path / 'home'} is full.\nFree up disk space, or choose another"


BEFORE = {"home/env/matte.json": b"{}", "home/install.json": b'{"app": "matte-for-gimp"}'}


def test_too_little_room_is_told_before_anything_is_made(install, small_disk):
    status, said = install("size=20m")
    assert status == 1
    assert "has only 21 MB of free space. Creating the environment takes 900 MB" in said
    assert kept(small_disk) == BEFORE


def test_no_room_for_a_bare_environment(install, small_disk):
    status, said = install("size=2g,nr_inodes=300")
    assert status == 1
    assert full(small_disk) in said
    assert "ensurepip" not in said.rpartition("\n\n")[2]
    assert kept(small_disk) == BEFORE


def test_no_room_for_the_packages(install, small_disk, bare_environment):
    files = sum(1 for _ in bare_environment.rglob("*"))
    status, said = install(f"size=2g,nr_inodes={files + 22}", bare_environment)
    assert status == 1
    assert "Downloading numpy" in said or "Unpacking" in said
    assert full(small_disk) in said
    assert kept(small_disk) == BEFORE


def test_no_room_for_the_mark_of_a_home(install, small_disk):
    """What could not be marked is not claimed."""
    (small_disk.contents / "home" / "install.json").unlink()
    status, said = install("size=2g,nr_inodes=4")
    assert status == 1
    assert "No space left on device" in said
    assert "Traceback" not in said
    assert kept(small_disk) == {"home/env/matte.json": b"{}"}
