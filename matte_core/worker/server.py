"""The worker's end of the pipe: one thread reads, one signals life, the main one computes.

The worker ends within a second when its standard input ends, whatever it is computing: a plug-in
that is killed leaves no process behind. It signals that it is alive only while it waits or
computes: one that hangs, in a deadlock for example, falls silent, and its plug-in ends it.
"""

import os
import queue
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from reprlib import repr as short
from typing import Any, BinaryIO

import matte_core
from matte_core.base.errors import (
    Cancelled,
    MatteError,
    ProtocolError,
    SetupError,
    WorkerError,
    to_wire,
)
from matte_core.base.memory import is_out_of_memory
from matte_core.base.messages import Message
from matte_core.base.progress import ProgressCallback
from matte_core.base.threads import tell_libraries
from matte_core.link.protocol import PROTOCOL, Frame, read_frame, write_frame
from matte_core.link.records import decode, encode
from matte_core.link.requests import Request

ALIVE_SECONDS = 1.0
GRACE_SECONDS = 0.5
# The share of a CPU that a computing process gets at least on a busy machine; signaling life takes
# less.
LEAST_SHARE = 0.005

NO_MEMORY = Message("There is not enough memory for this image.")
USE_LESS = Message("Close other programs, or scale the image down.")

Methods = dict[type[Request[Any]], Callable[[Any, ProgressCallback], Any]]


def read_request(frame: Frame, kinds: Mapping[str, type[Request[Any]]]) -> Request[Any]:
    """Rebuild the request in a frame; `kinds` are the possible ones by their methods.

    Raises
    ------
    ProtocolError
        If there is no such method, or a field is not what it must be; names the field.
    """
    method = frame.values.get("method")
    kind = kinds.get(method) if isinstance(method, str) else None
    if kind is None:
        raise ProtocolError(f"There is no method {short(method)}.")
    try:
        return decode(kind, frame.values.get("params"), frame.arrays)
    except ProtocolError as error:
        raise ProtocolError(f"The {method} request cannot be used: {error.message}.") from error


class Server:
    """Answers the requests that come through one pair of pipes, one after the other."""

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._write_lock = threading.Lock()
        self._requests: queue.Queue[Frame | None] = queue.Queue()
        self._cancelled: set[Any] = set()
        self._done = threading.Event()
        self._is_waiting = False

    def send(self, frame: Frame) -> None:
        """Write one frame; ends the process when the pipe is closed."""
        try:
            with self._write_lock:
                write_frame(self._outgoing, frame)
        except OSError:
            os._exit(0)

    def serve(self, methods: Callable[[], Methods]) -> None:
        """Send a greeting, then answer requests until the input ends.

        Parameters
        ----------
        methods : callable
            Returns the methods by the requests that they take. It is called after the greeting,
            so that its heavy imports overlap with the arrival of the first request's pixels.
        """
        values = {"protocol": PROTOCOL, "version": matte_core.__version__, "pid": os.getpid()}
        self.send(Frame("hello", values))
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._show_life, daemon=True).start()
        try:
            table = methods()
        except Exception as error:  # a damaged file of a package can raise anything
            _log_traceback()
            if is_out_of_memory(error):
                self._refuse_all(_failure(None, NO_MEMORY, USE_LESS))
                return
            self._refuse_all(_damaged(None, error))
            return
        while (request := self._next()) is not None:
            self.send(self._answer(request, table))
        self._done.set()

    def _next(self) -> Frame | None:
        self._is_waiting = True
        request = self._requests.get()
        self._is_waiting = False
        return request

    def _answer(self, frame: Frame, methods: Methods) -> Frame:
        number = frame.values.get("id")
        try:
            if not isinstance(number, int):
                raise ProtocolError("A request has no number.")
            request = read_request(frame, {kind.method: kind for kind in methods})
            values, arrays = encode(methods[type(request)](request, self._reporter(number)))
        except MatteError as error:
            if is_out_of_memory(error):
                return _failure(number, NO_MEMORY, USE_LESS)
            return Frame("error", {"id": number, "error": to_wire(error)})
        except Exception as error:  # the process border: the plug-in must learn of any failure
            _log_traceback()
            if is_out_of_memory(error):
                return _failure(number, NO_MEMORY, USE_LESS)
            if isinstance(
                error, ImportError
            ):  # of a package that is not loaded before it is needed
                return _damaged(number, error)
            return _failure(
                number,
                Message(
                    "Matte failed unexpectedly ({kind}: {error}).",
                    kind=type(error).__name__,
                    error=error,
                ),
                Message("Please report it together with the log."),
            )
        return Frame("result", {"id": number, "values": values}, arrays)

    def _reporter(self, number: int) -> ProgressCallback:
        def report(fraction: float, step: str) -> None:
            if number in self._cancelled:
                raise Cancelled
            self.send(Frame("progress", {"id": number, "fraction": fraction, "step": step}))

        report(0.0, "")
        return report

    def _refuse_all(self, refusal: Frame) -> None:
        while (request := self._next()) is not None:
            values = {**refusal.values, "id": request.values.get("id")}
            self.send(Frame(refusal.type, values))
        self._done.set()

    def _read(self) -> None:
        try:
            while (frame := read_frame(self._incoming)) is not None:
                if frame.type == "request":
                    self._requests.put(frame)
                elif frame.type == "cancel" and isinstance(frame.values.get("id"), int):
                    self._cancelled.add(frame.values["id"])
        except (ProtocolError, OSError, ValueError, TypeError, MemoryError) as error:
            _log(f"matte worker: {error}")
        self._requests.put(None)
        if not self._done.wait(GRACE_SECONDS):
            os._exit(0)

    def _show_life(self) -> None:
        spent = time.process_time()
        while not self._done.wait(ALIVE_SECONDS):
            before, spent = spent, time.process_time()
            if self._is_waiting or spent - before > LEAST_SHARE * ALIVE_SECONDS:
                self.send(Frame("alive"))


