"""The plug-in's side of the pipe: starts a worker, asks it, and ends it, whatever happens.

    with Worker(python, log) as worker:
        answer = worker.call("cut_out", params, arrays, progress)

The worker is one child process for one run of an action. Pipes are drained and filled by
threads, so neither side can block the other; a worker that says nothing for `SILENCE_SECONDS`
counts as hung and is killed. The worker in turn shows life only while it computes, see
`matte_core.worker.server`.
"""

import math
import os
import queue
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, cast

import matte_core
from matte_core.base.environ import scrubbed_environment
from matte_core.base.errors import (
    Cancelled,
    MatteError,
    ProtocolError,
    SetupError,
    WorkerError,
)
from matte_core.base.messages import Message
from matte_core.base.progress import ProgressCallback, silent
from matte_core.link import answers, faults
from matte_core.link.faults import SET_UP
from matte_core.link.log import open_log
from matte_core.link.protocol import PROTOCOL, Array, Frame, read_frame, write_frame

WORKER = Path(matte_core.__file__).parent / "worker" / "__main__.py"
START_SECONDS = 60.0
SILENCE_SECONDS = 60.0
#: Names how many seconds to wait for a silent worker instead, on a very slow machine for one.
PATIENCE_VARIABLE = "MATTE_PATIENCE"
END_SECONDS = 2.0
TICK_SECONDS = 0.1
GONE_SECONDS = 0.3


