"""A real pip fills a real environment, with wheels of a few lines instead of the real packages."""

import json
import os
import shutil
import subprocess
import sys
import threading

import pytest

from matte_core.base.errors import SetupError
from matte_core.setup import environments, processes, pythons
from matte_core.setup.processes import Finished


@pytest.fixture
def python(host):
    found = pythons.probe(sys.executable, host)
    assert found is not None
    return found


@pytest.fixture
def make(host, python, wheels, requirements, told):
    def run(**changes):
        options = {"wheels": wheels, "requirements": requirements, **changes}
        environments.make(host, options.pop("python", python), told, **options)

    return run


@pytest.mark.usefixtures("copied_environment")
def test_made_whole_used_and_made_anew(host, make, requirements, wheels, told):
    assert environments.problem(host, requirements) == "not installed"
    make()
    python = host.python_of(host.environment)
    assert environments.problem(host, requirements) == ""
    assert environments.import_problem(host) == ""
    script = "import numpy, sys; print(numpy.__file__, sys.prefix)"
    said = subprocess.run([python, "-I", "-c", script], capture_output=True, check=True).stdout
    assert said.decode().count(str(host.environment)) == 2
    assert told.steps.count("Environment") >= 3

    # Nothing is left that would start the wrong thing, and nothing beside it.
    assert all(path.name.startswith("python") for path in python.parent.iterdir())
    assert sorted(os.listdir(host.home)) == ["env", "install.json", "logs"]
    assert "numpy" in (host.home / "logs" / "install.log").read_text()

    # Another list of packages makes it out of date; a failure then leaves the old one at work.
    other = requirements.with_name("other.txt")
    other.write_text(requirements.read_text() + "\n# another\n")
    assert "another version" in environments.problem(host, other)
    shutil.rmtree(wheels)
    wheels.mkdir()
    with pytest.raises(SetupError, match="lacks"):
        make(requirements=other)
    assert environments.problem(host, requirements) == ""
    assert sorted(os.listdir(host.home)) == ["env", "install.json", "logs"]

    # A package that was damaged since is found by looking deeper.
    site = next(host.environment.glob("[Ll]ib/**/site-packages"))
    (site / "numpy" / "__init__.py").write_text("raise ImportError('libgone.so.1 is missing')")
    assert environments.problem(host, requirements) == ""
    assert "libgone.so.1" in environments.import_problem(host)

    # What an upgrade of the system does.
    stamp = json.loads((host.environment / "matte.json").read_text())
    (host.environment / "matte.json").write_text(json.dumps({**stamp, "python": "3.10"}))
    assert "its Python was 3.10" in environments.problem(host, requirements)
    (host.environment / "matte.json").write_text(json.dumps(stamp))
    python.unlink()
    assert "does not start" in environments.problem(host, requirements)


@pytest.mark.usefixtures("copied_environment")
def test_a_package_that_is_not_the_pinned_one_is_refused(host, make, requirements, wheels):
    with (wheels / "numpy-1-py3-none-any.whl").open("ab") as wheel:
        wheel.write(b"more")
    with pytest.raises(SetupError, match="checksum"):
        make()
    assert not host.environment.exists()
    assert "not installed" in environments.problem(host, requirements)


@pytest.mark.usefixtures("copied_environment")
def test_packages_that_do_not_load_do_not_become_the_environment(host, make):
    with pytest.raises(SetupError, match=r"cannot be imported.*no_such_module"):
        make(imports=("numpy", "no_such_module"))
    assert not host.environment.exists()


def test_an_environment_without_a_stamp_is_not_whole(host, requirements):
    host.environment.mkdir()
    assert environments.problem(host, requirements) == "incomplete"
    for text in ("", "[]", "{"):
        (host.environment / "matte.json").write_text(text)
        assert environments.problem(host, requirements) == "incomplete"


