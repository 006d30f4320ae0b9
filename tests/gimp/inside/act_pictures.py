"""The photo for which the documentation shows strokes and a trimap; the tests need no pictures.

A cup of coffee: the model takes in a strip of the table, and leaves out the edge of the saucer.
"""

from act_parts import OPEN
from act_portrait import paint_a_trimap
from act_strokes import ACTION
from preview import RIGHT, Preview

PICTURE, SIZE = "coffee.png", (600, 400)
# One stroke of a brush of the preview over each; lines of GIMP's own brush that cover them.
TABLE = [(20, 110), (60, 100), (130, 40)]
SAUCER = [(440, 160), (462, 200), (460, 260)]
BLACK = [((0, 150), (160, 30)), ((0, 105), (125, 10)), ((20, 185), (65, 130))]
WHITE = [((420, 130), (440, 165)), ((440, 165), (448, 230))]


def strokes(session):
    """Put the subject right by a stroke each of Keep and Remove."""
    window = session.window
    session.ask(OPEN.format(path=str(session.photo.with_name(PICTURE))))
    session.dialog(ACTION)
    preview = Preview(window, ACTION, SIZE)
    session.picture("stroke-before", 8, preview.place)
    window.keys("k")
    preview.paint(*SAUCER)
    preview.paint(*TABLE, button=RIGHT)
    session.picture("stroke", 3, preview.place)
    window.keys("p")
    session.picture("stroke-after", 3, preview.place)
    window.keys_in(ACTION, "Escape")
    session.wait_for_the_end(ACTION)


def trimap(session):
    """Put it right by black and white on a trimap."""
    paint_a_trimap(session, SIZE, BLACK, WHITE)
