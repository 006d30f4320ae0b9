"""Choosing in the preview what is cut out: clicks on one of three people, ticks, a view."""

import time

import traces
from act_portrait import ALPHA_AT
from preview import Preview

PICTURE = "three_people.jpg"
SIZE = (1049, 861)
# Of the men standing left and right, and between them, in pixels of the picture.
LEFT, RIGHT, WALL = (185, 165), (900, 560), (640, 300)
ACTION = "Cut Out Subject"
ANOTHER_IMAGE = 5  # entries of the list of views below the first
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
        preview = Preview(window, ACTION, SIZE)
        is_seen = preview.is_seen

        window.wait_for(lambda: not is_seen(WALL) and preview.can_tick(), 90, "what was found")
        assert is_seen(LEFT), "the man on the left was not found"
        assert is_seen(RIGHT), "the man on the right was not found"
        preview.tick_first()
        window.wait_for(lambda: is_seen(WALL), 60, "the photo, nothing being chosen")
        preview.click(RIGHT)
        window.wait_for(lambda: not is_seen(WALL), 60, "what was clicked")
        session.see("what is clicked alone is cut out", is_seen(RIGHT) and not is_seen(LEFT))
        preview.tick_first()
        window.wait_for(lambda: is_seen(LEFT), 60, "what was ticked to come")
        preview.click(RIGHT)
        window.wait_for(lambda: not is_seen(RIGHT), 60, "what was clicked to go")
        session.see("what is clicked again is left out", is_seen(LEFT))
        preview.move_in_views("Down", ANOTHER_IMAGE)
        window.wait_for(lambda: is_seen(WALL), 60, "another image behind him")
        preview.move_in_views("Up", ANOTHER_IMAGE)
        window.wait_for(lambda: not is_seen(WALL), 60, "the checkerboard behind him")
        workers.update(traces.workers())

    seen = session.run(ACTION, in_dialog=choose_by_mouse)
    session.see("OK goes on with the preview's worker", len(workers) == 1 and seen == workers)
    left, right = [session.ask(ALPHA_AT.format(x=x, y=y)) for x, y in (LEFT, RIGHT)]
    session.see("what was clicked away is cut away", left > 0.9 and right < 0.1)
    session.ask("display.delete()")
