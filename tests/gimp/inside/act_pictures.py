"""The photo for which the documentation shows strokes and a trimap; the tests need no pictures.

A cup of coffee: the model takes in some of the saucer's shadow, and leaves out a piece of its edge.
"""

from act_parts import OPEN
from act_portrait import paint_a_trimap
from act_strokes import ACTION
from preview import RIGHT, Preview

PICTURE, SIZE = "coffee.png", (600, 400)
# One stroke of a brush of the preview over each; lines of GIMP's own brush that cover them.
SHADOW = [(60, 262), (72, 305), (96, 342)]
SAUCER = [(428, 138), (448, 170), (455, 205)]
BLACK = [((62, 250), (74, 310)), ((74, 310), (104, 350)), ((70, 130), (120, 76))]
WHITE = [((424, 132), (440, 165)), ((440, 165), (448, 200))]


def strokes(session):
    """Put the subject right by a stroke each of Keep and Remove."""
    window = session.window
    session.ask(OPEN.format(path=str(session.photo.with_name(PICTURE))))
    session.dialog(ACTION)
    preview = Preview(window, ACTION, SIZE)
    session.picture("stroke-before", 8, preview.place)
    window.keys("k")
    preview.paint(*SAUCER)
    preview.paint(*SHADOW, button=RIGHT)
    session.picture("stroke", 3, preview.place)
    window.keys("p")
    session.picture("stroke-after", 3, preview.place)
    window.keys_in(ACTION, "Escape")
    session.wait_for_the_end(ACTION)


def trimap(session):
    """Put it right by black and white on a trimap."""
    paint_a_trimap(session, SIZE, BLACK, WHITE)
