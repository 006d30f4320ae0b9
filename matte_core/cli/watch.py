"""Wait for pictures to arrive in a folder, for as long as the program runs."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from matte_core.batch.plan import Job, Plan

#: Between two looks at the folder. A file that is the same in both is complete.
LOOK_SECONDS = 1.0

_Look = Callable[[], Plan]
_State = tuple[int, int]


def watched(look: _Look, plan: Plan, *, overwrite: bool = False) -> Iterator[Job | None]:
    """Yield the pictures that arrive, and None before each pause.

    A picture is yielded once it is complete, and once more whenever it has changed.

    Parameters
    ----------
    look : callable
        Returns the plan for all pictures that are in the folder now.
    plan : Plan
        The jobs of this one are replaced by what `look` has found.
    overwrite : bool
        Whether to yield pictures whose results exist when they are first seen.
    """
    before: dict[Path, _State] = {}
    yielded: dict[Path, _State] = {}
    while True:
        plan.jobs[:] = look().jobs
        now = {job.source: state for job in plan.jobs if (state := _state(job.source))}
        for job in plan.jobs:
            path = job.source
            state = now.get(path)
            if state is None or state != before.get(path) or state == yielded.get(path):
                continue
            is_new = path not in yielded
            yielded[path] = state
            if overwrite or not (is_new and job.is_done and job.failure is None):
                yield job
        before = now
        yield None
        time.sleep(LOOK_SECONDS)


@contextmanager
def ended_by_signal() -> Iterator[None]:
    """Let the signal by which services are stopped do what Ctrl+C does."""

    def stop(*_args: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _state(path: Path) -> _State | None:
    """Return the size and the time of the last change; None if the file is gone."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns
