"""The thread that asks the worker for previews: one request at a time, only the newest waiting.

A control that moves makes many requests. The current one is canceled as soon as there is a newer
one, and those between are dropped.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from matte_core.base.errors import Cancelled, MatteError, WorkerError
from matte_core.link.client import Worker
from matte_core.link.requests import Request

END_SECONDS = 5.0

AnyRequest = Request[Any]


@dataclass(frozen=True, eq=False)
class Delivered:
    """The outcome of a request: its result, or an error."""

    request: AnyRequest
    result: Any = None
    error: MatteError | None = None


class PreviewThread:
    """Asks its own worker for previews, from `start` to `close` or `release`.

    The worker starts at once, while the dialog is being built.

    Parameters
    ----------
    open_worker : callable
        Returns a worker that has not been started.
    """

    def __init__(self, open_worker: Callable[[], Worker]) -> None:
        self._open_worker = open_worker
        self._deliver: Callable[[Delivered], None] = _ignore
        self._report: Callable[[float, str], None] = _ignore
        self._news = threading.Condition()
        self._newest: AnyRequest | None = None
        self._standing: dict[str, AnyRequest] = {}
        self._is_closing = False
        self._is_released = False
        self._worker: Worker | None = None
        self._sent: dict[str, AnyRequest] = {}
        self._thread = threading.Thread(target=self._run, name="PreviewThread", daemon=True)

    def start(self) -> None:
        """Start the thread, and its worker."""
        self._thread.start()

    def listen(
        self, deliver: Callable[[Delivered], None], report: Callable[[float, str], None]
    ) -> None:
        """Set the callbacks, which are called from the thread; do so before the first request.

        Parameters
        ----------
        deliver : callable
            Given a `Delivered` for each request that was not replaced by a newer one.
        report : callable
            Given the fraction done and the name of the step during a request.
        """
        self._deliver, self._report = deliver, report

    def prepare(self, request: AnyRequest) -> None:
        """Send a request before the next view; the last one of each method counts.

        A worker that replaces a dead one gets it too.
        """
        with self._news:
            self._standing[request.method] = request

    def show(self, request: AnyRequest) -> None:
        """Ask for a view, in place of any that was asked for before."""
        with self._news:
            self._newest = request
            self._news.notify()

    def close(self) -> None:
        """End the thread and its worker; nothing is delivered after this."""
        self._end()

    def release(self) -> Worker | None:
        """End the thread and return its worker, which the caller closes; None if it has ended."""
        self._is_released = True
        self._end()
        if self._thread.is_alive():
            self._is_released = False  # still busy: the thread ends the worker itself
            return None
        worker, self._worker = self._worker, None
        return worker if worker is not None and worker.is_running else None

    def _end(self) -> None:
        with self._news:
            self._is_closing = True
            self._news.notify()
        self._thread.join(END_SECONDS)

    def _run(self) -> None:
        try:
            self._start_early()
            while (request := self._next()) is not None:
                self._serve(request)
        finally:
            if not self._is_released:
                self._end_worker()

    def _start_early(self) -> None:
        try:
            self._running_worker()
        except MatteError:
            # The first request tries again, and delivers the error.
            self._end_worker()

    def _next(self) -> AnyRequest | None:
        with self._news:
            while self._newest is None and not self._is_closing:
                self._news.wait()
            request, self._newest = self._newest, None
            return None if self._is_closing else request

    def _serve(self, request: AnyRequest) -> None:
        try:
            worker = self._running_worker()
            self._bring_up_to_date(worker)
            result = worker.call(request, self._progress)
        except Cancelled:
            return  # there is a newer request, or the dialog was closed
        except MatteError as error:
            if isinstance(error, WorkerError):
                self._end_worker()
            self._hand_over(Delivered(request, error=error))
        else:
            self._hand_over(Delivered(request, result))

    def _running_worker(self) -> Worker:
        if self._worker is None or not self._worker.is_running:
            self._end_worker()
            self._worker = self._open_worker().__enter__()
        return self._worker

    def _bring_up_to_date(self, worker: Worker) -> None:
        with self._news:
            standing = list(self._standing.values())
        for request in standing:
            if self._sent.get(request.method) is not request:
                # Sent once, even if it fails: a bad file is not sent with every view.
                self._sent[request.method] = request
                worker.call(request, self._until_closed)

    def _end_worker(self) -> None:
        worker, self._worker = self._worker, None
        self._sent = {}
        if worker is not None:
            worker.close()

    def _progress(self, fraction: float, step: str) -> None:
        with self._news:
            if self._newest is not None or self._is_closing:
                raise Cancelled
        self._report(fraction, step)

    def _until_closed(self, fraction: float, step: str) -> None:  # noqa: ARG002
        with self._news:
            if self._is_closing and not self._is_released:
                raise Cancelled

    def _hand_over(self, delivered: Delivered) -> None:
        with self._news:
            if self._is_closing:
                return
        self._deliver(delivered)


def _ignore(*_: object) -> None:
    """Do nothing, until `listen` is called."""
