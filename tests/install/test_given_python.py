"""A Python that has the packages already: no environment is created, and nothing is fetched."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import matte_core
from matte_core.base import folders
from matte_core.base.errors import SetupError
from matte_core.cli import main
from matte_core.setup import checks, environments, home, inside, models, places, plugin
from matte_core.setup.gimps import Profile
from matte_core.setup.plugin import Homes, Source

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="its stand-ins are shell scripts")


@pytest.fixture
def given(tmp_path, monkeypatch):
    """A place with this Python, which has the packages."""
    monkeypatch.setenv("MATTE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MATTE_PYTHON", sys.executable)
    monkeypatch.setattr(models, "ensure", lambda *_arguments, **_options: "")
    return places.host()


@pytest.fixture
def bare(tmp_path, monkeypatch, bare_environment):
    """The same with a Python that has no packages."""
    monkeypatch.setenv("MATTE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MATTE_PYTHON", str(bare_environment / "bin" / "python"))
    return places.host()


def left_in(folder):
    return {path.name for path in folder.iterdir()}


def test_everything_works_without_an_environment(given, told):
    assert inside.repair(told) == []
    found = list(inside.look("3.0.4"))
    assert [check.name for check in found if not check.ok] == []
    assert str(found[2].found) == sys.executable
    assert left_in(given.home) == {"install.json", "install.lock", "logs"}


def test_missing_packages_are_reported_and_not_fetched(bare, told):
    with pytest.raises(SetupError, match=r"cannot run Matte: .*numpy") as error:
        inside.repair(told)
    assert "apt, pipx" in error.value.hint
    (packages,) = [check for check in inside.look("3.0.4") if check.name == "Packages"]
    assert not packages.ok
    assert packages.remedy == environments.REINSTALL
    assert left_in(bare.home) <= {"install.json", "install.lock", "logs"}


def test_a_python_that_is_gone_is_reported(bare, monkeypatch):
    monkeypatch.setenv("MATTE_PYTHON", "/nowhere/python3")
    (environment, _log) = checks.check_inside(places.host(), inside.CORE)
    assert not environment.ok
    assert "does not start" in environment.found


def test_the_command_puts_the_plug_in_into_gimp_and_takes_it_out(
    given, tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    monkeypatch.setenv("PATH", str(tmp_path))
    profile = Profile(tmp_path / "GIMP" / "3.0")
    monkeypatch.setenv("GIMP3_DIRECTORY", str(profile.folder))
    monkeypatch.delenv("MATTE_PYTHON")
    assert main(["gimp", "install", "--no-demo", "--no-download"]) == 0
    said = capsys.readouterr().out
    assert "In a terminal: matte --help" in said
    note = json.loads((profile.plugin / "matte-home.json").read_text())
    assert note["python"] == sys.executable
    assert left_in(given.home) == {"install.json", "install.lock"}
    assert main(["gimp", "check"]) == 1  # there is no GIMP
    said = capsys.readouterr().out
    assert said.count("FAIL") == 1
    assert f"Plug-in: {profile.plugin}" in said
    with pytest.raises(SystemExit):
        main(["gimp", "install", "--wheels", str(tmp_path)])
    assert main(["gimp", "remove"]) == 0
    assert not profile.plugin.exists()
    assert not given.home.exists()


def test_no_model_is_fetched_that_could_not_run(bare, told, monkeypatch):
    monkeypatch.setattr(models, "run_matte", lambda *_arguments: pytest.fail("it was fetched"))
    assert models.ensure(bare, told) == ""
    assert "need ONNX Runtime" in checks.check_models(bare).remedy
    monkeypatch.setenv("MATTE_PYTHON", sys.executable)
    assert "need one more model" in checks.check_models(places.host()).remedy


@pytest.fixture
def noted(tmp_path, monkeypatch):
    """Write a note beside the plug-in; return which Python would run the worker."""
    monkeypatch.setattr(home, "NOTE", tmp_path / "matte-home.json")
    for variable in ("MATTE_HOME", "MATTE_PYTHON"):
        # So that what is set meanwhile is undone.
        monkeypatch.setenv(variable, "")

    def use(note, *, in_flatpak=False):
        home.NOTE.write_text(json.dumps(note))
        monkeypatch.setattr(home, "FLATPAK", home.NOTE if in_flatpak else tmp_path / "none")
        home.use_installed_home()
        return folders.worker_python()

    return use


def test_the_plug_in_runs_the_python_of_its_note(noted):
    assert noted({"python": "/usr/bin/python3"}) == Path("/usr/bin/python3")


def test_what_the_user_names_goes_first(noted, monkeypatch):
    monkeypatch.setenv("MATTE_PYTHON", "/opt/python")
    assert noted({"python": "/usr/bin/python3"}) == Path("/opt/python")


def test_a_flatpak_cannot_run_a_python_of_the_computer(noted):
    note = {"home": "/h", "flatpak_home": "/f", "python": "/venv/bin/python"}
    assert noted(note, in_flatpak=True) == Path("/f/env/bin/python")


def test_a_flatpak_runs_the_python_of_its_own_package(noted):
    assert noted({"python": "/usr/bin/python3"}, in_flatpak=True) == Path("/usr/bin/python3")


def test_the_note_names_the_python(source, tmp_path):
    profile = Profile(tmp_path / "GIMP" / "3.0")
    plugin.install(profile, source, Homes(tmp_path, python=Path("/venv/bin/python")))
    assert plugin.read_note(profile.plugin)["python"] == "/venv/bin/python"


def test_the_project_is_found_beside_a_library_that_pip_installed(source, tmp_path, monkeypatch):
    packaged = tmp_path / "site-packages" / "matte_for_gimp"
    packaged.mkdir(parents=True)
    (source.root / "plug-ins").rename(packaged / "plug-ins")
    source.core.rename(packaged.parent / "matte_core")
    monkeypatch.setattr(matte_core, "__file__", str(packaged.parent / "matte_core" / "x.py"))
    assert plugin.own_source() == Source(packaged)
    assert plugin.own_source().core == packaged.parent / "matte_core"
    (packaged / "plug-ins" / "matte" / "matte.py").unlink()
    with pytest.raises(SetupError, match="without the plug-in"):
        plugin.own_source()


def test_the_library_runs_by_its_path_alone():
    main_file = Path(matte_core.__file__).with_name("__main__.py")
    done = subprocess.run(
        [sys.executable, "-I", "-B", main_file, "--version"],
        capture_output=True, text=True, cwd=os.sep, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == f"matte {matte_core.__version__}"
