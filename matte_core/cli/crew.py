"""Share the pictures of a command among several processes, as far as memory allows."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from matte_core.base.environ import NO_REPORTS
from matte_core.base.errors import Cancelled, FileError, ProtocolError, from_wire
from matte_core.base.memory import available_bytes
from matte_core.base.threads import VARIABLE, cores, most_threads
from matte_core.batch.plan import Job
from matte_core.cli.result import Result, job_to_frame, result_from_frame
from matte_core.link.protocol import read_frame, write_frame

_HAND = Path(__file__).with_name("hand.py")
#: What a process needs at rest, and for each megapixel of the picture it works on.
RESTING_BYTES = 250 << 20
BYTES_PER_MEGAPIXEL = 60 << 20
_USUAL_MEGAPIXELS = 2.0
_LEAST_EACH = 2  # pictures; with fewer, a process takes longer to start than it saves
_TICK_SECONDS = 0.2


def best_count(pictures: int | None) -> int:
    """Return how many processes to use for some pictures; None for any number of them."""
    each = RESTING_BYTES + _USUAL_MEGAPIXELS * BYTES_PER_MEGAPIXEL
    most = [cores(), int(available_bytes() // each)]
    if pictures is not None:
        most.append(pictures // _LEAST_EACH)
    return max(min(most), 1)


class Crew:
    """Several processes that do pictures; use it in a ``with`` statement.

    Parameters
    ----------
    words : sequence of str
        The command line.
    count : int
        The number of processes; each is started when there is something to do for it.
    weigh : callable
        Returns the size of a picture in megapixels, or 0 where that is not known.
    """

    def __init__(
        self, words: Sequence[str], count: int, weigh: Callable[[Path], float] = lambda _path: 0
    ) -> None:
        #: How many pictures to begin with before the first of them is waited for.
        self.ahead = 2 * count
        self._words = list(words)
        self._weigh = weigh
        self._own = threading.local()
        self._pool = ThreadPoolExecutor(count)
        self._processes: set[subprocess.Popen[bytes]] = set()
        self._hiring = threading.Lock()
        self._is_closed = False
        self._scale = _Scale(available_bytes() - count * RESTING_BYTES)
        share = max(cores() // count, 1)
        self._variables = {VARIABLE: str(most_threads() or share)}

    def __enter__(self) -> "Crew":
        return self

    def __exit__(self, *error: object) -> None:
        self._scale.close()
        self._pool.shutdown(wait=False, cancel_futures=True)
        with self._hiring:
            self._is_closed = True
            for process in self._processes:
                process.kill()
        self._pool.shutdown()
        for process in self._processes:
            with suppress(OSError), process:  # closes its pipes, and waits for it
                pass

    def start(self, job: Job) -> Callable[[], Result]:
        """Begin with a picture as soon as a process is free; return what waits for its result.

        That raises the errors of the work, and `FileError` if the process has ended.
        """
        future = self._pool.submit(self._do, job)
        return lambda: _wait(future)

    def _do(self, job: Job) -> Result:
        needed = int(self._weigh(job.source) * BYTES_PER_MEGAPIXEL)
        with self._scale.holding(needed):
            process = getattr(self._own, "process", None) or self._hire()
            try:
                write_frame(cast(BinaryIO, process.stdin), job_to_frame(job))
                frame = read_frame(cast(BinaryIO, process.stdout))
            except (OSError, ValueError, ProtocolError):
                frame = None
            if frame is None:
                process.kill()
                self._own.process = None
                raise FileError(
                    f"The process that worked on {job.source} has ended (status "
                    f"{process.wait()}), as it does when memory runs out.",
                    "Use fewer processes with --jobs, or a smaller picture.",
                )
        if frame.type == "error":
            raise from_wire(frame.values.get("error"))
        return result_from_frame(frame)

    def _hire(self) -> "subprocess.Popen[bytes]":
        isolated = "-I" if sys.flags.isolated else "-P"
        with self._hiring:
            if self._is_closed:
                raise Cancelled
            process = subprocess.Popen(
                [sys.executable, isolated, "-X", "utf8", _HAND, *self._words],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, **NO_REPORTS, **self._variables},
                # Ctrl+C in the terminal is for this process alone.
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
            self._processes.add(process)
        self._own.process = process
        return process


class _Scale:
    """Lets pictures wait until there is memory for them; a single one never waits."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held = 0
        self._is_closed = False
        self._changed = threading.Condition()

    def close(self) -> None:
        """Let nobody in anymore."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    @contextmanager
    def holding(self, needed: int) -> Iterator[None]:
        """Wait for some bytes, and give them back afterwards."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._is_closed or not self._held or self._held + needed <= self._limit
            )
            if self._is_closed:
                raise Cancelled
            self._held += needed
        try:
            yield
        finally:
            with self._changed:
                self._held -= needed
                self._changed.notify_all()


def _wait(future: "Future[Result]") -> Result:
    while True:
        # In short waits, as Windows lets nothing interrupt a long one.
        with suppress(NotYet):
            return future.result(_TICK_SECONDS)
