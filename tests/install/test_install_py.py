"""The file that a person runs: it must be readable to every Python, and start from anywhere."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

INSTALL = Path(__file__).resolve().parents[2] / "install.py"


def run(*arguments, script=INSTALL, **options):
    command = [sys.executable, script, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def test_an_old_python_can_read_it():
    """Old means any that a person may still have: no f-string, annotation or keyword-only."""
    text = INSTALL.read_bytes()
    assert text.isascii()
    tree = ast.parse(text, feature_version=(3, 4))
    newer = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.AsyncFunctionDef, ast.Match)
    assert not [node for node in ast.walk(tree) if isinstance(node, newer)]
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    assert functions
    assert not [node for node in functions if node.returns or node.args.kwonlyargs]
    # Python 2 would print a tuple.
    prints = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print"
    ]
    assert prints
    assert all(len(node.args) == 1 and not node.keywords for node in prints)


@pytest.fixture
def old(tmp_path):
    """The file, as an old Python would see itself."""
    text = INSTALL.read_text()
    script = tmp_path / "install.py"
    script.write_text(text.replace("OLDEST = (3, 11)", "OLDEST = (9, 0)", 1))
    return script


def test_too_old_is_told_in_plain_words(old):
    done = run(script=old)
    assert done.returncode == 1
    assert "needs Python 3.11 or later" in done.stdout
    assert "python.org" in done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="its stand-in is a shell script")
def test_a_newer_one_is_found_and_given_the_options(old, tmp_path):
    newer = tmp_path / "bin" / "python3.13"
    newer.parent.mkdir()
    newer.write_text('#!/bin/sh\n[ "$1" = -I ] && exit 0\necho "newer: $2 $3"\nexit 7\n')
    newer.chmod(0o755)
    done = run("--check", "a b", script=old, env={**os.environ, "PATH": str(newer.parent)})
    assert (done.returncode, done.stdout.strip()) == (7, "newer: --check a b")


def test_it_alone_is_not_the_project(tmp_path):
    shutil.copy(INSTALL, tmp_path)
    done = run(script=tmp_path / "install.py")
    assert done.returncode == 1
    assert "whole project" in done.stdout


def test_it_starts_from_any_folder_and_leaves_nothing_in_the_project(tmp_path):
    project = tmp_path / "project"
    shutil.copytree(
        INSTALL.parent / "matte_core",
        project / "matte_core",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    shutil.copy(INSTALL, project)
    before = sorted(project.rglob("*"))
    done = run("--version", script=project / "install.py", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert sorted(project.rglob("*")) == before
    assert run("--help", script=project / "install.py").stdout.startswith("usage: install.py")
