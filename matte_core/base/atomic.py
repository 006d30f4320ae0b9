"""Files that are there whole or not at all, whatever happens while they are written.

Standard library only.
"""

import contextlib
import errno
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

# What the system answers to whom it lets write nothing, or nothing more, at a place.
_NOT_WRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES)


def write_files(files: Mapping[Path, bytes]) -> None:
    """Write files of one disk: all of them, or none.

    The bytes go to new files in the same folders, are forced to the disk, and take the names
    when all of them are there. The folders must exist.

    Raises
    ------
    OSError
        If they cannot be written; nothing is left behind then.
    """
    parts = {
        path: path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}.part") for path in files
    }
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)
    try:
        for path, part in parts.items():
            with os.fdopen(os.open(part, flags, 0o666), "wb") as file:
                file.write(files[path])
                file.flush()
                os.fsync(file.fileno())
        for path, part in parts.items():
            os.replace(part, path)
    finally:
        # Gone already when all went well; KeyboardInterrupt comes by here too.
        for part in parts.values():
            with contextlib.suppress(FileNotFoundError):
                part.unlink()


def refusal(error: Exception) -> str:
    """Return what the system says of a disk that is full or not ours to write; else empty."""
    if isinstance(error, OSError) and error.errno in _NOT_WRITABLE:
        return str(error.strerror)
    return ""
