from pathlib import Path

import pytest

from matte_core.base import folders
from matte_core.setup import places
from matte_core.setup.places import Place


def test_the_host_uses_the_projects_folder_and_its_own_programs(monkeypatch, tmp_path):
    monkeypatch.setenv("MATTE_HOME", str(tmp_path))
    host = places.host()
    assert host.home == tmp_path
    assert host.environment == folders.environment()
    assert host.python_of(host.environment) == folders.environment_python()
    assert host.command("/bin/x", "-I", Path("/a b")) == ["/bin/x", "-I", "/a b"]


def test_programs_of_the_flatpak_are_started_inside_of_it():
    place = places.flatpak(Path("/home/u"))
    assert place.home == Path("/home/u/.var/app/org.gimp.GIMP/data/matte-for-gimp")
    assert place.command(Path("/x/python"), "-I", "--version") == [
        "flatpak", "run", "--command=/x/python", "org.gimp.GIMP", "-I", "--version",
    ]  # fmt: skip


def test_programs_of_the_snap_are_started_inside_of_it_and_words_stay_words():
    place = places.snap(Path("/home/u"))
    assert place.home == Path("/home/u/snap/gimp/common/matte-for-gimp")
    command = place.command("python3", "-c", "print('$HOME; rm')")
    assert command[:5] == ["snap", "run", "--shell", "gimp", "-c"]
    assert command[6:] == ["python3", "-c", "print('$HOME; rm')"]
    assert "rm" not in command[5]


@pytest.mark.parametrize(
    ("platform", "end"), [("win32", "Scripts/python.exe"), ("darwin", "bin/python")]
)
def test_the_python_of_an_environment(platform, end):
    place = Place("host", Path("/h"), platform)
    assert place.python_of(place.environment).as_posix() == f"/h/env/{end}"


def test_each_place_has_a_name():
    names = {Place(kind, Path("/h")).called for kind in ("host", "flatpak", "snap")}
    assert len(names) == 3
