import sys
from pathlib import Path

import pytest

from matte_core.base.errors import SetupError
from matte_core.setup import gimps
from matte_core.setup.gimps import Gimp, Machine, Profile

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="its stand-ins are shell scripts")


@pytest.fixture
def machine(tmp_path):
    """A computer with nothing on it."""
    (tmp_path / "user").mkdir()
    return Machine("linux", {"PATH": str(tmp_path / "bin")}, tmp_path / "user", tmp_path / "root")


@pytest.fixture
def gimp(write_program):
    def write(path, version="3.0.4"):
        return write_program(path, f'echo "GNU Image Manipulation Program version {version}"')

    return write


def on(machine, platform, **environ):
    return Machine(platform, {**machine.environ, **environ}, machine.user, machine.root)


def make_folders(*folders: Path):
    for folder in folders:
        folder.mkdir(parents=True)


def test_nothing_is_found_where_nothing_is(machine):
    assert gimps.find_gimps(machine) == []
    assert gimps.find_profiles(machine, []) == []


def test_a_gimp_from_a_package_is_found_once_with_its_console(machine, gimp, tmp_path):
    console = gimp("bin/gimp-console-3.0")
    gimp("bin/gimp-3.0")
    (tmp_path / "bin" / "gimp-console").symlink_to(console)
    (tmp_path / "bin" / "gimp").symlink_to(tmp_path / "bin" / "gimp-3.0")
    gimp("bin/gimp-script-fu-interpreter-3.0")
    (found,) = gimps.find_gimps(machine)
    assert (found.kind, found.version, found.profile_version) == ("package", "3.0.4", "3.0")
    assert Path(found.console[0]).resolve() == console


def test_a_gimp_off_the_path_is_found_in_the_usual_folders(machine, gimp):
    gimp("root/usr/bin/gimp-console-3.2", "3.2.6")
    assert [found.version for found in gimps.find_gimps(machine)] == ["3.2.6"]


def test_the_newest_is_first_and_an_old_one_is_not_usable(machine, gimp):
    gimp("bin/gimp-console-2.10", "2.10.38")
    gimp("bin/gimp-console-3.0", "3.0.4")
    gimp("root/usr/local/bin/gimp-console-3.2", "3.2.6")
    found = gimps.find_gimps(machine)
    assert [gimp.version for gimp in found] == ["3.2.6", "3.0.4", "2.10.38"]
    assert [gimp.is_usable for gimp in found] == [True, True, False]
    profiles = gimps.find_profiles(machine, found)
    assert [profile.folder.name for profile in profiles] == ["3.2", "3.0"]


def test_one_that_a_person_names_is_first_and_its_console_is_used(machine, gimp, tmp_path):
    gimp("bin/gimp-console-3.2", "3.2.6")
    named, console = gimp("opt/bin/gimp-3.0"), gimp("opt/bin/gimp-console-3.0")
    found = gimps.find_gimps(machine, named)
    assert found[0] == Gimp("package", "3.0.4", (str(console),))
    assert found[1].version == "3.2.6"


def test_one_that_a_person_names_wrongly_is_told(machine, write_program):
    with pytest.raises(SetupError, match="not a GIMP"):
        gimps.find_gimps(machine, write_program("bin/gimpel", "echo 'version 1'"))


def test_a_gimp_without_a_console_cannot_be_used_without_a_window(machine, gimp):
    gimp("bin/gimp")
    (found,) = gimps.find_gimps(machine)
    assert found.console == ()


def test_a_gimp_that_does_not_start_is_none(machine, write_program):
    write_program("bin/gimp-console", "echo 3.0.4; exit 1")
    assert gimps.find_gimps(machine) == []


def test_the_profiles_of_packages(machine):
    config = machine.user / ".config" / "GIMP"
    make_folders(config / "2.10", config / "3.0", config / "3.2", config / "3.0-backup")
    profiles = gimps.find_profiles(machine, [])
    assert profiles == [Profile(config / "3.0"), Profile(config / "3.2")]
    assert profiles[0].plugin == config / "3.0" / "plug-ins" / "matte"


def test_an_installed_gimp_gets_its_profile_before_its_first_start(machine):
    config = machine.user / ".config" / "GIMP"
    make_folders(config / "3.0")
    found = gimps.find_profiles(machine, [Gimp("package", "3.2.6"), Gimp("package", "3.0.4")])
    assert found == [Profile(config / "3.0"), Profile(config / "3.2")]


def test_folders_that_the_variables_name(machine, tmp_path):
    make_folders(tmp_path / "config" / "GIMP" / "3.0")
    moved = on(machine, "linux", XDG_CONFIG_HOME=str(tmp_path / "config"))
    assert gimps.find_profiles(moved, []) == [Profile(tmp_path / "config" / "GIMP" / "3.0")]
    relative = on(machine, "linux", XDG_CONFIG_HOME="config")
    (found,) = gimps.find_profiles(relative, [Gimp("package", "3.0.4")])
    assert found.folder == machine.user / ".config" / "GIMP" / "3.0"
    named = on(moved, "linux", GIMP3_DIRECTORY=str(tmp_path / "my profile"))
    assert gimps.find_profiles(named, [Gimp("package", "3.2.0")]) == [
        Profile(tmp_path / "my profile")
    ]
    below_home = on(machine, "linux", GIMP3_DIRECTORY="mine")
    assert gimps.find_profiles(below_home, []) == [Profile(machine.user / "mine")]


