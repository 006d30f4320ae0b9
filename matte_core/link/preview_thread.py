"""The thread that asks the worker for previews: at most one under way, only the newest waiting.

A control that moves asks again and again. What is under way is cancelled as soon as something
newer is wanted, and what was wanted in between is never computed. Knows nothing of GIMP or GTK:
`deliver` is called from the thread.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from matte_core.base.errors import Cancelled, MatteError, WorkerError
from matte_core.link.client import Worker
from matte_core.link.protocol import Array, Frame

END_SECONDS = 5.0


@dataclass(frozen=True, eq=False)
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
    """Asks a worker of its own for previews, from `start` to `close` or `release`.

    The worker starts at once, while the dialog is still being made.

    Parameters
    ----------
    open_worker : callable
        Returns a worker that is not started yet.
    """

    def __init__(self, open_worker: Callable[[], Worker]) -> None:
        self._open_worker = open_worker
        self._deliver: Callable[[Delivered], None] = _to_nobody
        self._report: Callable[[float, str], None] = _to_nobody
        self._news = threading.Condition()
        self._newest: Wanted | None = None
        self._standing: dict[str, Wanted] = {}
        self._is_closing = False
        self._is_released = False
        self._worker: Worker | None = None
        self._told: list[Wanted] = []
        self._thread = threading.Thread(target=self._run, name="PreviewThread", daemon=True)

    def start(self) -> None:
        """Start the thread, and its worker."""
        self._thread.start()

    def listen(
        self, deliver: Callable[[Delivered], None], report: Callable[[float, str], None]
    ) -> None:
        """Say who is told what comes, before anything is wanted.

        Parameters
        ----------
        deliver : callable
            Given a `Delivered` for each call that was not overtaken by a newer one.
        report : callable
            Given the fraction done and the name of the step while one is under way.
        """
        self._deliver, self._report = deliver, report

    def tell(self, standing: Wanted) -> None:
        """Let the worker know this before it is asked again; the last one of each method counts.

        A worker that takes the place of a dead one is told as well.
        """
        with self._news:
            self._standing[standing.method] = standing

    def want(self, wanted: Wanted) -> None:
        """Ask for a preview instead of whatever was wanted before."""
        with self._news:
            self._newest = wanted
            self._news.notify()

    def close(self) -> None:
        """End the thread and its worker; nothing is delivered after this."""
        self._end()

    def release(self) -> Worker | None:
        """End the thread and hand its worker over; None where there is none that runs.

        Whoever takes it has to close it.
        """
        self._is_released = True
        self._end()
        if self._thread.is_alive():
            self._is_released = False  # too busy to let go: the thread ends it after all
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
            while (wanted := self._next()) is not None:
                self._serve(wanted)
        finally:
            if not self._is_released:
                self._end_worker()

    def _start_early(self) -> None:
        try:
            self._running_worker()
        except MatteError:
            # The first call tries again, and tells.
            self._end_worker()

    def _next(self) -> Wanted | None:
        with self._news:
            while self._newest is None and not self._is_closing:
                self._news.wait()
            wanted, self._newest = self._newest, None
            return None if self._is_closing else wanted

    def _serve(self, wanted: Wanted) -> None:
        try:
            worker = self._running_worker()
            self._bring_up_to_date(worker)
            answer = worker.call(wanted.method, wanted.params, wanted.arrays, self._progress)
        except Cancelled:
            return  # something newer is wanted, or nobody is left to want anything
        except WorkerError as error:
            self._end_worker()
            self._hand_over(Delivered(wanted, error=error))
        except MatteError as error:
            self._hand_over(Delivered(wanted, error=error))
        else:
            self._hand_over(Delivered(wanted, answer))

    def _running_worker(self) -> Worker:
        if self._worker is None or not self._worker.is_running:
            self._end_worker()
            self._worker = self._open_worker().__enter__()
        return self._worker

    def _bring_up_to_date(self, worker: Worker) -> None:
        with self._news:
            standing = list(self._standing.values())
        for news in standing:
            if news not in self._told:
                # Told once, even when telling fails: a bad file is not sent with every call.
                self._told = [told for told in self._told if told.method != news.method] + [news]
                worker.call(news.method, news.params, news.arrays, self._until_closed)

    def _end_worker(self) -> None:
        worker, self._worker = self._worker, None
        self._told = []
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


def _to_nobody(*_: object) -> None:
    """Drop what comes before anybody listens."""
