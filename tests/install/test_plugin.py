import gettext
import json
import os
import stat
import sys
from pathlib import Path

import pytest

from matte_core.base.errors import SetupError
from matte_core.setup import plugin
from matte_core.setup.gimps import Profile
from matte_core.setup.plugin import Homes, Source


@pytest.fixture
def profile(tmp_path):
    return Profile(tmp_path / "Ünser Ordner" / "GIMP" / "3.0")


@pytest.fixture
def homes(tmp_path):
    return Homes(tmp_path / "home")


def test_it_holds_the_plugin_its_library_and_the_note(profile, source, homes):
    assert plugin.problem(profile, source, homes) == "not installed"
    plugin.install(profile, source, homes)
    assert plugin.problem(profile, source, homes) == ""
    names = sorted(os.listdir(profile.plugin))
    assert names == ["help", "matte-home.json", "matte.py", "matte_core", "matte_plugin"]
    assert (profile.plugin / "matte_core" / "link" / "protocol.py").read_bytes() == (
        source.core / "link" / "protocol.py"
    ).read_bytes()
    note = json.loads((profile.plugin / "matte-home.json").read_text(encoding="utf-8"))
    assert note["home"] == str(homes.home)
    assert note["source_version"]
    assert not list(profile.plugin.rglob("__pycache__"))
    # Nothing of the way there is left in the profile.
    assert os.listdir(profile.folder) == ["plug-ins"]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no run bits")
def test_its_translations_are_compiled_on_the_way(profile, source, homes):
    (source.root / "po").mkdir()
    file = source.root / "po" / "de.po"
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    file.write_text(header + 'msgid "Hair"\nmsgstr "Härchen"\n', encoding="utf-8")
    plugin.install(profile, source, homes)
    german = gettext.translation("matte-for-gimp", profile.plugin / "locale", ["de"])
    assert german.gettext("Hair") == "Härchen"
    file.write_text(header + 'msgid "Hair"\nmsgstr "Haare"\n', encoding="utf-8")
    assert "de" in plugin.problem(profile, source, homes)
    file.write_text("msgid Hair\n", encoding="utf-8")
    with pytest.raises(SetupError, match=r"Line 1 of de\.po"):
        plugin.install(profile, source, homes)


def test_gimp_may_run_one_file_of_it_alone(profile, source, homes):
    (source.plugin / "matte_plugin" / "actions.py").chmod(0o755)
    plugin.install(profile, source, homes)
    may_run = [
        path.name
        for path in profile.plugin.rglob("*")
        if path.is_file() and path.stat().st_mode & (stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    ]
    assert may_run == ["matte.py"]


def test_it_is_replaced_when_anything_of_it_changed(profile, source, homes):
    plugin.install(profile, source, homes)
    (source.core / "link" / "protocol.py").write_text("# newer\n")
    (source.plugin / "matte_plugin" / "gone.py").write_text("")
    plugin.install(profile, source, homes)
    (source.plugin / "matte_plugin" / "gone.py").unlink()
    assert "gone.py is left over" in plugin.problem(profile, source, homes)
    plugin.install(profile, source, homes)
    assert plugin.problem(profile, source, homes) == ""
    assert "matte-home.json" in plugin.problem(profile, source, Homes(Path("/elsewhere")))


def test_gimp_asks_a_new_version_for_its_actions(profile, source, homes):
    """GIMP asks only the main files whose time changed, so a new version needs a new time."""
    plugin.install(profile, source, homes)
    main = profile.plugin / "matte.py"
    os.utime(main, (1_000_000, 1_000_000))
    os.utime(source.plugin / "matte.py", (1_000_000, 1_000_000))
    (source.plugin / "matte_plugin" / "actions.py").write_text("ACTIONS = {'new': 1}\n")
    plugin.install(profile, source, homes)
    assert main.stat().st_mtime > 1_000_000


def test_a_flatpak_is_told_its_own_home(profile, source, tmp_path):
    plugin.install(profile, source, Homes(tmp_path / "home", tmp_path / "flatpak"))
    note = json.loads((profile.plugin / "matte-home.json").read_text(encoding="utf-8"))
    assert note["flatpak_home"] == str(tmp_path / "flatpak")


def test_another_plugin_of_that_name_is_left_alone(profile, source, homes):
    profile.plugin.mkdir(parents=True)
    (profile.plugin / "matte.py").write_text("# somebody's")
    with pytest.raises(SetupError, match="another plug-in"):
        plugin.install(profile, source, homes)
    assert (profile.plugin / "matte.py").read_text() == "# somebody's"
    assert plugin.remove(profile) == []
    assert profile.plugin.is_dir()


def test_one_that_was_copied_by_hand_is_replaced(profile, source, homes):
    profile.plugin.mkdir(parents=True)
    (profile.plugin / "matte.py").write_bytes((source.plugin / "matte.py").read_bytes())
    plugin.install(profile, source, homes)
    assert plugin.problem(profile, source, homes) == ""


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_a_link_of_a_developer_is_replaced_but_never_followed_or_removed(profile, source, homes):
    profile.plugin.parent.mkdir(parents=True)
    profile.plugin.symlink_to(source.plugin)
    assert plugin.remove(profile) == []
    assert profile.plugin.is_symlink()
    assert plugin.problem(profile, source, homes) == "it is a link"
    plugin.install(profile, source, homes)
    assert not profile.plugin.is_symlink()
    assert (source.plugin / "matte.py").is_file()
    assert plugin.problem(profile, source, homes) == ""


def test_removing_takes_the_folders_that_were_made_for_it(profile, source, homes):
    plugin.install(profile, source, homes)
    plugin.install(profile, source, homes)
    removed = plugin.remove(profile)
    assert removed[0] == profile.plugin
    assert not profile.folder.parent.exists()
    assert profile.folder.parent.parent.is_dir()


def test_removing_leaves_folders_that_were_there_or_are_used(profile, source, homes):
    profile.folder.mkdir(parents=True)
    plugin.install(profile, source, homes)
    plugin.remove(profile)
    assert os.listdir(profile.folder) == []
    plugin.install(profile, source, homes)
    (profile.folder / "plug-ins" / "other").mkdir()
    assert plugin.remove(profile) == [profile.plugin]
    assert os.listdir(profile.folder / "plug-ins") == ["other"]


def test_a_note_cannot_have_other_folders_removed(profile, source, homes, tmp_path):
    plugin.install(profile, source, homes)
    victim = tmp_path / "victim"
    victim.mkdir()
    note = {"home": "/h", "made": [str(victim), str(tmp_path / "home" / "..")]}
    (profile.plugin / "matte-home.json").write_text(json.dumps(note))
    plugin.remove(profile)
    assert victim.is_dir()


@pytest.mark.parametrize("text", ["", "[]", '{"home": 1}', "\xff"])
def test_a_note_that_is_none_counts_as_none(tmp_path, text):
    (tmp_path / "matte-home.json").write_text(text, encoding="latin-1")
    assert plugin.read_note(tmp_path) == {}


def test_a_part_of_the_project_is_not_enough(profile, homes, tmp_path):
    with pytest.raises(SetupError, match="missing"):
        plugin.install(profile, Source(tmp_path), homes)


def test_a_profile_that_cannot_be_written_is_told(profile, source, homes):
    profile.folder.parent.mkdir(parents=True)
    profile.folder.write_text("a file")
    with pytest.raises(SetupError, match="cannot be written"):
        plugin.install(profile, source, homes)