def _log(words: str) -> None:
    """Write to the log; a full disk must not end the worker."""
    with suppress(OSError):
        print(words, file=sys.stderr)


def _log_traceback() -> None:
    _log(traceback.format_exc())


def _failure(number: int | None, message: str, hint: str) -> Frame:
    return Frame("error", {"id": number, "error": to_wire(WorkerError(message, hint))})


def _damaged(number: int | None, error: Exception) -> Frame:
    message = Message("A package of Matte's environment cannot be loaded: {error}.", error=error)
    hint = Message("Choose Filters > Matte > Set Up and Check… to repair it.")
    return Frame("error", {"id": number, "error": to_wire(SetupError(message, hint))})


def warm_up() -> None:
    """Draw the draft of a tiny picture, of a disc."""
    import numpy as np

    from matte_core.link.fields import ViewSettings
    from matte_core.worker.preview import Preview

    rows, columns = np.ogrid[-1:1:64j, -1:1:64j]
    noise = np.random.default_rng(0).integers(0, 99, (64, 64, 3), np.uint8)
    disc = (rows**2 + columns**2 < 0.5) * np.uint8(99)
    Preview(noise + disc[..., None]).show(ViewSettings(is_draft=True), lambda *_: None)


def load_methods() -> Methods:
    """Load the methods and the built-in model, and find a first subject with it.

    Nearly every action needs them. What OpenCV, ONNX Runtime, and NumPy set up on first use takes
    as long as the draft of a preview.
    """
    from matte_core.catalog.published import BUILT_IN
    from matte_core.catalog.registry import model_path
    from matte_core.networks.loading import load_network
    from matte_core.worker.methods import METHODS
    from matte_core.worker.preview_methods import PreviewMethods

    # Whatever is wrong with it, an action that needs it says so; the others do without.
    with suppress(Exception):
        load_network(model_path(BUILT_IN))
        warm_up()
    return METHODS | PreviewMethods().by_request


def main() -> int:
    """Serve on standard input and output.

    Standard output is reserved for frames: anything that a library prints goes to standard error.
    """
    tell_libraries()
    outgoing = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    Server(sys.stdin.buffer, outgoing).serve(load_methods)
    return 0
