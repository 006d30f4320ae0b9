"""What "Set Up and Check…" does, without the GIMP around it."""

import sys

import pytest

from matte_core.setup import inside, models

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="its layout is that of POSIX"),
    pytest.mark.usefixtures("copied_environment"),
]


@pytest.fixture
def home(tmp_path, source, wheels, monkeypatch):
    """A person's folder, with pip's own variables naming where the packages are."""
    monkeypatch.setattr(inside, "CORE", source.core)
    monkeypatch.setenv("MATTE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    return tmp_path / "home"


def names(checks):
    return {check.name: check.ok for check in checks}


def test_from_nothing_to_all_but_the_extra_model(home, told):
    found = names(inside.look("3.0.4"))
    assert found["GIMP"]
    assert not found["Environment"]

    (warning,) = inside.repair(told)
    assert "cannot be reached" in warning
    assert "Environment" in told.steps
    found = list(inside.look("3.2.6"))
    assert all(check.ok for check in found)
    assert [check.name for check in found if check.remedy] == ["Model"]
    assert (home / "bin" / "matte").is_file()

    # Once that model is there, nothing is left to do, and nothing is done.
    models.ensure(inside.places.host(), told, mirror="https://mirror", core=inside.CORE)
    told.lines.clear()
    assert inside.repair(told) == []
    assert told.lines == []
    assert all(names(inside.look("3.2.6")).values())


def test_a_gimp_that_is_too_old(home):
    assert not names(inside.look("2.10.38"))["GIMP"]
