"""The plug-in's end of the pipe: starts a worker, sends it requests, and always ends it.

    with Worker(worker_command(python), log) as worker:
        result = worker.call(CutOutRequest(image=image), progress)

The worker is one child process for one run of an action. Threads read from and write to the
pipes, so neither side can block the other; a worker that is silent for `SILENCE_SECONDS` counts as
hung and is killed. The worker in turn signals that it is alive only while it computes, see
`matte_core.worker.server`.
"""

import math
import os
import queue
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, TypeVar, cast

import matte_core
from matte_core.base.environ import scrubbed_environment
from matte_core.base.errors import Cancelled, MatteError, ProtocolError, SetupError, WorkerError
from matte_core.base.messages import Message
from matte_core.base.progress import ProgressCallback, silent
from matte_core.link import faults
from matte_core.link.faults import SET_UP
from matte_core.link.log import open_log
from matte_core.link.protocol import PROTOCOL, Frame, read_frame, write_frame
from matte_core.link.records import decode
from matte_core.link.requests import Request, request_frame

_Result = TypeVar("_Result")

WORKER = Path(matte_core.__file__).parent / "worker" / "__main__.py"
START_SECONDS = 60.0
SILENCE_SECONDS = 60.0
#: Overrides how many seconds to wait for a silent worker, for very slow machines.
PATIENCE_VARIABLE = "MATTE_PATIENCE"
END_SECONDS = 2.0
TICK_SECONDS = 0.1
GONE_SECONDS = 0.3


def worker_command(python: Path, script: Path = WORKER) -> list[str | Path]:
    """Return the command that starts a worker with the Python of Matte's environment."""
    return [python, "-I", "-X", "utf8", script]


class Worker:
    """A worker process, from start to end; use it in a ``with`` statement.

    Entering one that is running already, such as that of a preview, continues with it.

    Parameters
    ----------
    command : sequence of str or Path
        What starts it; see `worker_command`.
    log : Path
        The file for the worker's standard error; rotated when it has grown.
    variables : mapping, optional
        Environment variables to set for it.

    Raises
    ------
    SetupError
        On entering, if the program is missing or the worker is of another version.
    WorkerError
        On entering, if the process ends or stays silent instead of greeting.
    """

    def __init__(
        self, command: Sequence[str | Path], log: Path, variables: Mapping[str, str] | None = None
    ) -> None:
        self._command = command
        self._log = log
        self._variables = variables or {}
        self._frames: queue.Queue[Frame | BaseException | None] = queue.Queue()
        self._process: subprocess.Popen[bytes] | None = None
        self._has_greeted = False
        self._log_start = 0
        self._number = 0

    def __enter__(self) -> "Worker":
        if not self.is_running:
            self.start()
        if not self._has_greeted:
            try:
                self._greet()
            except BaseException:
                self.close()
                raise
            self._has_greeted = True
        return self

    def start(self) -> None:
        """Start the process, without waiting for its greeting.

        Raises
        ------
        SetupError
            If the program is missing.
        """
        self._has_greeted = False
        with open_log(self._log) as log:
            self._log_start = log.tell()
            try:
                self._process = subprocess.Popen(
                    self._command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    env={**scrubbed_environment(os.environ), **self._variables},
                    creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                )
            except OSError as error:
                raise faults.not_started(Path(self._command[0]), error) from error
        assert self._process.stdout is not None
        threading.Thread(target=self._read, args=(self._process.stdout,), daemon=True).start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def is_running(self) -> bool:
        """Whether the worker can be sent a request."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process ID of the worker."""
        assert self._process is not None
        return self._process.pid

    def call(self, request: Request[_Result], progress: ProgressCallback = silent) -> _Result:
        """Send a request and wait for its result.

        Parameters
        ----------
        request : Request
        progress : callable, optional
            Given the fraction done and the name of the step, several times a second. An exception
            raised there ends the worker and is passed on: raise `Cancelled` to cancel.

        Raises
        ------
        MatteError
            The worker's own error, rebuilt.
        WorkerError
            If the worker ends, stays silent, breaks the protocol, or sends an unusable result.
        """
        self._number += 1
        self._send(request_frame(self._number, request))
        try:
            frame = self._answer(progress)
        except Cancelled:
            self._stop_computing()
            raise
        try:
            result: _Result = decode(request.result_type, frame.values.get("values"), frame.arrays)
            request.check(result)
        except ProtocolError as error:
            raise faults.unusable(error.message) from error
        return result

    def close(self) -> None:
        """End the process: close its input, and kill it if that is not enough."""
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
        # The reader sees the end of the stream, closes it and ends. A child of the worker that
        # keeps the pipe open must not block this.
        with suppress(queue.Empty):
            while self._frames.get(timeout=END_SECONDS) is not None:
                pass

    def _greet(self) -> None:
        hello = self._next(_patience(START_SECONDS), _nothing)
        if hello.type != "hello" or hello.values.get("protocol") != PROTOCOL:
            message = Message(
                "Matte's worker did not send the greeting of protocol version {protocol}.",
                protocol=PROTOCOL,
            )
            raise ProtocolError(message, SET_UP)
        if hello.values.get("version") != matte_core.__version__:
            message = Message(
                "Matte's worker is version {found}, but the plug-in is version {version}.",
                found=hello.values.get("version"),
                version=matte_core.__version__,
            )
            raise SetupError(message, SET_UP)

    def _answer(self, progress: ProgressCallback) -> Frame:
        fraction, step = 0.0, ""
        while True:
            # Called between the worker's own reports too, so that canceling takes effect at once.
            tick = partial(progress, fraction, step)
            frame = self._next(_patience(SILENCE_SECONDS), tick)
            if frame.type in ("result", "error") and frame.values.get("id") != self._number:
                message = Message("Matte's worker replied to a different request.")
                raise ProtocolError(message, SET_UP)
            if frame.type == "progress":
                fraction, step = _reported(frame)
                progress(fraction, step)
            elif frame.type == "result":
                return frame
            elif frame.type == "error":
                raise faults.reported(frame)
            elif frame.type != "alive":
                message = Message(
                    "Matte's worker sent an unknown message, {kind}.", kind=frame.type
                )
                raise ProtocolError(message, SET_UP)

    def _stop_computing(self) -> None:
        """Cancel the request; a worker that does not stop is ended."""
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
                # A child that outlives the worker may keep its end of the pipe open.
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
                # The reader notices the end too, after the last frames of the worker.
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
                message = Message("Matte's worker broke the protocol: {error}", error=error.message)
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
    """Return how long to wait for a silent worker; the environment variable overrides it."""
    try:
        named = float(os.environ.get(PATIENCE_VARIABLE, ""))
    except ValueError:
        return seconds
    return named if 0 < named < math.inf else seconds


def _close_quietly(stream: Any) -> None:
    try:
        stream.close()
    except (OSError, ValueError):
        return  # the other end is gone already
