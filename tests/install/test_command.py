"""The whole command, with a project, packages and a GIMP of a few lines."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from matte_core.setup import command, environments, installing, places
from matte_core.setup.gimps import Gimp, Machine, Profile
from matte_core.setup.installing import InstallOptions, Targets

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="its stand-ins are shell scripts"),
    pytest.mark.usefixtures("copied_environment"),
]
GIMP = """
case "$*" in
    *--version*) echo "GNU Image Manipulation Program version 3.0.4" ;;
    *) echo xcf > "$MATTE_SAMPLE_XCF"; echo png > "$MATTE_SAMPLE_PNG"
       printf done > "$MATTE_SAMPLE_TOLD" ;;
esac
"""


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A person's folders and variables; the profile is named, so no other GIMP is touched."""
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    monkeypatch.setenv("MATTE_HOME", str(tmp_path / "user" / "matte home"))
    monkeypatch.setenv("GIMP3_DIRECTORY", str(tmp_path / "user" / "GIMP" / "3.0"))
    monkeypatch.delenv("SUDO_USER", raising=False)
    # pip starts whatever is called rustc, which may then write into the person's folder.
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    (tmp_path / "user").mkdir()
    return tmp_path


@pytest.fixture
def run(machine, source, wheels, capsys):
    def run(*arguments: str, status: int = 0) -> str:
        assert command.main([*arguments], source) == status
        captured = capsys.readouterr()
        return captured.out + captured.err

    return run


@pytest.fixture
def gimp(write_program):
    return str(write_program("opt/bin/gimp-console-3.0", GIMP))


def times(folder: Path) -> dict[Path, int]:
    return {path: path.lstat().st_mtime_ns for path in folder.rglob("*")}


def test_from_nothing_to_nothing(run, machine, wheels, gimp, source):
    home = machine / "user" / "matte home"
    plugin = machine / "user" / "GIMP" / "3.0" / "plug-ins" / "matte"
    said = run("--wheels", str(wheels), "--gimp", gimp, "--mirror", "https://mirror", "--demo")
    assert "is installed: " in said
    assert "Filters > Matte" in said
    assert str(home / "bin" / "matte") in said
    assert (plugin / "matte_core" / "link" / "protocol.py").is_file()

    # The sample photo is not in the folder of wheels and no flower is in the stand-ins.
    assert "There is no sample photo" in said

    assert not list(source.core.rglob("__pycache__"))

    # A second run changes nothing at all.
    before = times(machine / "user")
    assert "nothing changed" in run("--no-demo", "--gimp", gimp)
    assert times(machine / "user") == before

    said = run("--check", "--gimp", gimp)
    assert "FAIL" not in said
    assert "Cutting out: a trial image" in said
    assert not list(source.core.rglob("__pycache__"))

    # What is broken is found and made anew, and only that.
    (plugin / "matte.py").unlink()
    shutil.rmtree(next((home / "env").glob("lib/**/site-packages/cv2")))
    (home / "models" / "deeplab-513.onnx").write_bytes(b"cut off")
    said = run("--check", "--gimp", gimp, status=1)
    assert said.count("FAIL") == 2
    repair = ["--repair", "--no-demo", "--gimp", gimp, "--wheels", str(wheels)]
    said = run(*repair, "--mirror", "https://mirror")
    assert "the environment" in said
    assert "the plug-in" in said
    assert "FAIL" not in said
    assert "matte command" not in said.partition("is installed: ")[2].partition("\n")[0]

    said = run("--uninstall")
    assert str(home) in said
    assert list((machine / "user").rglob("*")) == []
    assert "Nothing to remove" in run("--uninstall")
    assert "FAIL  Environment" in run("--check", "--gimp", gimp, status=1)
    assert times(machine / "user").keys() <= {home, home / "logs"}


def put_flower(environment: Path) -> None:
    site = next(environment.glob("lib/**/site-packages"))
    images = site / "sklearn" / "datasets" / "images"
    images.mkdir(parents=True)
    (images / "flower.jpg").write_bytes(b"flower")


def test_the_sample_is_cut_out_once_in_gimp_or_by_the_command(run, machine, wheels, gimp):
    sample = machine / "user" / "matte home" / "sample"
    offline = ["--wheels", str(wheels)]
    said = run("--no-demo", "--no-gimp", *offline)
    assert "is installed: " in said
    assert "could not be" not in said
    assert "The classes by name (person, cat, …) need one more model." in said
    assert "matte models fetch" in said
    assert "need one more model" not in run("--no-demo", "--no-gimp", "--no-download", *offline)
    put_flower(machine / "user" / "matte home" / "env")

    said = run("--gimp", gimp, *offline)
    assert str(sample / "flower-cut-out.png") in said
    assert (sample / "flower-cut-out.png").read_text() == "png\n"
    assert (sample / "flower-cut-out.xcf").is_file()
    assert "sample photo" not in run("--gimp", gimp, *offline)

    # A GIMP that fails is told, and the command line does it.
    broken = Path(gimp)
    broken.write_text(broken.read_text().replace("printf done", "printf 'the plug-in is ill'"))
    said = run("--gimp", gimp, "--demo", *offline)
    assert "the plug-in is ill" in said
    assert (sample / "flower-cut-out.png").read_text() == "cut out"
    assert not (sample / "flower-cut-out.xcf").exists()


