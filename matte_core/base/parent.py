"""Ends the plug-in when GIMP is gone. Standard library only.

A plug-in hears of a GIMP that was killed by the end of a pipe. Other plug-ins of that GIMP may hold
the same pipe open for many seconds, and as long the plug-in would wait for an answer, its worker
computing on.
"""

import os
import threading
import time

LOOK_SECONDS = 0.25

_started = threading.Event()


def exit_with_parent() -> None:
    """Watch from now on whether the process that started this one is still there."""
    if not _started.is_set():
        _started.set()
        threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    # Nobody is left to tell. The worker ends with its input, which ends with this process.
    os._exit(1)
