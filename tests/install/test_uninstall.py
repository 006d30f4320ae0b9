import os
import sys

import pytest

from matte_core.base.errors import SetupError
from matte_core.setup import homes, library, plugin, removal
from matte_core.setup.gimps import Profile
from matte_core.setup.plugin import Homes
from matte_core.setup.uninstall import uninstall


@pytest.fixture
def installed(tmp_path, host, source):
    profile = Profile(tmp_path / "config" / "GIMP" / "3.0")
    profile.folder.mkdir(parents=True)
    plugin.install(profile, source, Homes(host.home))
    library.install(host, source)
    for name in ("env", "models", "logs", "sample", "env.new"):
        (host.home / name).mkdir()
        (host.home / name / "file").touch()
    return profile


def test_nothing_is_left(installed, host):
    removed = uninstall([installed], [host.home])
    assert host.home in removed
    assert installed.plugin in removed
    assert not host.home.exists()
    assert os.listdir(installed.folder) == []
    assert uninstall([installed], [host.home]) == []


def test_a_home_elsewhere_is_known_from_the_plugin(installed, host, tmp_path):
    uninstall([installed], [tmp_path / "the usual home"])
    assert not host.home.exists()


def test_models_are_kept_on_request(installed, host):
    uninstall([installed], [host.home], keep_models=True)
    assert sorted(os.listdir(host.home)) == ["install.json", "models"]
    uninstall([], [host.home])
    assert not host.home.exists()


def test_what_is_not_ours_stays(installed, host, tmp_path):
    (host.home / "letter.txt").touch()
    other = tmp_path / "other"
    (other / "env").mkdir(parents=True)
    removed = uninstall([installed], [host.home, other])
    assert os.listdir(host.home) == ["letter.txt"]
    assert host.home not in removed
    assert os.listdir(other) == ["env"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_a_link_in_the_home_is_not_followed(installed, host, tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").touch()
    removal.remove(host.home / "models")
    (host.home / "models").symlink_to(tmp_path / "photos")
    uninstall([installed], [host.home])
    assert os.listdir(tmp_path / "photos") == ["cat.jpg"]


def test_what_cannot_be_removed_is_told_and_can_be_tried_again(installed, host, monkeypatch):
    real = removal.remove

    def refuse(path):
        if path.name == "env":
            raise PermissionError(13, "in use", str(path))
        return real(path)

    monkeypatch.setattr(removal, "remove", refuse)
    with pytest.raises(SetupError, match="in use"):
        uninstall([installed], [host.home])
    assert homes.is_claimed(host.home)
    monkeypatch.undo()
    uninstall([installed], [host.home])
    assert not host.home.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_a_link_to_the_command_goes_and_any_other_stays(installed, host, tmp_path):
    ours, other = tmp_path / "matte", tmp_path / "other"
    ours.symlink_to(library.launcher(host))
    other.symlink_to(tmp_path / "home folder" / "elsewhere" / "matte")
    plain = tmp_path / "plain"
    plain.touch()
    removed = uninstall([installed], [host.home], links=[ours, other, plain, tmp_path / "none"])
    assert ours in removed
    assert not ours.is_symlink()
    assert other.is_symlink()
    assert plain.is_file()