def test_a_failure_of_what_is_needed_is_told_by_the_status(run, wheels):
    (wheels / "numpy-1-py3-none-any.whl").unlink()
    said = run("--no-gimp", "--no-demo", "--wheels", str(wheels), status=1)
    assert "numpy==1" in said
    assert "pip download" in said
    assert "Traceback" not in said


def test_a_first_installation_that_fails_leaves_the_plugin_that_can_say_so(run, machine, wheels):
    plugin = machine / "user" / "GIMP" / "3.0" / "plug-ins" / "matte"
    numpy = wheels / "numpy-1-py3-none-any.whl"
    numpy.rename(machine / "numpy.whl")
    run("--no-demo", "--wheels", str(wheels), status=1)
    assert (plugin / "matte.py").is_file()


def test_an_upgrade_that_fails_leaves_what_was_there(run, machine, wheels, source):
    home = machine / "user" / "matte home"
    plugin = machine / "user" / "GIMP" / "3.0" / "plug-ins" / "matte"
    run("--no-demo", "--wheels", str(wheels))
    with source.requirements.open("a") as listed:
        listed.write(f"newer==1 --hash=sha256:{'0' * 64}\n")
    (source.core / "link" / "protocol.py").write_text("# newer\n")
    before = times(plugin), times(home / "lib"), times(home / "env")
    assert "newer==1" in run("--no-demo", "--wheels", str(wheels), status=1)
    assert (times(plugin), times(home / "lib"), times(home / "env")) == before


def test_ctrl_c_is_quiet(run, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(installing, "look_around", stop)
    assert "Stopped" in run(status=130)


def test_a_full_disk_is_told(run, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(installing, "look_around", full)
    said = run(status=1)
    assert "No space left" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_does_not_disturb_the_tidying_up(run, monkeypatch, number):
    before = [signal.getsignal(each) for each in command.STOPS]
    tidied = []

    def stopped_twice(*_):
        try:
            signal.raise_signal(number)
        finally:
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGTERM)
            tidied.append(True)

    monkeypatch.setattr(installing, "look_around", stopped_twice)
    assert "Stopped" in run(status=130)
    assert tidied == [True]
    assert [signal.getsignal(each) for each in command.STOPS] == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["--model", "no.onnx"],
        ["--wheels", "no"],
        ["--check", "--repair"],
        ["--demo", "--no-demo"],
        ["--model", __file__, "--mirror", "x"],
        ["--python", "no"],
        ["--unknown"],
    ],
)
def test_options_that_make_no_sense_are_refused(arguments, source, capsys):
    with pytest.raises(SystemExit) as ended:
        command.main(arguments, source)
    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_sudo_is_warned_of(run, monkeypatch):
    monkeypatch.setattr(installing, "install", lambda *_: installing.InstallResult())
    assert "With sudo" not in run("--no-gimp")
    monkeypatch.setenv("SUDO_USER", "u")
    monkeypatch.setattr(Path, "home", lambda: Path("/root"))
    assert "With sudo" in run("--no-gimp")


def test_no_gimp_at_all_is_told_and_the_rest_installed(run, monkeypatch, machine, wheels):
    monkeypatch.delenv("GIMP3_DIRECTORY")
    monkeypatch.setattr(installing.gimps, "find_gimps", lambda *_: [])
    said = run("--no-demo", "--wheels", str(wheels))
    assert "No GIMP 3 was found" in said
    assert "https://www.gimp.org" in said
    assert (machine / "user" / "matte home" / "bin" / "matte").is_file()


def test_a_sandbox_gets_an_environment_of_its_own(
    machine, source, wheels, told, monkeypatch, write_program
):
    """A stand-in for flatpak runs the command outside of any sandbox."""
    script = """
[ "$1" = info ] && { echo "  Version: 3.0.6"; exit 0; }
program=${2#--command=}; shift 3; exec "$program" "$@"
"""
    write_program("bin/flatpak", script)
    write_program("bin/python3", f'exec {sys.executable} "$@"')
    monkeypatch.setenv("PATH", f"{machine / 'bin'}:/usr/bin:/bin")
    monkeypatch.delenv("GIMP3_DIRECTORY")
    user = machine / "user"
    (user / ".local/share/flatpak/app/org.gimp.GIMP").mkdir(parents=True)
    here = Machine("linux", dict(os.environ), user, machine / "no root")
    wishes = InstallOptions(wheels=wheels, sample=False, mirror="https://mirror")
    found = installing.look_around(source, here, wishes)
    assert [place.kind for place in found.places] == ["host", "flatpak"]
    outcome = installing.install(found, wishes, told)
    assert outcome.warnings == []
    sandboxed = user / ".var/app/org.gimp.GIMP/data/matte-for-gimp"
    assert (sandboxed / "env" / "matte.json").is_file()
    assert (sandboxed / "models" / "deeplab-513.onnx").is_file()
    note = json.loads(
        (user / ".config/GIMP/3.0/plug-ins/matte/matte-home.json").read_text(encoding="utf-8")
    )
    assert note["flatpak_home"] == str(sandboxed)
    checks = list(installing.check(found))
    assert all(check.ok for check in checks), checks
    assert sum("Flatpak" in check.name for check in checks) == 6


