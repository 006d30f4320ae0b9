"""Changes to windows from other threads, which only the main loop may make."""

from gi.repository import GLib


def in_main_loop(change, is_wanted):
    """Let the main loop make a change to a window soon, if it is still wanted by then."""

    def once():
        if is_wanted():
            change()
        return GLib.SOURCE_REMOVE

    GLib.idle_add(once)