class Worker:
    """A worker process, from start to end; use it in a ``with`` statement.

    Entering one that runs already, say a preview's, goes on with it.

    Parameters
    ----------
    python : Path
        The Python of Matte's environment.
    log : Path
        The file that takes the worker's standard error; rotated when it has grown.
    script : Path, optional
        The worker's main file.

    Raises
    ------
    SetupError
        On entering, if the environment is not there or the worker is of another version.
    WorkerError
        On entering, if the process ends or stays silent instead of greeting.
    """

    def __init__(self, python: Path, log: Path, script: Path = WORKER) -> None:
        self._python = python
        self._log = log
        self._script = script
        self._frames: queue.Queue[Frame | BaseException | None] = queue.Queue()
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0
        self._number = 0

    def __enter__(self) -> "Worker":
        if self.is_running:
            return self
        faults.require(self._python)
        with open_log(self._log) as log:
            self._log_start = log.tell()
            try:
                self._process = subprocess.Popen(
                    [self._python, "-I", "-X", "utf8", self._script],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    env=scrubbed_environment(dict(os.environ)),
                    creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                )
            except OSError as error:
                raise SetupError(
                    Message(
                        "The Python of Matte's environment does not start: {error}.", error=error
                    ),
                    SET_UP,
                ) from error
        assert self._process.stdout is not None
        threading.Thread(target=self._read, args=(self._process.stdout,), daemon=True).start()
        try:
            self._greet()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def is_running(self) -> bool:
        """Whether the worker can be asked."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process number of the worker."""
        assert self._process is not None
        return self._process.pid

    def call(
        self,
        method: str,
        params: dict[str, Any],
        arrays: dict[str, Array] | None = None,
        progress: ProgressCallback = silent,
    ) -> Frame:
        """Send a request and wait for its result.

        Parameters
        ----------
        method, params, arrays
            What `matte_core.worker.methods` describes.
        progress : callable, optional
            Given the fraction done and the step's name, several times a second. What it raises
            ends the worker and passes through: raise `Cancelled` to cancel.

        Raises
        ------
        MatteError
            The worker's own error, rebuilt.
        WorkerError
            If the worker ends, stays silent, breaks the protocol, or sends what cannot be used.
        """
        self._number += 1
        values = {"id": self._number, "method": method, "params": params}
        self._send(Frame("request", values, arrays or {}))
        try:
            answer = self._answer(progress)
        except Cancelled:
            self._stop_computing()
            raise
        answers.check(method, params, arrays or {}, answer)
        return answer

    def close(self) -> None:
        """End the process: politely by closing its input, by force when that does not do."""
        process, self._process = self._process, None
        if process is None:
            return
        try:
            process.wait(0)
        except subprocess.TimeoutExpired:
            # Closing waits for a writer that is stuck in the pipe, so a stuck worker goes first.
            closer = threading.Thread(target=_close_quietly, args=(process.stdin,), daemon=True)
            closer.start()
            try:
                process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            closer.join(END_SECONDS)
        _close_quietly(process.stdin)
        # The reader sees the end of the stream, closes it and leaves. A child of the worker's that
        # holds the pipe open must not hold up anything here.
        with suppress(queue.Empty):
            while self._frames.get(timeout=END_SECONDS) is not None:
                pass

    def _greet(self) -> None:
        hello = self._next(_patience(START_SECONDS), _nothing)
        if hello.type != "hello" or hello.values.get("protocol") != PROTOCOL:
            message = Message(
                "Matte's worker did not greet as version {protocol} does.", protocol=PROTOCOL
            )
            raise ProtocolError(message, SET_UP)
        if hello.values.get("version") != matte_core.__version__:
            message = Message(
                "Matte's worker is of version {found}, the plug-in of version {version}.",
                found=hello.values.get("version"),
                version=matte_core.__version__,
            )
            raise SetupError(message, SET_UP)

    def _answer(self, progress: ProgressCallback) -> Frame:
        fraction, step = 0.0, ""
        while True:
            # Asked again between the worker's own reports, so that a cancel is heard at once.
            tick = partial(progress, fraction, step)
            frame = self._next(_patience(SILENCE_SECONDS), tick)
            if frame.type in ("result", "error") and frame.values.get("id") != self._number:
                message = Message("Matte's worker answered what it was not asked.")
                raise ProtocolError(message, SET_UP)
            if frame.type == "progress":
                fraction, step = _reported(frame)
                progress(fraction, step)
            elif frame.type == "result":
                return frame
            elif frame.type == "error":
                raise faults.reported(frame)
            elif frame.type != "alive":
                message = Message("Matte's worker sent an unknown frame, {kind}.", kind=frame.type)
                raise ProtocolError(message, SET_UP)

    def _stop_computing(self) -> None:
        """Ask for an end of the request; a worker that does not obey is ended itself."""
        self._send(Frame("cancel", {"id": self._number}))
        limit = time.monotonic() + END_SECONDS
        with suppress(WorkerError):
            while time.monotonic() < limit:
                if self._next(END_SECONDS, _nothing).type in ("result", "error"):
                    return
        self.close()

    def _next(self, patience: float, tick: Callable[[], None]) -> Frame:
        waited, ended = 0.0, 0.0
        while True:
            try:
                item = self._frames.get(timeout=TICK_SECONDS)
                break
            except queue.Empty:
                waited += TICK_SECONDS
                if waited >= patience:
                    raise faults.silent(patience, self._log) from None
                # Its end of the pipe may be held open by a child that outlives it.
                ended = 0.0 if self.is_running else ended + TICK_SECONDS
                if ended >= GONE_SECONDS:
                    raise self._ended() from None
                tick()
        if isinstance(item, Frame):
            return item
        if item is None:
            self._frames.put(None)
            raise self._ended()
        raise item

    def _ended(self) -> MatteError:
        assert self._process is not None
        try:
            status: int | None = self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            status = None
        return faults.ended(status, self._log, self._log_start)

    def _send(self, frame: Frame) -> None:
        assert self._process is not None
        stream = cast(BinaryIO, self._process.stdin)

        def write() -> None:
            try:
                write_frame(stream, frame)
            except (OSError, ValueError):
                # The reader notices the same end, with the worker's last words before it.
                return
            except ProtocolError as error:
                self._frames.put(error)

        threading.Thread(target=write, daemon=True).start()

    def _read(self, stream: BinaryIO) -> None:
        try:
            while (frame := read_frame(stream)) is not None:
                self._frames.put(frame)
        except (ProtocolError, OSError, ValueError) as error:
            if isinstance(error, ProtocolError):
                message = Message(
                    "Matte's worker does not speak as it should: {error}", error=error.message
                )
                self._frames.put(ProtocolError(message, SET_UP))
        finally:
            _close_quietly(stream)
            self._frames.put(None)


def _nothing() -> None:
    """Do nothing between two frames."""


def _reported(frame: Frame) -> tuple[float, str]:
    fraction, step = frame.values.get("fraction"), frame.values.get("step")
    if (
        not isinstance(fraction, int | float)
        or not math.isfinite(fraction)
        or not isinstance(step, str)
    ):
        message = Message("Matte's worker reported progress without a fraction and a step.")
        raise ProtocolError(message, SET_UP)
    return min(max(float(fraction), 0.0), 1.0), step


def _patience(seconds: float) -> float:
    """Return how long to wait for a silent worker: what the variable names, if it is a number."""
    try:
        named = float(os.environ.get(PATIENCE_VARIABLE, ""))
    except ValueError:
        return seconds
    return named if 0 < named < math.inf else seconds


def _close_quietly(stream: Any) -> None:
    try:
        stream.close()
    except (OSError, ValueError):
        return  # the other end is gone already, which is all that closing is for
