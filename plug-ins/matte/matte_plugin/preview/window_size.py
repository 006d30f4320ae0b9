"""The size of a window, kept from one session of GIMP to the next where GIMP keeps its own.

A persistent global parasite is written to GIMP's profile when GIMP ends.
"""

from gi.repository import Gdk, Gimp

NAME = "matte-preview-window"
SMALL, SHARE = (1280, 760), 0.8  # of the screen, where nothing is known
ROOM_PX = (20, 80)  # for borders, a title bar, and a panel that the screen does not tell of


def restore(window):
    """Give a window its last size, as far as the screen has room for it."""
    display = Gdk.Display.get_default()
    area = (display.get_primary_monitor() or display.get_monitor(0)).get_workarea()
    room = (area.width - ROOM_PX[0], area.height - ROOM_PX[1])
    usual = map(max, SMALL, (int(area.width * SHARE), int(area.height * SHARE)))
    window.set_default_size(*map(min, _last() or usual, room))


def remember(window):
    """Keep the size of a window."""
    data = "{} {}".format(*window.get_size()).encode("ascii")
    Gimp.attach_parasite(Gimp.Parasite.new(NAME, Gimp.PARASITE_PERSISTENT, data))


def _last():
    parasite = Gimp.get_parasite(NAME)
    if parasite is None:
        return None
    numbers = bytes(parasite.get_data()).split()
    is_size = len(numbers) == 2 and all(number.isdigit() for number in numbers)
    return [int(number) for number in numbers] if is_size else None
