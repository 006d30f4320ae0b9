"""The preview in a dialog, as it is seen on the screen and worked on by mouse. Runs in the tree."""

import subprocess
import time

# From the dialog's corner, in a window of its usual size.
VIEW, LIST, FIRST_TICK = (66, 44, 777, 535), (856, 42, 396, 90), (875, 55)
VIEWS = (150, 24)
MENU_SECONDS = 1.0
CHECKERBOARD = (range(0x64, 0x69), range(0x97, 0x9C))
BRIGHT = 200
LEFT, RIGHT = 1, 3
STEPS = 6


class Preview:
    """The preview of the open dialog of an action, with the whole picture visible.

    Parameters
    ----------
    window : Window
    title : str
        Of the dialog.
    size : (int, int)
        Width and height of the picture.
    """

    def __init__(self, window, title, size):
        self._window = window
        self._size = size
        self._corner = window.place(title)[:2]

    def on_screen(self, spot):
        """Return where on the screen a pixel of the picture is."""
        left, top, width, height = VIEW
        scale = min(width / self._size[0], height / self._size[1])
        return (
            round(self._corner[0] + left + width / 2 + (spot[0] - self._size[0] / 2) * scale),
            round(self._corner[1] + top + height / 2 + (spot[1] - self._size[1] / 2) * scale),
        )

    @property
    def place(self):
        """Left, top, width, and height of the picture on the screen."""
        left, top = self.on_screen((0, 0))
        right, bottom = self.on_screen(self._size)
        return left, top, right - left, bottom - top

    def in_dialog(self, place):
        """Return where on the screen a place in the dialog is."""
        return self._corner[0] + place[0], self._corner[1] + place[1]

    def is_seen(self, spot):
        """Return whether a spot of the photo is seen; else there is the gray checkerboard."""
        return not _is_gray(self._window.pixels(*self.on_screen(spot), 1, 1))

    def can_tick(self):
        """Return whether the list is there to be ticked: its words are bright, not dimmed."""
        shown = self._window.pixels(*self.in_dialog(LIST[:2]), *LIST[2:])
        return max(map(min, zip(shown[::3], shown[1::3], shown[2::3], strict=True))) > BRIGHT

    def tick_first(self):
        """Tick the first entry of the list, or untick it."""
        self._window.click(*self.in_dialog(FIRST_TICK))

    def move_in_views(self, key, times):
        """Choose another view by the keys of the arrows."""
        self._window.click(*self.in_dialog(VIEWS))
        time.sleep(MENU_SECONDS)
        self._window.keys(*[key] * times, "Return")

    def seen(self, spots):
        """Return whether each spot of the photo is seen, all at the same moment."""
        places = [self.on_screen(spot) for spot in spots]
        left, top = (min(place[axis] for place in places) for axis in (0, 1))
        right, bottom = (max(place[axis] for place in places) for axis in (0, 1))
        width = right - left + 1
        shown = self._window.pixels(left, top, width, bottom - top + 1)
        at = [3 * ((y - top) * width + x - left) for x, y in places]
        return [not _is_gray(shown[start : start + 3]) for start in at]

    def click(self, spot):
        """Click a spot of the picture."""
        self._window.click(*self.on_screen(spot))

    def paint(self, *spots, button=LEFT):
        """Lead the mouse over spots of the picture with a button held."""
        first, *others = [self.on_screen(spot) for spot in spots]
        last = first
        command = ["mousemove", *first, "sleep", 0.1, "mousedown", button, "sleep", 0.1]
        for place in others:
            for step in range(1, STEPS + 1):
                way = [
                    round(start + (end - start) * step / STEPS)
                    for start, end in zip(last, place, strict=True)
                ]
                command += ["mousemove", *way, "sleep", 0.02]
            last = place
        command += ["sleep", 0.1, "mouseup", button]
        subprocess.run(["xdotool", *map(str, command)], check=True)


def _is_gray(pixel):
    return any(set(pixel) <= set(gray) for gray in CHECKERBOARD)
