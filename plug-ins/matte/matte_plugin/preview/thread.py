"""The thread that asks the worker for previews: at most one under way, only the newest waiting.

A control that moves asks again and again. What is under way is cancelled as soon as something
newer is wanted, and what was wanted in between is never computed. Knows nothing of GIMP or GTK:
`deliver` is called from the thread.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from matte_core.errors import Cancelled, MatteError, WorkerError
from matte_core.protocol import Array, Frame
from matte_plugin.worker_client import Worker

END_SECONDS = 5.0


@dataclass(frozen=True)
class Wanted:
    """A call of the worker: its method, its parameters, its arrays."""

    method: str
    params: dict[str, Any]
    arrays: dict[str, Array] = field(default_factory=dict)


@dataclass(frozen=True)
class Delivered:
    """What came of a call: an answer, or an error in words."""

    wanted: Wanted
    answer: Frame | None = None
    error: MatteError | None = None


class PreviewThread:
    """Asks a worker of its own for previews, from `start` to `close`.

    Parameters
    ----------
    open_worker : callable
        Returns a worker that is not started yet.
    opening : Wanted
        What a new worker is told before anything else: the picture.
    deliver : callable
        Given a `Delivered` for each call that was not overtaken by a newer one.
    report : callable
        Given the fraction done and the name of the step while one is under way.
    """

    def __init__(
        self,
        open_worker: Callable[[], Worker],
        opening: Wanted,
        deliver: Callable[[Delivered], None],
        report: Callable[[float, str], None],
    ) -> None:
        self._open_worker = open_worker
        self._opening = opening
        self._deliver = deliver
        self._report = report
        self._news = threading.Condition()
        self._newest: Wanted | None = None
        self._is_closing = False
        self._worker: Worker | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Start the thread; the worker starts with the first `want`."""
        self._thread.start()

    def want(self, wanted: Wanted) -> None:
        """Ask for a preview instead of whatever was wanted before."""
        with self._news:
            self._newest = wanted
            self._news.notify()

    def close(self) -> None:
        """End the thread and its worker; nothing is delivered after this."""
        with self._news:
            self._is_closing = True
            self._news.notify()
        self._thread.join(END_SECONDS)

    def _run(self) -> None:
        try:
            while (wanted := self._next()) is not None:
                self._serve(wanted)
        finally:
            self._end_worker()

    def _next(self) -> Wanted | None:
        with self._news:
            while self._newest is None and not self._is_closing:
                self._news.wait()
            wanted, self._newest = self._newest, None
            return None if self._is_closing else wanted

    def _serve(self, wanted: Wanted) -> None:
        try:
            answer = self._ready_worker().call(
                wanted.method, wanted.params, wanted.arrays, self._progress
            )
        except Cancelled:
            return  # something newer is wanted, or nobody is left to want anything
        except WorkerError as error:
            self._end_worker()
            self._hand_over(Delivered(wanted, error=error))
        except MatteError as error:
            self._hand_over(Delivered(wanted, error=error))
        else:
            self._hand_over(Delivered(wanted, answer))

    def _ready_worker(self) -> Worker:
        if self._worker is None or not self._worker.is_running:
            self._end_worker()
            self._report(0.0, "Starting")
            worker = self._open_worker().__enter__()
            self._worker = worker
            worker.call(self._opening.method, self._opening.params, self._opening.arrays)
        return self._worker

    def _end_worker(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.close()

    def _progress(self, fraction: float, step: str) -> None:
        with self._news:
            if self._newest is not None or self._is_closing:
                raise Cancelled
        self._report(fraction, step)

    def _hand_over(self, delivered: Delivered) -> None:
        with self._news:
            if self._is_closing:
                return
        self._deliver(delivered)