def test_windows(machine, tmp_path):
    roaming, local = tmp_path / "Roaming", tmp_path / "Local"
    store = local / "Packages" / "GIMP.43237F745622E_x" / "LocalCache" / "Roaming" / "GIMP"
    make_folders(roaming / "GIMP" / "3.0", store / "3.0")
    windows = on(machine, "win32", APPDATA=str(roaming), LOCALAPPDATA=str(local))
    assert [profile.folder for profile in gimps.find_profiles(windows, [])] == [
        roaming / "GIMP" / "3.0",
        store / "3.0",
    ]


def test_programs_of_windows(machine, gimp, tmp_path):
    everyone = gimp("Program Files/GIMP 3/bin/gimp-console-3.0.exe")
    gimp("Program Files/GIMP 3/bin/gimp-3.0.exe")
    mine = gimp("Local/Programs/GIMP 3/bin/gimp-console-3.2.exe", "3.2.0")
    windows = on(
        machine,
        "win32",
        ProgramFiles=str(tmp_path / "Program Files"),
        LOCALAPPDATA=str(tmp_path / "Local"),
    )
    consoles = [found.console for found in gimps.find_gimps(windows)]
    assert consoles == [(str(mine),), (str(everyone),)]


def test_macos(machine, gimp):
    console = gimp("root/Applications/GIMP.app/Contents/MacOS/gimp-console")
    mac = on(machine, "darwin")
    found = gimps.find_gimps(mac)
    assert found == [Gimp("package", "3.0.4", (str(console),))]
    assert gimps.find_profiles(mac, found) == [
        Profile(machine.user / "Library" / "Application Support" / "GIMP" / "3.0")
    ]


def test_an_appimage_is_told_by_its_name_and_never_started(machine, write_program):
    write_program("user/Applications/GIMP-3.0.4-x86_64.AppImage", "touch $0.started")
    write_program("user/Downloads/Krita-5.2.2-x86_64.appimage", "touch $0.started")
    (found,) = gimps.find_gimps(machine)
    assert (found.kind, found.version, found.console) == ("appimage", "3.0.4", ())
    assert gimps.find_profiles(machine, [found]) == [
        Profile(machine.user / ".config" / "GIMP" / "3.0")
    ]
    assert not list(machine.user.rglob("*.started"))


@pytest.fixture
def flatpak(machine, write_program, monkeypatch, tmp_path):
    write_program("bin/flatpak", 'echo "  ID: org.gimp.GIMP"; echo "     Version: 3.0.6"')
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    make_folders(machine.root / "var/lib/flatpak/app/org.gimp.GIMP")
    return machine


def test_the_flatpak_uses_the_real_profile(flatpak):
    (found,) = gimps.find_gimps(flatpak)
    assert (found.kind, found.version) == ("flatpak", "3.0.6")
    assert found.console == ("flatpak", "run", "--command=gimp-console", "org.gimp.GIMP")
    main = flatpak.user / ".config" / "GIMP" / "3.0"
    assert gimps.find_profiles(flatpak, [found]) == [Profile(main)]


def test_a_flatpak_that_keeps_its_own_profile_goes_on_with_it(flatpak):
    private = flatpak.user / ".var/app/org.gimp.GIMP/config/GIMP/3.0"
    make_folders(private)
    found = gimps.find_gimps(flatpak)
    assert gimps.find_profiles(flatpak, found) == [Profile(private, "flatpak")]
    make_folders(flatpak.user / ".config" / "GIMP" / "3.0")
    assert set(gimps.find_profiles(flatpak, found)) == {
        Profile(private, "flatpak"),
        Profile(flatpak.user / ".config" / "GIMP" / "3.0"),
    }


def test_flatpak_itself_without_gimp_is_none(machine, write_program):
    write_program("bin/flatpak", "touch $0.asked; exit 1")
    assert gimps.find_gimps(machine) == []
    assert not list(machine.user.parent.rglob("*.asked"))


def test_the_snap_keeps_its_profile_inside(machine):
    meta = machine.root / "snap" / "gimp" / "current" / "meta"
    make_folders(meta)
    (meta / "snap.yaml").write_text("name: gimp\nversion: '3.0.4'\nbase: core24\n")
    (found,) = gimps.find_gimps(machine)
    assert (found.kind, found.version) == ("snap", "3.0.4")
    # Before its first start "current" is not there, and must not be made for it.
    assert gimps.find_profiles(machine, [found]) == []
    current = machine.user / "snap" / "gimp" / "current"
    make_folders(current)
    wanted = Profile(current / ".config" / "GIMP" / "3.0", "snap")
    assert gimps.find_profiles(machine, [found]) == [wanted]


def test_where_to_get_one():
    assert "flatpak" in gimps.where_to_get("linux")
    assert "gimp.org" in gimps.where_to_get("win32")
