"""The files that a person double-clicks, as far as they can be tried here."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def project(tmp_path):
    """A folder with the macOS file, a stand-in for the Pythons, and nothing else on the path."""
    folder = tmp_path / "my project"
    folder.mkdir()
    shutil.copy(ROOT / "install.command", folder)
    (folder / "bin").mkdir()
    return folder


def run(project, *arguments):
    return subprocess.run(
        [project / "install.command", *arguments], cwd="/", capture_output=True, text=True,
        env={"PATH": f"{project / 'bin'}:/usr/bin:/bin"}, check=False,
    )  # fmt: skip


def stand_in(project, name):
    program = project / "bin" / name
    program.write_text(f'#!/bin/sh\necho "{name} in $PWD: $*"\n')
    program.chmod(0o755)


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script")
def test_the_one_for_macos_starts_the_newest_python_beside_it(project):
    for name in ("python3.14", "python3.12", "open"):
        stand_in(project, name)
    done = run(project, "--no-demo", "a b")
    assert done.stdout.strip() == f"python3.14 in {project}: install.py --no-demo a b"


def test_the_one_for_windows_is_a_batch_file_that_leads_somewhere():
    text = (ROOT / "install.cmd").read_bytes().decode("ascii")
    lines = text.split("\r\n")
    assert "\n" not in "".join(lines)
    labels = {line[1:] for line in lines if line.startswith(":")}
    aims = set(re.findall(r"(?:goto|call) :?([a-z]+)", text))
    assert aims == labels
    assert "%PYTHON% install.py %*" in lines
    # The window stays open, so that a person can read what was said.
    assert lines.index("pause") == lines.index(":done") + 1


def test_both_are_released_ready_to_run():
    assert (ROOT / "install.command").stat().st_mode & 0o111 or os.name == "nt"
    (archived,) = re.findall(r"exclude = \[.*\]", (ROOT / "pyproject.toml").read_text())
    assert "install" not in archived
