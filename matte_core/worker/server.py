"""The worker's side of the pipe: one thread reads, one shows life, the main one computes.

The worker ends when its standard input does, within a second, whatever it is computing: a
plug-in that is killed leaves no process behind.
"""

import os
import queue
import sys
import threading
import traceback
from collections.abc import Callable
from typing import BinaryIO

import matte_core
from matte_core.errors import Cancelled, MatteError, ProtocolError, WorkerError, to_wire
from matte_core.progress import ProgressCallback
from matte_core.protocol import PROTOCOL, Frame, read_frame, write_frame

ALIVE_SECONDS = 1.0
GRACE_SECONDS = 0.5

Method = Callable[[Frame, ProgressCallback], Frame]


class Server:
    """Answers the requests that come through one pair of pipes, one after the other."""

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._write_lock = threading.Lock()
        self._requests: queue.Queue[Frame | None] = queue.Queue()
        self._cancelled: set[int] = set()
        self._done = threading.Event()

    def send(self, frame: Frame) -> None:
        """Write one frame; ends the process when nobody is left to read it."""
        try:
            with self._write_lock:
                write_frame(self._outgoing, frame)
        except OSError:
            os._exit(0)

    def serve(self, methods: Callable[[], dict[str, Method]]) -> None:
        """Say hello, then answer until the input ends.

        Parameters
        ----------
        methods : callable
            Returns the methods by name. It is called after the greeting, so that its heavy
            imports overlap with the arrival of the first request's pixels.
        """
        values = {"protocol": PROTOCOL, "version": matte_core.__version__, "pid": os.getpid()}
        self.send(Frame("hello", values))
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._show_life, daemon=True).start()
        try:
            table = methods()
        except ImportError as error:
            traceback.print_exc()
            self._refuse_all(f"A package of Matte's environment cannot be loaded: {error}.")
            return
        while (request := self._requests.get()) is not None:
            self.send(self._answer(request, table))
        self._done.set()

    def _answer(self, request: Frame, table: dict[str, Method]) -> Frame:
        number = request.values.get("id")
        try:
            if not isinstance(number, int):
                raise ProtocolError("A request has no number.")
            method = table.get(str(request.values.get("method")))
            if method is None:
                raise ProtocolError(f"There is no method {request.values.get('method')!r}.")
            result = method(request, self._reporter(number))
        except MatteError as error:
            return Frame("error", {"id": number, "error": to_wire(error)})
        except MemoryError:
            traceback.print_exc()
            return _failure(
                number,
                "There is not enough memory for this picture.",
                "Close other programs, or scale the picture down.",
            )
        except Exception as error:  # the process border: whatever it was, the plug-in must know
            traceback.print_exc()
            return _failure(
                number,
                f"Matte failed unexpectedly ({type(error).__name__}: {error}).",
                "Please report it together with the log.",
            )
        return Frame(result.type, {**result.values, "id": number}, result.arrays)

    def _reporter(self, number: int) -> ProgressCallback:
        def report(fraction: float, step: str) -> None:
            if number in self._cancelled:
                raise Cancelled
            self.send(Frame("progress", {"id": number, "fraction": fraction, "step": step}))

        report(0.0, "")
        return report

    def _refuse_all(self, message: str) -> None:
        while (request := self._requests.get()) is not None:
            error = {
                "kind": "SetupError",
                "message": message,
                "hint": "Choose Filters > Matte > Set Up and Check… to repair it.",
            }
            self.send(Frame("error", {"id": request.values.get("id"), "error": error}))
        self._done.set()

    def _read(self) -> None:
        try:
            while (frame := read_frame(self._incoming)) is not None:
                if frame.type == "request":
                    self._requests.put(frame)
                elif frame.type == "cancel":
                    self._cancelled.add(int(frame.values.get("id", -1)))
        except (ProtocolError, OSError, ValueError) as error:
            print(f"matte worker: {error}", file=sys.stderr)
        self._requests.put(None)
        if not self._done.wait(GRACE_SECONDS):
            os._exit(0)

    def _show_life(self) -> None:
        while not self._done.wait(ALIVE_SECONDS):
            self.send(Frame("alive"))


def _failure(number: int | None, message: str, hint: str) -> Frame:
    return Frame("error", {"id": number, "error": to_wire(WorkerError(message, hint))})


def main() -> int:
    """Serve on standard input and output.

    Standard output is kept for frames alone: whatever a library prints goes to standard error.
    """
    outgoing = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def methods() -> dict[str, Method]:
        from matte_core.worker.methods import METHODS

        return METHODS

    Server(sys.stdin.buffer, outgoing).serve(methods)
    return 0
