"""The plug-in's side of the pipe: starts a worker, asks it, and ends it, whatever happens.

    with Worker(python, log) as worker:
        answer = worker.call("cut_out", params, arrays, progress)

The worker is one child process for one run of an action. Pipes are drained and filled by
threads, so neither side can block the other; a worker that says nothing for `SILENCE_SECONDS`
counts as hung and is killed.
"""

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
from matte_core.errors import (
    Cancelled,
    MatteError,
    ProtocolError,
    SetupError,
    WorkerError,
    from_wire,
)
from matte_core.progress import ProgressCallback, silent
from matte_core.protocol import PROTOCOL, Array, Frame, read_frame, write_frame
from matte_core.setup.environ import scrubbed_environment

WORKER = Path(matte_core.__file__).parent / "worker" / "__main__.py"
START_SECONDS = 60.0
SILENCE_SECONDS = 60.0
END_SECONDS = 2.0
TICK_SECONDS = 0.1
LOG_BYTES = 1 << 20
LOGS_KEPT = 3
SET_UP = "Choose Filters > Matte > Set Up and Check… to repair it."


class Worker:
    """A worker process, from start to end; use it in a ``with`` statement.

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
        self._number = 0

    def __enter__(self) -> "Worker":
        if not self._python.is_file():
            raise SetupError(
                f"Matte's environment is not there: {self._python} is missing.", SET_UP
            )
        with _open_log(self._log) as log:
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
                    f"The Python of Matte's environment does not start: {error}.", SET_UP
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
            If the worker ends, stays silent or breaks the protocol.
        """
        self._number += 1
        values = {"id": self._number, "method": method, "params": params}
        self._send(Frame("request", values, arrays or {}))
        try:
            return self._answer(progress)
        except Cancelled:
            self._stop_computing()
            raise

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
        # The reader sees the end of the stream and leaves; then its pipe can be closed too.
        while self._frames.get() is not None:
            pass
        _close_quietly(process.stdout)

    def _greet(self) -> None:
        hello = self._next(START_SECONDS, _nothing)
        if hello.type != "hello" or hello.values.get("protocol") != PROTOCOL:
            raise ProtocolError(f"The worker did not greet as version {PROTOCOL} does.", SET_UP)
        if hello.values.get("version") != matte_core.__version__:
            raise SetupError(
                f"The worker is of version {hello.values.get('version')}, "
                f"the plug-in of version {matte_core.__version__}.",
                SET_UP,
            )

    def _answer(self, progress: ProgressCallback) -> Frame:
        fraction, step = 0.0, ""
        while True:
            # Asked again between the worker's own reports, so that a cancel is heard at once.
            frame = self._next(SILENCE_SECONDS, partial(progress, fraction, step))
            if frame.type == "progress":
                fraction, step = _reported(frame)
                progress(fraction, step)
            elif frame.type == "result":
                return frame
            elif frame.type == "error":
                raise from_wire(frame.values.get("error") or {})
            elif frame.type != "alive":
                raise ProtocolError(f"The worker sent an unknown frame, {frame.type!r}.")

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
        waited = 0.0
        while True:
            try:
                item = self._frames.get(timeout=TICK_SECONDS)
                break
            except queue.Empty:
                waited += TICK_SECONDS
                if waited >= patience:
                    message = f"Matte's worker said nothing for {patience:.0f} seconds."
                    raise WorkerError(message, f"See the log: {self._log}") from None
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
        message = f"Matte's worker ended before it was done (status {status})."
        return WorkerError(message, f"See the log: {self._log}")

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
                self._frames.put(error)
        self._frames.put(None)


def _nothing() -> None:
    """Do nothing between two frames."""


def _reported(frame: Frame) -> tuple[float, str]:
    fraction, step = frame.values.get("fraction"), frame.values.get("step")
    if not isinstance(fraction, int | float) or not isinstance(step, str):
        raise ProtocolError("The worker reported progress without a fraction and a step.")
    return float(fraction), step


def _close_quietly(stream: Any) -> None:
    try:
        stream.close()
    except (OSError, ValueError):
        return  # the other end is gone already, which is all that closing is for


def _open_log(log: Path) -> Any:
    """Open the log for appending, rotated when it has grown; the null device when it cannot be."""
    try:
        log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if log.exists() and log.stat().st_size > LOG_BYTES:
            for age in range(LOGS_KEPT - 1, 0, -1):
                older = log.with_suffix(f".{age}.log")
                if older.exists():
                    older.replace(log.with_suffix(f".{age + 1}.log"))
            log.replace(log.with_suffix(".1.log"))
        return log.open("ab")
    except OSError:
        # A full or read-only disk must not keep anyone from cutting out a photo.
        return open(os.devnull, "ab")
