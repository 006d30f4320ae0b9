"""Choosing in the preview what is cut out: clicks on one of three people, ticks for all."""

import time

import traces
from act_portrait import ALPHA_AT

PICTURE = "three_people.jpg"
SIZE = (1049, 861)
# Of the men standing left and right, and between them, in pixels of the picture.
LEFT, RIGHT, WALL = (185, 165), (900, 560), (640, 300)
CHECKERBOARD = (range(0x64, 0x69), range(0x97, 0x9C))
# In the dialog, from its corner: the picture's place, the list, and the tick of its first row.
VIEW, LIST, FIRST_TICK = (23, 44, 680, 494), (717, 42, 436, 112), (734, 55)
SENSITIVE = 200
ACTION = "Cut Out Subject"
OPEN = """
from gi.repository import Gio
known = [item.get_id() for item in Gimp.get_images()]
image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path({path!r}))
image.undo_enable()  # the loader has turned it off, and only File > Open turns it on
display = Gimp.Display.new(image)
Gimp.displays_flush()
"""


def choose(session):
    """Tick none, click a man, tick all, leave him out by a click; then cut out."""
    window = session.window
    photo = session.photo.with_name(PICTURE)
    if not photo.exists():
        return
    session.ask(OPEN.format(path=str(photo)))
    time.sleep(1)
    workers = set()

    def choose_by_mouse():
        place = window.place(ACTION)

        def is_seen(spot):
            """Say whether a spot of the photo is seen; else there is the gray checkerboard."""
            shown = window.pixels(*_on_screen(place, spot), 1, 1)
            return not any(set(shown) <= set(gray) for gray in CHECKERBOARD)

        def can_tick():
            """Say whether the list is there to be ticked: its words are bright, not dimmed."""
            left, top, width, height = LIST
            shown = window.pixels(place[0] + left, place[1] + top, width, height)
            return max(map(min, zip(shown[::3], shown[1::3], shown[2::3], strict=True))) > SENSITIVE

        window.wait_for(lambda: not is_seen(WALL) and can_tick(), 90, "what was found")
        assert is_seen(LEFT), "the man on the left was not found"
        assert is_seen(RIGHT), "the man on the right was not found"
        tick, right = (place[0] + FIRST_TICK[0], place[1] + FIRST_TICK[1]), _on_screen(place, RIGHT)
        window.click(*tick)
        window.wait_for(lambda: is_seen(WALL), 60, "the photo, nothing being chosen")
        window.click(*right)
        window.wait_for(lambda: not is_seen(WALL), 60, "what was clicked")
        session.see("what is clicked alone is cut out", is_seen(RIGHT) and not is_seen(LEFT))
        window.click(*tick)
        window.wait_for(lambda: is_seen(LEFT), 60, "what was ticked to come")
        window.click(*right)
        window.wait_for(lambda: not is_seen(RIGHT), 60, "what was clicked to go")
        session.see("what is clicked again is left out", is_seen(LEFT))
        session.picture("parts")
        workers.update(traces.workers())

    seen = session.run(ACTION, in_dialog=choose_by_mouse)
    session.see("OK goes on with the preview's worker", len(workers) == 1 and seen == workers)
    left, right = [session.ask(ALPHA_AT.format(x=x, y=y)) for x, y in (LEFT, RIGHT)]
    session.see("what was clicked away is cut away", left > 0.9 and right < 0.1)
    session.ask("display.delete()")


def _on_screen(place, spot):
    """Return where on the screen a pixel of the picture is."""
    left, top, width, height = VIEW
    scale = min(width / SIZE[0], height / SIZE[1])
    return (
        round(place[0] + left + width / 2 + (spot[0] - SIZE[0] / 2) * scale),
        round(place[1] + top + height / 2 + (spot[1] - SIZE[1] / 2) * scale),
    )
