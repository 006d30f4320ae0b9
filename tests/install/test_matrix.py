"""The table of the installations: a row replaces that of the same case, and no other."""

import sys

import matrix
import pytest
from matrix import Case

posix = pytest.mark.skipif(sys.platform == "win32", reason="folders of Windows have no such modes")


def test_a_new_outcome_replaces_the_old_one(tmp_path, monkeypatch):
    page = tmp_path / "installation.md"
    page.write_text(f"Words.\n\n{matrix.START}{matrix.END}\nMore words.\n")
    monkeypatch.setattr(matrix, "PAGE", page)
    first = Case("Debian 13", "3.13.5", "behind a proxy", "failed")
    second = Case("Debian 13", "3.13.5", "uninstallation", "nothing is left", ok=True)
    matrix.write([first, second])
    matrix.write([Case("Debian 13", "3.13.6", "behind a proxy", "installed", ok=True)])
    before, _, rest = page.read_text().partition(matrix.START)
    table, _, after = rest.partition(matrix.END)
    assert (before, after) == ("Words.\n\n", "\nMore words.\n")
    assert table.splitlines()[2:] == [
        "| Debian 13 | 3.13.6 | behind a proxy | installed |",
        "| Debian 13 | 3.13.5 | uninstallation | nothing is left |",
    ]


@posix
def test_what_is_open_to_others(tmp_path):
    closed, file = tmp_path / "closed", tmp_path / "closed" / "file"
    closed.mkdir()
    file.write_text("")
    file.chmod(0o666)
    closed.chmod(0o755)
    assert matrix.is_open(file, tmp_path)
    closed.chmod(0o700)
    assert not matrix.is_open(file, tmp_path)
    before = matrix.fingerprint(tmp_path)
    file.write_text("more")
    assert matrix.fingerprint(tmp_path) != before
