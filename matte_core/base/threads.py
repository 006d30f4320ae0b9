"""How many threads this process may compute with."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

#: Limits the threads, where several processes share the cores.
VARIABLE = "MATTE_THREADS"
# What OpenCV, OpenBLAS, and OpenMP read when they are loaded.
_LIBRARIES = ("OPENCV_FOR_THREADS_NUM", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")
# While their threads wait for work, they keep the cores busy: OpenBLAS's for 2 to the power of this
# many cycles, OpenCV's for this many rounds. That was a third of what starting a worker takes.
_WAITING = {
    "OPENBLAS_THREAD_TIMEOUT": "4",
    "OPENCV_THREAD_POOL_ACTIVE_WAIT_MAIN": "0",
    "OPENCV_THREAD_POOL_ACTIVE_WAIT_WORKER": "0",
}


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def most_threads() -> int:
    """Return how many threads to compute with; 0 if that is not limited."""
    text = os.environ.get(VARIABLE, "")
    return int(text) if text.isdecimal() else 0


def tell_libraries() -> None:
    """Keep libraries' threads within the limit, and from waiting busily.

    Call it before they are loaded.
    """
    for name, value in _WAITING.items():
        os.environ.setdefault(name, value)
    if most_threads():
        for name in _LIBRARIES:
            os.environ.setdefault(name, str(most_threads()))


@contextmanager
def second_thread() -> Iterator[Callable[..., Callable[[], Any]]]:
    """Yield a function that starts another one beside the caller, and returns what gets its result.

    If only one thread is allowed, it is not run before its result is asked for. Only what lets go
    of Python's lock gains from a thread.
    """
    if most_threads() == 1:
        yield partial
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as thread:
        yield lambda function, *arguments: thread.submit(function, *arguments).result
