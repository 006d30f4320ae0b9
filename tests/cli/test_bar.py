import io
import re

import pytest

from matte_core.cli.bar import Bar


class Terminal(io.StringIO):
    def isatty(self):
        return True

    def lines(self):
        return self.getvalue().split("\r")


@pytest.fixture
def plain(monkeypatch):
    """An 80 column terminal without colors, and no waiting between two drawings."""
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("matte_core.cli.bar._MIN_INTERVAL_S", 0.0)


@pytest.mark.usefixtures("plain")
def test_shows_count_name_step_and_share():
    terminal = Terminal()
    with Bar(terminal, 4) as bar:
        bar.start("a.jpg")
        bar.finish()
        bar.start("b.jpg")
        bar.report(0.5, "Matting")
        assert terminal.lines()[-1].rstrip() == "[#########---------------]  38% 2/4 b.jpg: Matting"
    assert "\x1b" not in terminal.getvalue()


@pytest.mark.usefixtures("plain")
def test_leaves_an_empty_line():
    terminal = Terminal()
    with Bar(terminal, 1) as bar:
        bar.start("a.jpg")
        bar.report(2.0, "More than all")
    *_, wiped, last = terminal.lines()
    assert wiped.strip() == ""
    assert last == ""


@pytest.mark.usefixtures("plain")
@pytest.mark.parametrize("columns", [20, 40, 200])
@pytest.mark.parametrize(("letter", "cells"), [("x", 1), ("猫", 2)])
def test_never_wraps(monkeypatch, columns, letter, cells):
    monkeypatch.setenv("COLUMNS", str(columns))
    terminal = Terminal()
    with Bar(terminal, 10) as bar:
        bar.start(letter * 300)
        bar.report(0.5, "Matting")
    widths = [len(line) + line.count(letter) * (cells - 1) for line in terminal.lines()]
    assert max(widths) < columns


@pytest.mark.usefixtures("plain")
def test_name_cannot_give_orders_to_the_terminal():
    terminal = Terminal()
    with Bar(terminal, 1) as bar:
        bar.start("a\x1b[2J\n.jpg")
        assert terminal.lines()[-1].endswith("a?[2J?.jpg")


@pytest.mark.usefixtures("plain")
def test_silent_where_it_makes_no_sense(monkeypatch):
    for stream, quiet, term in (
        (io.StringIO(), False, "xterm"),
        (Terminal(), True, "xterm"),
        (Terminal(), False, "dumb"),
    ):
        monkeypatch.setenv("TERM", term)
        with Bar(stream, 3, quiet=quiet) as bar:
            bar.start("a.jpg")
            bar.report(0.5, "Matting")
        assert stream.getvalue() == ""


@pytest.mark.skipif("os.name == 'nt'", reason="depends on the console there")
@pytest.mark.usefixtures("plain")
def test_colors_unless_unwanted(monkeypatch):
    assert Bar(Terminal(), 1).in_red("x") == "x"
    monkeypatch.delenv("NO_COLOR")
    assert re.fullmatch(r"\x1b\[31mx\x1b\[0m", Bar(Terminal(), 1).in_red("x"))
    assert Bar(io.StringIO(), 1).in_red("x") == "x"
