"""Run other programs with a clean environment and a time limit, and always end them."""

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from matte_core.base import folders
from matte_core.base.environ import scrubbed_environment

NOT_FOUND = 127
TOO_LONG = 124
STOPPED = 130
END_SECONDS = 5.0
LOG_BYTES = 1 << 20

# Runs the command in "$@". When our end of its standard input is closed, even because we were
# killed, ends the command and all its children: politely first, so that pip removes its files.
TIED = """
exec 3<&0
{ trap '' INT; cat <&3; kill -s INT -- -$$; sleep 1; kill -s KILL -- -$$; } >/dev/null 2>&1 &
"$@" </dev/null 3<&-
status=$?
kill -s KILL $!
exit $status
"""

_FOLLOWED: "set[subprocess.Popen[str]]" = set()
_INTERRUPTED = threading.Event()

# On Windows, a console program that GIMP starts would open a black window.
NO_WINDOW: int = getattr(subprocess, "CREATE_NO_WINDOW", 0)

Command = Sequence[str | os.PathLike[str]]


@dataclass(frozen=True)
class Finished:
    """How a program ended: its exit status and its two outputs."""

    status: int
    output: str
    errors: str = ""

    @property
    def last_words(self) -> str:
        """The last line that is not empty, for a message."""
        lines = [line.strip() for line in (self.output + "\n" + self.errors).splitlines()]
        return next((line for line in reversed(lines) if line), f"exit status {self.status}")


def child_environment(changes: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return this process's variables, scrubbed, and updated with `changes`."""
    return {**scrubbed_environment(os.environ), **(changes or {})}


def run(
    command: Command,
    timeout: float,
    changes: Mapping[str, str] | None = None,
    *,
    scrub: bool = True,
) -> Finished:
    """Run a program without input, and return its output.

    Its environment is scrubbed, unless the program is GIMP itself.

    A program that cannot be started, or does not finish within `timeout` seconds, gives the status
    `NOT_FOUND` or `TOO_LONG`.
    """
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            env=child_environment(changes) if scrub else {**os.environ, **(changes or {})},
            creationflags=NO_WINDOW,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Finished(TOO_LONG, "", f"{command[0]} did not finish within {timeout:.0f} seconds")
    except (OSError, ValueError) as error:
        return Finished(NOT_FOUND, "", f"{command[0]} cannot be started: {error}")
    return Finished(
        done.returncode,
        done.stdout.decode("utf-8", "replace"),
        done.stderr.decode("utf-8", "replace"),
    )


def follow(
    command: Command,
    log: Path,
    on_line: Callable[[str], None] | None = None,
    changes: Mapping[str, str] | None = None,
) -> Finished:
    """Run a long program, pass on each line as it comes, and append all of them to `log`.

    Both outputs are combined. If the caller is interrupted, the program is ended first. On POSIX,
    the program and all its children end with this process, however that ends.
    """
    lines: list[str] = []
    if _INTERRUPTED.is_set():
        return Finished(STOPPED, "stopped")
    with _open_log(log) as kept:
        kept.write(f"\n$ {' '.join(map(str, command))}\n")
        try:
            process = subprocess.Popen(
                command if sys.platform == "win32" else ["/bin/sh", "-c", TIED, "sh", *command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=child_environment(changes),
                creationflags=NO_WINDOW,
                start_new_session=True,
                encoding="utf-8",
                errors="replace",
            )
        except (OSError, ValueError) as error:
            return Finished(NOT_FOUND, f"{command[0]} cannot be started: {error}")
        _FOLLOWED.add(process)
        try:
            assert process.stdout is not None
            for line in process.stdout:
                kept.write(line)
                lines.append(line)
                if on_line is not None:
                    on_line(line.rstrip())
            status = process.wait()
        finally:
            _FOLLOWED.discard(process)
            _let_go(process)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(END_SECONDS)
            end(process)
    return Finished(status, "".join(lines))


def interrupt() -> None:
    """End all programs that `follow` runs, and start no more, as this process is about to end.

    Other threads see that their program failed, and can clean up.
    """
    _INTERRUPTED.set()
    stop()


def stop() -> None:
    """End all programs that `follow` runs."""
    for process in list(_FOLLOWED):
        _let_go(process)


def _let_go(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    process.stdin.close()
    if sys.platform == "win32":
        process.terminate()


def end(process: "subprocess.Popen[str] | subprocess.Popen[bytes]") -> None:
    """End a process, politely first, and close its pipes."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            stream.close()


def _open_log(log: Path) -> TextIO:
    """Open a log for appending; a new one if it is large, none if it cannot be written."""
    try:
        folders.make_private(log.parent)
        if log.exists() and log.stat().st_size > LOG_BYTES:
            log.replace(log.with_suffix(".1.log"))
        return log.open("a", encoding="utf-8")
    except OSError:
        return open(os.devnull, "a", encoding="utf-8")
