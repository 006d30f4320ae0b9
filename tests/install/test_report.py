"""What "Copy Report" copies."""

import getpass
from pathlib import Path

import matte_core
from matte_core.base.messages import Message
from matte_core.setup import report
from matte_core.setup.checks import Check


def test_it_names_what_was_found_and_on_what(monkeypatch, tmp_path):
    monkeypatch.setenv("MATTE_HOME", str(tmp_path / "matte"))
    found = [
        Check("GIMP", True, "3.0.4"),
        Check("Worker", False, Message("ended with {status}", status=3)),
        Check("Plug-in", False, "none", is_needed=False),
    ]
    lines = report.report(found, "3.0.4").splitlines()
    assert lines[0] == f"Matte {matte_core.__version__}, GIMP 3.0.4"
    assert lines[3:] == ["ok: GIMP: 3.0.4", "WRONG: Worker: ended with 3", "note: Plug-in: none"]


def test_it_holds_no_personal_path(monkeypatch, tmp_path):
    person = tmp_path / "Erika Müller"
    monkeypatch.setattr(Path, "home", lambda: person)
    monkeypatch.setattr(getpass, "getuser", lambda: "erika")
    monkeypatch.setenv("MATTE_HOME", str(person / "data" / "matte"))
    text = (
        f"{person}/data/matte/env and {person}/.config; {person}x; "
        "/media/erika/disk, C:\\Users\\erika\\x, /erikas/y"
    )
    wanted = (
        f"MATTE_HOME/env and ~/.config; {person}x; /media/USER/disk, C:\\Users\\USER\\x, /erikas/y"
    )
    assert report.impersonal(text) == wanted


def test_a_user_without_a_name_is_no_reason_to_fail(monkeypatch, tmp_path):
    monkeypatch.setattr(Path, "home", lambda: tmp_path)

    def nobody():
        raise OSError("no name")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert report.impersonal(f"{tmp_path}/x") == "~/x"
