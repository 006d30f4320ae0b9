"""End the plug-in when GIMP is gone.

When GIMP is killed, a pipe to the plug-in ends. But GIMP's other plug-ins may keep that pipe open
for many seconds, during which the plug-in would wait and its worker compute.
"""

import os
import threading
import time

LOOK_SECONDS = 0.25

_started = threading.Event()


def exit_with_parent() -> None:
    """End this process as soon as the one that started it is gone."""
    if not _started.is_set():
        _started.set()
        threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    # The worker ends with its input, which ends with this process.
    os._exit(1)
