"""The project's own folder: made private, marked as ours, and used by one installer at a time.

Standard library only.
"""

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
from matte_core.setup import removal

MARK = "install.json"
LOCK = "install.lock"

# Everything that the project ever puts into its folder.
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
    """Make the folder, readable by its owner alone, and mark it as the project's.

    Raises
    ------
    SetupError
        If it cannot be written, or holds what is not the project's: it would be taken away with
        the project one day.
    """
    try:
        folders.make_private(home)
        if is_claimed(home):
            return
        foreign = sorted(path.name for path in home.iterdir() if path.name not in CHILDREN)
        if foreign:
            raise SetupError(
                Message(
                    "{folder} holds files that are not Matte's, such as {name}.",
                    folder=home,
                    name=foreign[0],
                ),
                Message(
                    "Name an empty folder with the variable {variable}.",
                    variable=folders.HOME_VARIABLE,
                ),
            )
        home.chmod(0o700)
        with _closed_to_others():
            write_note(home, {"app": folders.APP, "version": matte_core.__version__})
    except OSError as error:
        raise SetupError(
            Message("{folder} cannot be written: {error}.", folder=home, error=error),
            Message(
                "Name another folder with the variable {variable}.",
                variable=folders.HOME_VARIABLE,
            ),
        ) from error


def is_claimed(home: Path) -> bool:
    """Tell whether a folder carries the project's mark."""
    return read_note(home).get("app") == folders.APP


def read_note(home: Path) -> dict[str, object]:
    """Return what the installer noted in the folder; empty where it did not."""
    try:
        note = json.loads((home / MARK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}


def write_note(home: Path, changes: dict[str, object]) -> None:
    """Change the installer's note; the file is written whole, and only if it changes."""
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
    """Hold the folder's lock; the system lets it go whenever and however this process ends.

    What is made meanwhile is its owner's alone, whatever mask the shell has: it is run, after all.

    Raises
    ------
    SetupError
        If another installer holds it.
    """
    try:
        with _closed_to_others():
            held = (home / LOCK).open("a")
    except OSError as error:
        raise SetupError(
            Message("{folder} cannot be written: {error}.", folder=home, error=error),
            Message(
                "Name another folder with the variable {variable}.",
                variable=folders.HOME_VARIABLE,
            ),
        ) from error
    with held:
        if not _lock(held.fileno()):
            raise SetupError(
                Message("Another installation is at work in {folder}.", folder=home),
                Message("Wait until it is done."),
            )
        for name in ("env", "lib", "bin"):
            removal.recover(home / name)
        with _closed_to_others():
            yield


@contextmanager
def _closed_to_others() -> Iterator[None]:
    """Let what is made be its owner's alone; the person's own mask comes back afterwards."""
    umask = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(umask)


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
