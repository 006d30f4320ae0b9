"""The file that takes a worker's standard error. Standard library only."""

import os
from pathlib import Path
from typing import BinaryIO

from matte_core.base import folders

LOG_BYTES = 1 << 20
LOGS_KEPT = 3
TAIL_BYTES = 1 << 16


def open_log(log: Path) -> BinaryIO:
    """Open the log for appending, rotated when it has grown; the null device when it cannot be."""
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
        # A full or read-only disk must not keep anyone from cutting out a photo.
        return open(os.devnull, "ab")


def read_since(log: Path, start: int) -> str:
    """Return what was written since the log was `start` bytes long; at most its last part."""
    try:
        with log.open("rb") as written:
            end = written.seek(0, os.SEEK_END)
            written.seek(max(start, end - TAIL_BYTES))
            return written.read(TAIL_BYTES).decode("utf-8", "replace")
    except (OSError, ValueError):
        return ""