def test_a_full_disk_is_told_before_anything_is_made(host, make, monkeypatch):
    usage = shutil.disk_usage(host.home)._replace(free=10_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(SetupError, match="only 10 MB"):
        make()
    assert sorted(os.listdir(host.home)) == ["install.json"]


def test_a_python_that_cannot_make_one_is_told(host, make, python, write_program):
    if sys.platform == "win32":
        pytest.skip("its stand-in is a shell script")
    broken = write_program("python3", "echo ensurepip is not available; exit 1")
    with pytest.raises(SetupError, match="ensurepip is not available"):
        make(python=pythons.Python(broken, (3, 13, 0)))


@pytest.mark.usefixtures("copied_environment")
def test_a_stop_half_way_leaves_nothing(host, make, told, monkeypatch):
    def stop(step, message):
        if message == "Testing the packages":
            raise KeyboardInterrupt

    monkeypatch.setattr(type(told), "__call__", lambda _, step, message: stop(step, message))
    with pytest.raises(KeyboardInterrupt):
        make()
    assert sorted(os.listdir(host.home)) == ["install.json", "logs"]


@pytest.mark.usefixtures("copied_environment")
def test_what_another_thread_interrupts_is_taken_away(host, make, told, monkeypatch):
    """As where the window is closed that shows what happens."""
    monkeypatch.setattr(processes, "_INTERRUPTED", threading.Event())

    def interrupt(_, step, message):
        if message.startswith("Installing the packages"):
            other = threading.Thread(target=processes.interrupt)
            other.start()
            other.join()

    monkeypatch.setattr(type(told), "__call__", interrupt)
    with pytest.raises(SetupError):
        make()
    assert sorted(os.listdir(host.home)) == ["install.json"]
    assert processes.follow([sys.executable, "-V"], host.home / "log").status == processes.STOPPED


@pytest.mark.usefixtures("copied_environment")
def test_a_persons_pip_settings_cannot_send_the_packages_elsewhere(
    host, make, requirements, monkeypatch, tmp_path
):
    monkeypatch.setenv("PIP_TARGET", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("PIP_USER", "1")
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    make()
    assert environments.problem(host, requirements) == ""
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    ("said", "words", "hint"),
    [
        ("SSLError(SSLCertVerificationError: CERTIFICATE_VERIFY_FAILED", "certificate", "PIP_CERT"),
        ("NewConnectionError('...: Failed: Name or service not known')", "reached", "HTTPS_PROXY"),
        ("ProxyError('Cannot connect to proxy.')", "reached", "HTTPS_PROXY"),
        ("ERROR: No matching distribution found for onnxruntime==1.32.0", "onnxruntime", "3.11"),
        (
            "ERROR: Could not find a version that satisfies the requirement cloudpickle==3.1.2 "
            "(from versions: none)\nERROR: No matching distribution found for cloudpickle==3.1.2",
            "cannot be reached, or lacks cloudpickle==3.1.2",
            "HTTPS_PROXY",
        ),
        ("ERROR: something new", "something new", ""),
        ("Killed", "Killed", ""),
    ],
)
def test_what_pip_says_becomes_what_to_do(said, words, hint):
    message, to_do = environments.explain(Finished(1, f"Collecting numpy\n{said}\n"), offline=False)
    assert words in message
    assert hint in to_do


def test_a_missing_wheel_says_how_to_get_it():
    said = "ERROR: No matching distribution found for numpy==2.5.5"
    message, hint = environments.explain(Finished(1, said), offline=True)
    assert "numpy==2.5.5" in message
    assert "pip download" in hint


def test_the_fingerprint_does_not_depend_on_line_ends(tmp_path):
    (tmp_path / "a").write_bytes(b"numpy==1\nscipy==1\n")
    (tmp_path / "b").write_bytes(b"numpy==1\r\nscipy==1\r\n")
    (tmp_path / "c").write_bytes(b"numpy==2\nscipy==1\n")
    assert environments.fingerprint(tmp_path / "a") == environments.fingerprint(tmp_path / "b")
    assert environments.fingerprint(tmp_path / "a") != environments.fingerprint(tmp_path / "c")


def test_the_real_list_pins_and_hashes_every_package():
    lines = environments.REQUIREMENTS.read_text().replace("\\\n", " ").splitlines()
    packages = [line for line in lines if line.strip()]
    assert len(packages) > 10
    assert all("==" in line and "--hash=sha256:" in line for line in packages)