def test_a_sandbox_that_fails_does_not_keep_the_rest_from_working(
    machine, source, wheels, told, host
):
    flatpak = places.Place("flatpak", machine / "sandbox")
    gimp = Gimp("flatpak", "3.0.6", ("flatpak",))
    found = Targets(source, [host, flatpak], [gimp], [Profile(machine / "GIMP" / "3.0")])
    outcome = installing.install(found, InstallOptions(wheels=wheels, sample=False), told)
    assert any("Flatpak" in warning for warning in outcome.warnings)
    assert environments.problem(host, source.requirements) == ""


def test_a_snap_is_told_the_folder_that_it_can_see(source, host, machine):
    snap = places.snap(machine / "user")
    inside = Profile(machine / "user/snap/gimp/current/.config/GIMP/3.0", "snap")
    found = Targets(source, [host, snap], [], [inside])
    assert found.homes_for(inside).home == snap.home
    assert found.homes_for(Profile(machine / "3.0")).home == host.home
    # From inside of it the project is out of sight, the plug-in is not.
    assert found.core_for(snap) == source.core
    (inside.plugin / "matte_core").mkdir(parents=True)
    assert found.core_for(snap) == inside.plugin / "matte_core"
    assert found.core_for(host) == source.core


def test_one_profile_that_cannot_be_written_does_not_stop_the_others(
    source, host, machine, wheels, told
):
    (machine / "file").touch()
    good, bad = Profile(machine / "GIMP" / "3.0"), Profile(machine / "file" / "3.2")
    wishes = InstallOptions(wheels=wheels, sample=False)
    outcome = installing.install(Targets(source, [host], [], [bad, good]), wishes, told)
    assert good.plugin.is_dir()
    assert any("cannot be written" in warning for warning in outcome.warnings)
    with pytest.raises(installing.SetupError, match="cannot be written"):
        installing.install(Targets(source, [host], [], [bad]), wishes, told)


def test_killed_half_way_it_leaves_no_process_and_can_be_run_again(
    machine, source, wheels, bare_environment
):
    """The real command in a process of its own, ended while pip is at work."""
    script = (
        "import shutil, sys; from pathlib import Path; sys.path.insert(0, sys.argv[1])\n"
        "from matte_core.setup import command, environments\n"
        "from matte_core.setup.plugin import Source\n"
        "environments._create = lambda place, python, new, report, log: shutil.copytree("
        "sys.argv[2], new, symlinks=True)\n"
        "sys.exit(command.main(sys.argv[4:], Source(Path(sys.argv[3]))))\n"
    )
    real = Path(command.__file__).resolve().parents[2]
    process = subprocess.Popen(
        [sys.executable, "-c", script, real, bare_environment, source.root,
         "--no-gimp", "--no-demo", "--wheels", wheels],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    while b"Installing the packages" not in process.stdout.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Stopped" in errors
    assert b"Traceback" not in errors
    home = machine / "user" / "matte home"
    assert not (home / "env").exists()
    assert not (home / "env.new").exists()


def test_an_upgrade_keeps_what_is_the_users_own(run, machine, wheels, source):
    home, profile = machine / "user" / "matte home", machine / "user" / "GIMP" / "3.0"
    offline = ["--no-demo", "--no-download", "--wheels", str(wheels)]
    own = machine / "own.onnx"
    own.write_bytes(b"a model")
    run(*offline[:1], *offline[2:], "--model", str(own))
    (home / "models" / "default.txt").write_text("own")
    values = profile / "plug-in-settings" / "GimpProcedureConfigRun-plug-in-matte-cut-out.last"
    values.parent.mkdir(parents=True)
    values.write_text('(output "new-layer")')
    kept = [*(home / "models").iterdir(), values]
    assert len(kept) == 4
    before = {path: path.read_bytes() for path in kept}

    (source.core / "newer.py").write_text("")
    (source.plugin / "matte_plugin" / "actions.py").rename(
        source.plugin / "matte_plugin" / "new.py"
    )
    said = run(*offline)
    assert "the plug-in" in said
    assert not (profile / "plug-ins" / "matte" / "matte_plugin" / "actions.py").exists()
    assert {path: path.read_bytes() for path in kept} == before
    assert [*(home / "models").iterdir()] == kept[:-1]
