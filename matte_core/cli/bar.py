"""A progress bar on one line of a terminal."""

import itertools
import os
import shutil
import time
import unicodedata
from typing import TextIO

_MIN_INTERVAL_S = 0.1
_CYAN, _RED, _PLAIN = "\x1b[36m", "\x1b[31m", "\x1b[0m"


class Bar:
    """Shows the progress of a run on a terminal, and nothing anywhere else.

    Parameters
    ----------
    stream : TextIO
        Usually standard error. Nothing is drawn unless it is a terminal.
    total : int
        The number of pictures.
    quiet : bool
        Draw nothing.
    """

    def __init__(self, stream: TextIO, total: int, *, quiet: bool = False) -> None:
        is_terminal = stream.isatty() and os.environ.get("TERM") != "dumb"
        self._stream = stream
        self._total = total
        self._is_shown = is_terminal and not quiet and total > 0
        self._is_colored = is_terminal and use_color()
        self._done = 0
        self._name = ""
        self._drawn_at = 0.0
        self._drawn_width = 0

    def __enter__(self) -> "Bar":
        return self

    def __exit__(self, *error: object) -> None:
        self.clear()

    def start(self, name: str) -> None:
        """Start the next picture."""
        self._name = printable(name)
        self._draw(0.0, "")

    def finish(self) -> None:
        """Finish the current picture."""
        self._done += 1

    def report(self, fraction: float, step: str) -> None:
        """Show the progress of the current picture, in [0, 1]; a progress callback."""
        if time.monotonic() - self._drawn_at >= _MIN_INTERVAL_S:
            self._draw(min(max(fraction, 0.0), 1.0), step)

    def clear(self) -> None:
        """Clear the line before something else is printed."""
        if self._drawn_width:
            self._stream.write("\r" + " " * self._drawn_width + "\r")
            self._stream.flush()
            self._drawn_width = 0

    def in_red(self, text: str) -> str:
        """Return text with the codes for red, if colors are wanted."""
        return f"{_RED}{text}{_PLAIN}" if self._is_colored else text

    def _draw(self, fraction: float, step: str) -> None:
        if not self._is_shown:
            return
        # The last column stays free: some terminals wrap as soon as it is written.
        columns = shutil.get_terminal_size().columns - 1
        whole = (self._done + fraction) / self._total
        counter = f"{min(self._done + 1, self._total)}/{self._total} " if self._total > 1 else ""
        text = f" {whole:4.0%} {counter}{self._name}{': ' if step else ''}{step}"
        bar_width = min(24, columns - 12)
        if bar_width < 4:
            return
        text = _cut(text, columns - bar_width - 2)
        filled = round(whole * bar_width)
        line = "[" + "#" * filled + "-" * (bar_width - filled) + "]" + text
        width = bar_width + 2 + sum(map(_cells, text))
        padding = " " * max(self._drawn_width - width, 0)
        shown = f"{_CYAN}{line[: bar_width + 2]}{_PLAIN}{text}" if self._is_colored else line
        self._stream.write("\r" + shown + padding)
        self._stream.flush()
        self._drawn_width = width
        self._drawn_at = time.monotonic()


def printable(text: str) -> str:
    """Return a text without control codes, which a file name may contain, for a terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def one_line(error: Exception) -> str:
    """Return an error's message as one line for a terminal."""
    return printable(" ".join(str(error).split()))


def _cells(letter: str) -> int:
    """Return the number of columns that a letter takes in a terminal."""
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def _cut(text: str, columns: int) -> str:
    """Return the longest start of a text that fits."""
    ends = itertools.accumulate(map(_cells, text))
    return text[: sum(end <= columns for end in ends)]


def use_color() -> bool:
    """Return whether colors are wanted (no-color.org) and the terminal can show them."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.name == "nt":
        # The old console shows escape sequences as they are.
        return bool(os.environ.get("WT_SESSION") or os.environ.get("ANSICON"))
    return True
