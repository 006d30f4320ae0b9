"""The log file, which gets the standard error of a worker."""

import os
from pathlib import Path
from typing import BinaryIO

from matte_core.base import folders

LOG_BYTES = 1 << 20
LOGS_KEPT = 3
TAIL_BYTES = 1 << 16


def open_log(log: Path) -> BinaryIO:
    """Open the log for appending, rotated if it has grown; the null device if that fails."""
    try:
        folders.make_private(log.parent)
        if log.exists() and log.stat().st_size > LOG_BYTES:
            for age in range(LOGS_KEPT - 1, 0, -1):
                older = log.with_suffix(f".{age}.log")
                if older.exists():
                    older.replace(log.with_suffix(f".{age + 1}.log"))
            log.replace(log.with_suffix(".1.log"))
        return log.open("ab")
    except OSError:
        # Cutting out a photo must not fail on a full or read-only disk.
        return open(os.devnull, "ab")


def read_since(log: Path, start: int) -> str:
    """Return what was written since the log had `start` bytes; at most the last `TAIL_BYTES`."""
    try:
        with log.open("rb") as written:
            end = written.seek(0, os.SEEK_END)
            written.seek(max(start, end - TAIL_BYTES))
            return written.read(TAIL_BYTES).decode("utf-8", "replace")
    except (OSError, ValueError):
        return ""
