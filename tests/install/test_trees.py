import os
import sys

import pytest

from matte_core.base.errors import SetupError
from matte_core.setup import trees

TREE = {"matte.py": b"main", "matte_core/__init__.py": b"", "matte_core/deep/data.txt": b"\x00\xff"}
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="there are no run bits")


def test_what_was_written_is_read_again(tmp_path):
    trees.write(TREE, tmp_path / "a")
    assert trees.read(tmp_path / "a") == TREE
    assert trees.read(tmp_path / "a", "x/") == {f"x/{path}": data for path, data in TREE.items()}
    assert trees.difference(TREE, tmp_path / "a") == ""


def test_what_python_and_editors_leave_does_not_count(tmp_path):
    trees.write(TREE, tmp_path / "a")
    (tmp_path / "a" / "__pycache__").mkdir()
    (tmp_path / "a" / "__pycache__" / "matte.cpython-313.pyc").write_bytes(b"x")
    (tmp_path / "a" / "matte.py~").write_bytes(b"x")
    assert trees.difference(TREE, tmp_path / "a") == ""


def test_every_difference_is_seen(tmp_path):
    folder = tmp_path / "a"
    assert "not installed" in trees.difference(TREE, folder)
    folder.mkdir()
    assert "missing" in trees.difference(TREE, folder)
    folder.rmdir()
    trees.write(TREE, folder)
    (folder / "matte.py").write_bytes(b"MAIN")
    assert trees.difference(TREE, folder) == "matte.py has changed"
    (folder / "matte.py").write_bytes(b"main")
    (folder / "old.py").touch()
    assert trees.difference(TREE, folder) == "old.py is left over from another version"


@posix_only
def test_only_what_is_named_may_be_run(tmp_path):
    trees.write(TREE, tmp_path / "a", {"matte.py"})
    assert os.access(tmp_path / "a" / "matte.py", os.X_OK)
    assert trees.difference(TREE, tmp_path / "a", {"matte.py"}) == ""
    (tmp_path / "a" / "matte.py").chmod(0o644)
    assert trees.difference(TREE, tmp_path / "a", {"matte.py"}) == "matte.py is not executable"
    (tmp_path / "a" / "matte_core" / "__init__.py").chmod(0o755)
    (tmp_path / "a" / "matte.py").chmod(0o755)
    assert "is executable" in trees.difference(TREE, tmp_path / "a", {"matte.py"})


def test_place_replaces_a_folder_whole(tmp_path):
    target, staging = tmp_path / "plug-ins" / "matte", tmp_path
    trees.place(TREE, target, staging, "matte")
    trees.place({"other.py": b"x"}, target, staging, "matte")
    assert trees.read(target) == {"other.py": b"x"}
    assert sorted(os.listdir(tmp_path)) == ["plug-ins"]


def test_place_that_fails_half_way_leaves_the_old(tmp_path, monkeypatch):
    target = tmp_path / "plug-ins" / "matte"
    trees.place(TREE, target, tmp_path, "matte")

    def full(tree, folder, executable):
        folder.mkdir()
        (folder / "half").touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(trees, "write", full)
    with pytest.raises(SetupError, match="No space left"):
        trees.place({"other.py": b"x"}, target, tmp_path, "matte")
    assert trees.read(target) == TREE
    assert sorted(os.listdir(tmp_path)) == ["plug-ins"]


def test_place_brings_back_what_a_killed_run_moved_aside(tmp_path):
    target = tmp_path / "plug-ins" / "matte"
    trees.place(TREE, target, tmp_path, "matte")
    target.rename(tmp_path / "matte.old")
    (tmp_path / "matte.new").mkdir()
    trees.place(TREE, target, tmp_path, "matte")
    assert sorted(os.listdir(tmp_path)) == ["plug-ins"]
    assert trees.read(target) == TREE


def test_an_empty_source_is_refused(tmp_path):
    with pytest.raises(SetupError, match="missing or empty"):
        trees.read(tmp_path)
    with pytest.raises(SetupError, match="missing or empty"):
        trees.read(tmp_path / "none")
