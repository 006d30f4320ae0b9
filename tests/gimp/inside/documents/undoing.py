"""GIMP's Edit > Undo and Redo: no procedure offers them, but its window lends them to the bus."""

import time

from gi.repository import Gimp, Gio, GLib

NAME, PATH, ACTIONS = "org.gimp.GIMP.UI", "/org/gimp/GIMP", "org.gtk.Actions"
BUSY_MS = 60_000  # a machine that is busy takes its time


def undo():
    """Press Edit > Undo for the image that was shown last."""
    _activate("edit-undo")


def redo():
    """Press Edit > Redo for the image that was shown last."""
    _activate("edit-redo")


def _activate(action):
    bus = Gio.bus_get_sync(Gio.BusType.SESSION)
    call = GLib.Variant("(sava{sv})", (action, [], {}))
    bus.call_sync(NAME, PATH, ACTIONS, "Activate", call, None, Gio.DBusCallFlags.NONE, BUSY_MS)


def wait_until(condition):
    """Wait for GIMP's window, which works beside us; say whether it came true."""
    limit = time.monotonic() + BUSY_MS / 1000
    while not condition():
        if time.monotonic() > limit:
            return False
        time.sleep(0.02)
        Gimp.displays_flush()
    return True
