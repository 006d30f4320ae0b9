"""A worker that starts while GIMP's libraries load: nearly every action needs one."""

import sys
from contextlib import suppress

from matte_core.base import folders
from matte_core.base.errors import MatteError
from matte_core.link.client import Worker, worker_command
from matte_core.setup import home

_started = []


def begin():
    """Start a worker if GIMP runs an action, and return at once."""
    if "-run" not in sys.argv:
        return
    # What is wrong is said by the action that needs one, and that tries again.
    with suppress(MatteError):
        home.use_installed_home()
        if folders.worker_python().is_file():
            worker = _new()
            worker.start()
            _started.append(worker)


def take():
    """Return the worker that has been started, or a new one; use it in a ``with`` statement."""
    return _started.pop() if _started else _new()


def drop():
    """End the worker that has been started: its files are about to be replaced."""
    while _started:
        _started.pop().close()


def _new():
    return Worker(worker_command(folders.worker_python()), home.worker_log())
