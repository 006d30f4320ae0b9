"""The project's own folder: private, marked as ours, and used by one installer at a time."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import matte_core
from matte_core.base import folders
from matte_core.base.errors import SetupError
from matte_core.base.messages import Message
from matte_core.setup import notes, removal

MARK = "install.json"
LOCK = "install.lock"

# Everything that the project ever puts in its folder.
CHILDREN = (
    "env",
    "env.new",
    "env.old",
    "lib",
    "lib.new",
    "lib.old",
    "bin",
    "bin.new",
    "bin.old",
    "models",
    "logs",
    "sample",
    "requirements.new.txt",
    MARK,
    MARK + ".new",
    LOCK,
)


def claim(home: Path) -> None:
    """Create the folder, readable by its owner only, and mark it as the project's.

    Raises
    ------
    SetupError
        If it cannot be written, or contains other files, which uninstalling would then remove.
    """
    try:
        folders.make_private(home)
        if is_claimed(home):
            return
        foreign = sorted(path.name for path in home.iterdir() if path.name not in CHILDREN)
        if foreign:
            raise SetupError(
                Message(
                    "{folder} contains files that do not belong to Matte, such as {name}.",
                    folder=home,
                    name=foreign[0],
                ),
                Message(
                    "Choose an empty folder with the variable {variable}.",
                    variable=folders.HOME_VARIABLE,
                ),
            )
        home.chmod(0o700)
        with _closed_to_others():
            write_note(home, {"app": folders.APP, "version": matte_core.__version__})
    except OSError as error:
        raise _not_writable(home, error) from error


def is_claimed(home: Path) -> bool:
    """Return whether a folder has the project's mark."""
    return read_note(home).get("app") == folders.APP


def read_note(home: Path) -> dict[str, object]:
    """Return the installer's note in the folder; empty if there is none."""
    return notes.read_note(home / MARK)


def write_note(home: Path, changes: dict[str, object]) -> None:
    """Update the installer's note; the file is written at once, and only if it changes."""
    old = read_note(home)
    new = {**old, **changes}
    if new != old:
        fresh = home / (MARK + ".new")
        try:
            fresh.write_text(json.dumps(new, indent=1) + "\n", encoding="utf-8")
            fresh.replace(home / MARK)
        finally:
            fresh.unlink(missing_ok=True)


@contextmanager
def one_at_a_time(home: Path) -> Iterator[None]:
    """Lock the folder; the system releases the lock however this process ends.

    Files created meanwhile are private, whatever umask the shell has: they are code that will run.

    Raises
    ------
    SetupError
        If another installer has locked the folder.
    """
    try:
        with _closed_to_others():
            lock = (home / LOCK).open("a")
    except OSError as error:
        raise _not_writable(home, error) from error
    with lock:
        if not _lock(lock.fileno()):
            raise SetupError(
                Message("Another installation is running in {folder}.", folder=home),
                Message("Wait until it has finished."),
            )
        for name in ("env", "lib", "bin"):
            removal.recover(home / name)
        with _closed_to_others():
            yield


@contextmanager
def _closed_to_others() -> Iterator[None]:
    """Create files for their owner only; restores the umask afterwards."""
    umask = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(umask)


def _not_writable(home: Path, error: OSError) -> SetupError:
    return SetupError(
        Message("{folder} cannot be written: {error}.", folder=home, error=error),
        Message(
            "Choose another folder with the variable {variable}.", variable=folders.HOME_VARIABLE
        ),
    )


def _lock(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
