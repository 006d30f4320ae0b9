"""How much memory there is, and which errors mean that it ran out."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_UNKNOWN = 4 << 30  # where the system does not say
_WORDS = (
    "MemoryError",
    "bad_alloc",
    "bad allocation",
    "Insufficient memory",
    "Failed to allocate memory",
    "Cannot allocate memory",
    "Memory allocation still failed",  # OpenBLAS, which then ends the process
    "can't start new thread",
    "failed to map segment",  # the loader of shared libraries
)


def is_out_of_memory(error: BaseException | None) -> bool:
    """Return whether an error, or one of its causes, means that memory ran out."""
    while error is not None:
        if isinstance(error, MemoryError) or tells_of_it(str(error)):
            return True
        error = error.__cause__ or error.__context__
    return False


def tells_of_it(text: str) -> bool:
    """Return whether a text reports that memory ran out."""
    return any(words in text for words in _WORDS)


def available_bytes() -> int:
    """Return how much memory can be used without taking it from others, as far as is known."""
    free = [*_free_of_system(), *_free_of_group()]
    return max(min(free), 0) if free else _UNKNOWN


def _free_of_system() -> Iterator[int]:
    with suppress(OSError, ValueError):
        text = Path("/proc/meminfo").read_text(encoding="ascii")
        found = re.search(r"MemAvailable:\s+(\d+) kB", text)
        if found:
            yield int(found[1]) << 10
            return
    with suppress(AttributeError, OSError, ValueError):
        # Of the whole memory, about half is usually free.
        yield os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2


def _free_of_group() -> Iterator[int]:
    """Yield what a container's limit leaves (Linux, control groups version 2)."""
    folder = Path("/sys/fs/cgroup")
    with suppress(OSError, ValueError):
        limit = int((folder / "memory.max").read_text(encoding="ascii"))
        yield limit - int((folder / "memory.current").read_text(encoding="ascii"))
