"""How many threads this process may compute with."""

import os

#: Limits the threads, where several processes share the cores.
VARIABLE = "MATTE_THREADS"
# What OpenCV, OpenBLAS, and OpenMP read when they are loaded.
_LIBRARIES = ("OPENCV_FOR_THREADS_NUM", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")


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
    """Pass the limit on to libraries that read their own; call it before they are loaded."""
    if most_threads():
        for name in _LIBRARIES:
            os.environ.setdefault(name, str(most_threads()))
