import json
import sys

import pytest

from matte_core.setup import checks, environments, plugin
from matte_core.setup.gimps import Gimp, Profile
from matte_core.setup.plugin import Homes, Source

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")


@pytest.fixture
def place(with_python, source):
    """A place whose environment is this Python, stamped as if it held the stand-ins' packages."""
    host = with_python
    stamp = {
        "requirements": environments.fingerprint(source.requirements),
        "python": ".".join(map(str, sys.version_info[:2])),
    }
    (host.environment / "matte.json").write_text(json.dumps(stamp))
    (host.home / "logs").mkdir()
    return host


def write_worker(source, answer, version="matte_core.__version__"):
    path = source.core / "worker" / "__main__.py"
    text, loop, _answer = path.read_text().partition("is not None:\n")
    text += f"{loop}    {answer}\n"
    path.write_text(text.replace("matte_core.__version__", version))


def by_name(found):
    return {check.name: check for check in found}


def test_gimp():
    assert checks.check_gimp([Gimp("package", "3.0.4")], "linux").ok
    old = checks.check_gimp([Gimp("package", "2.10.38")], "linux")
    assert not old.ok
    assert "2.10.38" in old.found
    none = checks.check_gimp([], "win32")
    assert not none.ok
    assert "gimp.org" in none.remedy


def test_plugins(tmp_path, source):
    profile, homes = Profile(tmp_path / "GIMP" / "3.0"), Homes(tmp_path / "home")
    (missing,) = checks.check_plugins([profile], source, homes)
    assert not missing.ok
    assert missing.remedy
    plugin.install(profile, source, homes)
    (there,) = checks.check_plugins([profile], source, homes)
    assert there.ok
    assert not there.remedy
    (odd,) = checks.check_plugins([profile], Source(tmp_path), homes)
    assert not odd.ok
    (none,) = checks.check_plugins([], source, homes)
    assert not none.is_needed


@posix_only
def test_a_worker_that_works(place, source):
    greeting, cutting = checks.check_worker(place, source.core)
    assert greeting.ok, greeting.found
    assert cutting.ok, cutting.found
    assert "0.1 s" in cutting.found


@posix_only
@pytest.mark.parametrize(
    ("answer", "ok", "words"),
    [
        ("sys.exit(1)", False, "ended before"),
        ("sys.stdout.buffer.write(b'Hello!'); sys.stdout.flush()", False, "broke the protocol"),
        (
            "write_frame(sys.stdout.buffer, Frame('error', {'id': 1, 'error': "
            "{'kind': 'SetupError', 'message': 'numpy cannot be loaded.'}}))",
            False,
            "numpy cannot be loaded",
        ),
        (
            "write_frame(sys.stdout.buffer, Frame('error', {'id': 1, 'error': "
            "{'kind': 'NoSubjectError', 'message': 'nothing'}}))",
            True,
            "model ran",
        ),
    ],
)
def test_a_worker_that_answers_oddly(place, source, answer, ok, words):
    write_worker(source, answer)
    greeting, cutting = checks.check_worker(place, source.core)
    assert greeting.ok
    assert cutting.ok is ok
    assert words in cutting.found
    assert bool(cutting.remedy) is not ok


@posix_only
@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("", "ended before"),
        ("print('Traceback')", "broke the protocol"),
        (None, "ended before"),
    ],
)
def test_a_worker_that_does_not_greet(place, source, script, words):
    path = source.core / "worker" / "__main__.py"
    path.unlink() if script is None else path.write_text(script)
    (greeting,) = checks.check_worker(place, source.core)
    assert not greeting.ok
    assert words in greeting.found
    assert "check.log" in greeting.remedy


@posix_only
def test_a_worker_of_another_version(place, source):
    write_worker(source, "pass", "'0.0.9'")
    (greeting,) = checks.check_worker(place, source.core)
    assert not greeting.ok
    assert "0.0.9" in greeting.found


@posix_only
def test_a_worker_that_hangs_is_ended(place, source, monkeypatch):
    monkeypatch.setattr(checks, "WORKER_SECONDS", 2.0)
    write_worker(source, "import time; time.sleep(60)")
    greeting, cutting = checks.check_worker(place, source.core)
    assert greeting.ok
    assert not cutting.ok


def test_a_python_that_is_gone(host, source):
    (host.home / "logs").mkdir()
    (only,) = checks.check_worker(host, source.core)
    assert not only.ok
    assert "does not exist" in only.found


@posix_only
def test_everything_inside_in_its_order(place, source, monkeypatch):
    monkeypatch.setattr(environments, "IMPORTS", ("json",))
    monkeypatch.setattr(environments, "import_problem", lambda _: "")
    found = list(checks.check_inside(place, source.core))
    names = ["Environment", "Log", "Packages", "Model", "Worker", "Cutting out"]
    assert [check.name for check in found] == names
    assert [check.name for check in found if not check.ok] == []
    # The main subject needs nothing more; how to get classes by name is said all the same.
    assert by_name(found)["Model"].found == "built-in"
    assert "need one more model. Run: " in by_name(found)["Model"].remedy


@posix_only
def test_what_cannot_work_is_not_tried(place, source, monkeypatch):
    monkeypatch.setattr(environments, "import_problem", lambda _: "No module named 'cv2'")
    found = by_name(checks.check_inside(place, source.core, repair="Press Repair."))
    assert set(found) == {"Environment", "Log", "Packages"}
    assert found["Packages"].remedy == "Press Repair."
    (place.environment / "matte.json").unlink()
    found = by_name(checks.check_inside(place, source.core))
    assert set(found) == {"Environment", "Log"}
    assert not found["Environment"].ok


def test_a_log_that_cannot_be_written(host):
    (host.home / "logs").write_text("a file")
    check = checks.check_log(host)
    assert not check.ok
    assert "cannot be written" in check.found


def test_a_damaged_model(host):
    (host.home / "models").mkdir()
    (host.home / "models" / "cut.onnx").write_bytes(b"x")
    check = checks.check_models(host)
    assert not check.ok
    assert check.is_needed
    assert "cut" in check.found
    assert "models remove" in check.remedy
    (host.home / "models" / "cut.onnx").rename(host.home / "models" / "u2netp.onnx")
    assert checks.check_models(host).remedy == checks.REPAIR
