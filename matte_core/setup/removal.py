"""Remove and replace files and folders."""

import os
import shutil
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any


def remove(path: Path) -> bool:
    """Remove a file, a folder or a link, but not its target; return whether there was one.

    Raises
    ------
    OSError
        If something in it cannot be removed.
    """
    if not os.path.lexists(path):
        return False
    if path.is_dir() and not is_link(path):
        if sys.version_info >= (3, 12):
            shutil.rmtree(path, onexc=_writable_first)
        else:
            shutil.rmtree(path, onerror=lambda f, p, info: _writable_first(f, p, info[1]))
    else:
        path.unlink()
    return True


def is_link(path: Path) -> bool:
    """Return whether a path is a symbolic link or, on Windows, a junction."""
    if path.is_symlink():
        return True
    try:
        attributes = getattr(path.lstat(), "st_reparse_tag", 0)
    except OSError:
        return False
    return bool(attributes == getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", -1))


def swap(new: Path, target: Path, aside: Path | None = None) -> None:
    """Replace `target` with `new`; after a failure, `target` is unchanged.

    Parameters
    ----------
    new, target : Path
        On the same file system. `target` need not exist.
    aside : Path, optional
        Where to keep `target` until `new` is in place.
    """
    aside = aside or target.with_name(target.name + ".old")
    remove(aside)
    had_one = os.path.lexists(target)
    if had_one:
        target.rename(aside)
    try:
        new.rename(target)
    except BaseException:
        if had_one:
            aside.rename(target)
        raise
    remove(aside)


def recover(target: Path, aside: Path | None = None) -> None:
    """Finish or undo a `swap` that was killed halfway."""
    aside = aside or target.with_name(target.name + ".old")
    if not os.path.lexists(aside):
        return
    if os.path.lexists(target):
        remove(aside)
    else:
        aside.rename(target)


def remove_if_empty(folder: Path) -> bool:
    """Remove a folder if it is empty; return whether it was."""
    try:
        folder.rmdir()
    except OSError:
        return False
    return True


def _writable_first(function: Callable[..., Any], path: str, error: BaseException) -> None:
    """Try again with write permission: Windows does not remove read-only files."""
    if not isinstance(error, PermissionError):
        raise error
    os.chmod(os.path.dirname(path), stat.S_IRWXU)
    os.chmod(path, stat.S_IRWXU)
    function(path)
