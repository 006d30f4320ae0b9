import os
import stat
import sys

import pytest

from matte_core.setup import removal

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")


def test_a_folder_a_file_and_nothing(tmp_path):
    (tmp_path / "folder" / "deep").mkdir(parents=True)
    (tmp_path / "folder" / "deep" / "file").write_text("x")
    (tmp_path / "file").write_text("x")
    assert removal.remove(tmp_path / "folder")
    assert removal.remove(tmp_path / "file")
    assert not removal.remove(tmp_path / "file")
    assert list(tmp_path.iterdir()) == []


@posix_only
def test_the_target_of_a_link_stays(tmp_path):
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "kept")
    (tmp_path / "dangling").symlink_to(tmp_path / "none")
    assert removal.is_link(tmp_path / "link")
    assert removal.remove(tmp_path / "link")
    assert removal.remove(tmp_path / "dangling")
    assert (tmp_path / "kept" / "file").read_text() == "x"


def test_read_only_folders_go_too(tmp_path):
    folder = tmp_path / "folder" / "locked"
    folder.mkdir(parents=True)
    (folder / "file").write_text("x")
    (folder / "file").chmod(stat.S_IRUSR)
    folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    removal.remove(tmp_path / "folder")
    assert not (tmp_path / "folder").exists()


def test_swap_puts_the_new_in_the_place_of_the_old(tmp_path):
    new, target = tmp_path / "env.new", tmp_path / "env"
    new.mkdir()
    (new / "new").touch()
    removal.swap(new, target)
    assert os.listdir(target) == ["new"]
    new.mkdir()
    (new / "newer").touch()
    removal.swap(new, target)
    assert os.listdir(target) == ["newer"]
    assert os.listdir(tmp_path) == ["env"]


def test_swap_that_fails_leaves_the_old(tmp_path):
    target = tmp_path / "env"
    target.mkdir()
    (target / "old").touch()
    with pytest.raises(FileNotFoundError):
        removal.swap(tmp_path / "not there", target)
    assert os.listdir(target) == ["old"]
    assert os.listdir(tmp_path) == ["env"]


def test_recover_brings_back_what_a_killed_swap_moved_aside(tmp_path):
    aside = tmp_path / "env.old"
    aside.mkdir()
    removal.recover(tmp_path / "env")
    assert os.listdir(tmp_path) == ["env"]
    aside.mkdir()
    removal.recover(tmp_path / "env")
    assert os.listdir(tmp_path) == ["env"]
    removal.recover(tmp_path / "other")
    assert os.listdir(tmp_path) == ["env"]


def test_only_an_empty_folder_is_removed(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "file").touch()
    assert not removal.remove_if_empty(folder)
    (folder / "file").unlink()
    assert removal.remove_if_empty(folder)
    assert not removal.remove_if_empty(folder)
