"""Start another program, with a clean environment and a limit, and end it whatever happens.

Standard library only.
"""

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

# Runs the command in "$@", and ends it and all that it started when our end of its standard input
# is gone, be it that we were killed. Politely first, so that pip takes its files away.
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

# A console program that is started from GIMP on Windows would open a black window.
NO_WINDOW: int = getattr(subprocess, "CREATE_NO_WINDOW", 0)

Command = Sequence[str | os.PathLike[str]]


@dataclass(frozen=True)
class Finished:
    """How a program ended: its exit status, and what it wrote to its two outputs."""

    status: int
    output: str
    errors: str = ""

    @property
    def last_words(self) -> str:
        """The last line that says something, for a message to a person."""
        lines = [line.strip() for line in (self.output + "\n" + self.errors).splitlines()]
        return next((line for line in reversed(lines) if line), f"exit status {self.status}")


def child_environment(changes: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return this process's variables, scrubbed, with `changes` over them."""
    return {**scrubbed_environment(os.environ), **(changes or {})}


def run(
    command: Command,
    timeout: float,
    changes: Mapping[str, str] | None = None,
    *,
    scrub: bool = True,
) -> Finished:
    """Run a program to its end and return what it said; it gets no input.

    Its environment is scrubbed, unless it is GIMP itself that is run.

    A program that cannot be started, or is not done within `timeout` seconds, is an answer too:
    the statuses `NOT_FOUND` and `TOO_LONG`.
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
        return Finished(TOO_LONG, "", f"{command[0]} was not done after {timeout:.0f} seconds")
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
    """Run a long program, hand on each line as it comes, and keep all of them in `log`.

    Both outputs are read as one. When the caller is interrupted, the program is ended first; and
    where there is a shell, the program and all that it started end with this process, however
    that ends.
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
    """End what is followed, and follow nothing from now on: asked as this process is to end.

    Another thread that is at it sees that its program failed, and can tidy up.
    """
    _INTERRUPTED.set()
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
    """Open a log for appending, a new one when it has grown; none where none can be written."""
    try:
        folders.make_private(log.parent)
        if log.exists() and log.stat().st_size > LOG_BYTES:
            log.replace(log.with_suffix(".1.log"))
        return log.open("a", encoding="utf-8")
    except OSError:
        return open(os.devnull, "a", encoding="utf-8")
