import os
import stat
import subprocess
import sys

import pytest

from matte_core.base.errors import SetupError
from matte_core.setup import homes

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="rights are kept otherwise there")


@posix_only
def test_the_folder_is_its_owners_alone(tmp_path):
    (tmp_path / "a" / "home" / "logs").mkdir(parents=True)
    homes.claim(tmp_path / "a" / "home")
    assert stat.S_IMODE((tmp_path / "a" / "home").stat().st_mode) == 0o700
    assert homes.is_claimed(tmp_path / "a" / "home")


def test_claiming_again_changes_nothing(tmp_path):
    homes.claim(tmp_path / "home")
    mark = tmp_path / "home" / "install.json"
    os.utime(mark, (1, 1))
    homes.claim(tmp_path / "home")
    homes.write_note(tmp_path / "home", {"app": "matte-for-gimp"})
    assert mark.stat().st_mtime == 1


def test_a_folder_with_the_projects_files_alone_is_taken(tmp_path):
    (tmp_path / "logs").mkdir()
    (tmp_path / "models").mkdir()
    homes.claim(tmp_path)
    assert homes.is_claimed(tmp_path)


def test_a_folder_with_a_persons_files_is_refused(tmp_path):
    (tmp_path / "holiday.jpg").touch()
    with pytest.raises(SetupError, match=r"holiday\.jpg"):
        homes.claim(tmp_path)
    assert os.listdir(tmp_path) == ["holiday.jpg"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(SetupError, match="cannot be written"):
        homes.claim(tmp_path / "file" / "home")
    with pytest.raises(SetupError, match="cannot be written"), homes.one_at_a_time(tmp_path / "no"):
        pass


def test_notes_are_added_and_a_damaged_one_is_none(tmp_path):
    homes.claim(tmp_path)
    homes.write_note(tmp_path, {"sample": "0.1"})
    assert homes.read_note(tmp_path)["sample"] == "0.1"
    assert homes.is_claimed(tmp_path)
    (tmp_path / "install.json").write_text("[]")
    assert homes.read_note(tmp_path) == {}
    assert not homes.is_claimed(tmp_path)


def test_two_at_once_are_refused_and_the_lock_goes_with_its_process(tmp_path):
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path\n"
        "from matte_core.setup import homes\n"
        "with homes.one_at_a_time(Path(sys.argv[2])):\n"
        "    print('held', flush=True); sys.stdin.read()\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", script, os.path.dirname(os.path.dirname(homes.__file__)) + "/..",
         tmp_path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    assert other.stdin is not None
    assert other.stdout is not None
    assert other.stdout.readline().strip() == b"held"
    with pytest.raises(SetupError, match="Another installation"), homes.one_at_a_time(tmp_path):
        pass
    other.kill()
    other.wait()
    other.stdin.close()
    other.stdout.close()
    with homes.one_at_a_time(tmp_path):
        assert (tmp_path / "install.lock").exists()


def test_what_a_killed_installer_moved_aside_comes_back(tmp_path):
    (tmp_path / "env.old").mkdir()
    with homes.one_at_a_time(tmp_path):
        assert (tmp_path / "env").is_dir()
        assert not (tmp_path / "env.old").exists()
