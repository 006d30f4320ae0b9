"""GIMP's Edit > Undo and Redo, which no procedure offers."""

import time

from gi.repository import Gimp
from menus import BUSY_MS, choose


def undo():
    """Press Edit > Undo for the image that was shown last."""
    choose("edit-undo")


def redo():
    """Press Edit > Redo for the image that was shown last."""
    choose("edit-redo")


def wait_until(condition):
    """Wait for GIMP's window, which works beside us; say whether it came true."""
    limit = time.monotonic() + BUSY_MS / 1000
    while not condition():
        if time.monotonic() > limit:
            return False
        time.sleep(0.02)
        Gimp.displays_flush()
    return True
