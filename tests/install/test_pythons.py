import json
import os
import sys
from pathlib import Path

import pytest

from matte_core.base.errors import SetupError
from matte_core.setup import pythons
from matte_core.setup.places import Place
from matte_core.setup.pythons import Python

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="its stand-ins are shell scripts")


@pytest.fixture
def fake(write_program):
    """Write a program that answers the probe as some Python would."""

    def write(path, version=(3, 13, 1), **changes):
        answer = {
            "path": "PATH",
            "version": list(version),
            "implementation": "cpython",
            "bits": 64,
            "platform": "linux-x86_64",
            "free_threaded": False,
            "makes_environments": True,
            **changes,
        }
        program = write_program(path, "")
        if answer["path"] == "PATH":
            answer["path"] = str(program)
        program.write_text(f"#!/bin/sh\ncat <<'END'\n{json.dumps(answer)}\nEND\n")
        return program

    return write


@pytest.fixture
def only(monkeypatch):
    """Let these be all the Pythons that there are."""

    def set_to(*paths):
        monkeypatch.setattr(pythons, "candidates", lambda *_: iter(paths))

    return set_to


def test_this_python_is_found(host):
    found = pythons.probe(sys.executable, host)
    assert found is not None
    assert found.version == sys.version_info[:3]
    assert found.fault == ""
    # A virtual environment goes away some day; the one it was made with stays longer.
    assert os.path.realpath(found.path) == os.path.realpath(sys._base_executable)


def test_what_does_not_answer_is_none(host, write_program, tmp_path):
    assert pythons.probe(tmp_path / "none", host) is None
    assert pythons.probe(write_program("python3", "echo Install Xcode?; exit 1"), host) is None
    assert pythons.probe(write_program("python3", "echo '{}'"), host) is None
    assert pythons.probe(write_program("python3", "echo '[1]'"), host) is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"version": (3, 10, 13)}, "older than 3.11"),
        ({"implementation": "pypy"}, "pypy"),
        ({"bits": 32}, "32-bit"),
        ({"platform": "mingw_x86_64_ucrt_gnu AMD64"}, "MSYS2"),
        ({"platform": "win-arm64 ARM64"}, "x86-64"),
        ({"platform": "linux-x86_64 x86_64 musl"}, "glibc"),
        ({"path": Path("/Applications/GIMP.app/Contents/MacOS/python3")}, "GIMP"),
        ({"path": Path(r"C:\Program Files\GIMP 3\bin\python.exe")}, "GIMP"),
        ({"path": Path(r"C:\Program Files\WindowsApps\PythonSoftware\python3.exe")}, "Store"),
        ({"makes_environments": False}, "ensurepip"),
    ],
)
def test_a_python_that_does_not_do_says_why(changes, words):
    python = Python(**{"path": Path("/usr/bin/python3"), "version": (3, 13, 0), **changes})
    assert words in python.fault


@pytest.mark.parametrize(
    ("platform", "version", "fits"),
    [
        ("linux-x86_64 x86_64", (3, 14, 0), True),
        ("linux-x86_64 x86_64", (3, 15, 0), False),
        ("macosx-11.0-universal2 arm64", (3, 14, 0), True),
        ("macosx-11.0-universal2 x86_64", (3, 14, 0), False),
        ("macosx-11.0-universal2 x86_64", (3, 13, 2), True),
        ("win-amd64 AMD64", (3, 14, 0), True),
    ],
)
def test_which_pythons_the_packages_are_published_for(platform, version, fits):
    python = Python(Path("/usr/bin/python3"), version, platform=platform)
    assert python.fault == ""
    assert python.is_known_to_fit is fits


@pytest.mark.parametrize(
    "path", ["/usr/bin/python3", "/home/gimp/.local/bin/python3", "/home/u/gimp-plugins/bin/python"]
)
def test_a_python_is_not_gimps_for_a_folder_that_sounds_like_it(path):
    assert not pythons.is_gimps_own(Path(path))


def test_the_python_inside_an_appimage_is_gimps(monkeypatch):
    monkeypatch.setenv("APPDIR", "/tmp/.mount_x")
    assert pythons.is_gimps_own(Path("/tmp/.mount_x/usr/bin/python3"))
    assert not pythons.is_gimps_own(Path("/usr/bin/python3"))


