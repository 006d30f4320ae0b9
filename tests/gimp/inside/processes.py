"""The processes of this machine, and waiting for something to become true. Standard library."""

import time
from pathlib import Path


def commands():
    """Yield the number and the command line of each process."""
    for entry in Path("/proc").iterdir():
        try:
            yield int(entry.name), (entry / "cmdline").read_bytes()
        except (ValueError, OSError):
            continue  # not a process, or one that has ended in the meantime


def parent(pid):
    """Return the number of a process's parent, or 0 if the process has ended."""
    try:
        return int(_status(pid)[1])
    except OSError:
        return 0


def is_alive(pid):
    """Return whether a process exists and is not a zombie."""
    try:
        return _status(pid)[0] != "Z"
    except OSError:
        return False


def wait_for(condition, seconds, what, pause=0.05):
    """Wait until a condition has a true value, and return that value; pause between looks at it."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        value = condition()
        if value:
            return value
        time.sleep(pause)
    raise AssertionError(f"waited {seconds} s for {what}")


def _status(pid):
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
