"""Write files completely or not at all, even if the program is interrupted."""

import contextlib
import errno
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

# The errors of a disk that is full, read-only, or not writable for this user.
_NOT_WRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES)


def write_files(files: Mapping[Path, bytes]) -> None:
    """Write files of one disk: all of them, or none.

    They are written to new files in the same folders, flushed to the disk, and renamed once all of
    them are complete. The folders must exist.

    Raises
    ------
    OSError
        If they cannot be written; nothing is left behind.
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
        # They are gone if all went well; a KeyboardInterrupt passes here too.
        for part in parts.values():
            with contextlib.suppress(FileNotFoundError):
                part.unlink()


def refusal(error: Exception) -> str:
    """Return the system's message if a disk is full or not writable; else an empty text."""
    if isinstance(error, OSError) and error.errno in _NOT_WRITABLE:
        return str(error.strerror)
    return ""