@posix_only
def test_the_first_that_fits_is_taken(host, fake, only):
    old, good, better = fake("a/python3", (3, 9, 2)), fake("b/python3"), fake("c/python3")
    only(old, good, better)
    assert pythons.find(host).path == good


@posix_only
def test_one_newer_than_the_packages_is_taken_only_if_there_is_no_other(host, fake, only):
    newer, good = fake("a/python3", (3, 19, 0)), fake("b/python3")
    threaded = fake("c/python3", (3, 14, 0), free_threaded=True)
    only(newer, threaded, good)
    assert pythons.find(host).path == good
    only(newer, threaded)
    assert pythons.find(host).path == newer


@posix_only
def test_the_one_asked_for_is_taken_or_refused(host, fake, only, tmp_path):
    good, old = fake("a/python3"), fake("b/python3", (3, 8, 0))
    only()
    assert pythons.find(host, good).path == good
    with pytest.raises(SetupError, match=r"Python 3\.8\.0"):
        pythons.find(host, old)
    with pytest.raises(SetupError, match="not a Python"):
        pythons.find(host, tmp_path / "none")


@posix_only
def test_none_that_fits_is_told_with_what_was_found(host, fake, only):
    only(fake("a/python3", (3, 9, 2)), fake("b/python3", makes_environments=False))
    with pytest.raises(SetupError) as told:
        pythons.find(host)
    assert "3.9.2" in told.value.message
    assert "ensurepip" in told.value.message
    assert told.value.hint


@pytest.mark.parametrize(
    ("os_release", "refused", "words"),
    [
        (
            "ID=debian\n",
            [Python(Path("p"), (3, 13, 5), makes_environments=False)],
            "python3.13-venv",
        ),
        ('ID=linuxmint\nID_LIKE="ubuntu debian"\n', [], "apt install python3 python3-venv"),
        ("ID=fedora\n", [], "dnf"),
        ('ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"\n', [], "zypper"),
        ("ID=arch\n", [], "pacman"),
        ("ID=void\n", [], "--python"),
    ],
)
def test_the_remedy_names_the_package_of_the_distribution(tmp_path, os_release, refused, words):
    (tmp_path / "os-release").write_text(os_release)
    assert words in pythons.remedy(refused, "linux", tmp_path / "os-release")


def test_the_remedy_without_a_distribution(tmp_path):
    assert "--python" in pythons.remedy([], "linux", tmp_path / "none")
    assert "python.org" in pythons.remedy([], "darwin")
    assert "python.org" in pythons.remedy([], "win32")


def test_pythons_of_windows_are_looked_for_where_its_installer_puts_them(tmp_path):
    wanted = tmp_path / "local" / "Programs" / "Python" / "Python313" / "python.exe"
    everyone = tmp_path / "programs" / "Python312" / "python.exe"
    for path in (wanted, everyone):
        path.parent.mkdir(parents=True)
        path.touch()
    environ = {
        "PATH": str(tmp_path),
        "LOCALAPPDATA": str(tmp_path / "local"),
        "ProgramFiles": str(tmp_path / "programs"),
    }
    found = list(pythons.candidates("win32", environ, tmp_path))
    assert found.index(wanted) < found.index(everyone)


@posix_only
def test_a_bare_python3_comes_last(tmp_path, write_program):
    for name in ("python3", "python3.12", "python3.14"):
        write_program(f"bin/{name}", "")
    pyenv = write_program(".pyenv/versions/3.13.1/bin/python3", "")
    found = list(pythons.candidates("linux", {"PATH": str(tmp_path / "bin")}, tmp_path))
    assert found[0] == Path(sys._base_executable)
    order = [
        found.index(tmp_path / "bin" / name) for name in ("python3.14", "python3.12", "python3")
    ]
    assert order == sorted(order)
    assert pyenv in found
    assert len(found) == len(set(found))


def test_a_sandbox_is_asked_for_its_own_python(monkeypatch, tmp_path):
    asked = []

    def probe(path, place):
        asked.append((path, place.kind))
        return Python(Path("/usr/bin/python3"), (3, 12, 3))

    monkeypatch.setattr(pythons, "probe", probe)
    pythons.find(Place("flatpak", tmp_path))
    assert asked == [("python3", "flatpak")]
