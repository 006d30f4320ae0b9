"""The project's folder, on each system."""

import sys
from pathlib import Path

import pytest

from matte_core.base import folders


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch, tmp_path):
    for name in ("MATTE_HOME", "XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)


def test_the_named_folder_wins(monkeypatch, tmp_path):
    monkeypatch.setenv("MATTE_HOME", str(tmp_path / "mine"))
    assert folders.home() == tmp_path / "mine"
    assert folders.models() == tmp_path / "mine" / "models"
    assert folders.logs() == tmp_path / "mine" / "logs"


@pytest.mark.parametrize(
    ("platform", "variables", "expected", "python"),
    [
        ("linux", {}, ".local/share/matte-for-gimp", "bin/python"),
        ("linux", {"XDG_DATA_HOME": "relative"}, ".local/share/matte-for-gimp", "bin/python"),
        ("darwin", {}, "Library/Application Support/matte-for-gimp", "bin/python"),
        ("win32", {}, "AppData/Local/matte-for-gimp", "Scripts/python.exe"),
    ],
)
def test_each_system_has_its_place(monkeypatch, tmp_path, platform, variables, expected, python):
    monkeypatch.setattr(sys, "platform", platform)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert folders.home() == tmp_path / expected
    assert folders.environment_python() == tmp_path / expected / "env" / python


def test_absolute_data_folders_are_used(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert folders.home() == tmp_path / "data" / "matte-for-gimp"
