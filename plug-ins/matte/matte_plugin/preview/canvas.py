"""The preview as something to look at, click, and paint on."""

from itertools import pairwise

from gi.repository import Gdk

from matte_core.base.localization import _
from matte_plugin.preview import cursors, marks
from matte_plugin.preview.hand import Hand
from matte_plugin.preview.picture import PictureView
from matte_plugin.preview.strokes import OTHER, StrokeList
from matte_plugin.preview.tools import POINTER, Tools
from matte_plugin.preview.zoom import FULL, Zoom

ZOOMS = {"+": True, "=": True, "-": False}
LEVELS = {"0": None, "1": FULL}


class Canvas:
    """Shows a layer, with the tools for it.

    Parameters
    ----------
    width, height : int
        Of the layer.
    on_clicked : callable
        Given the position of a click of the pointer, as fractions of the layer.
    on_moved : callable
        Called without arguments when another part is visible.
    on_painted : callable
        Called without arguments when the strokes have changed.
    on_chosen : callable
        Called without arguments when another tool was chosen.

    Attributes
    ----------
    view : PictureView
    tools : Tools
    strokes : StrokeList
    zoomed : Zoom
    """

    def __init__(self, width, height, on_clicked, on_moved, on_painted, on_chosen):
        self._on_clicked = on_clicked
        self._on_moved = on_moved
        self._on_painted = on_painted
        self._on_chosen = on_chosen
        self.zoomed = Zoom(width, height)
        self.strokes = StrokeList()
        self.tools = Tools(self.strokes, self._chosen, self.hover, self._edited)
        self.view = PictureView(self.zoomed, self._resized)
        self.view.set_can_focus(True)
        self.view.get_accessible().set_name(_("Preview"))
        self._hand = Hand(self.view, self)
        self._sheet = None
        self._brush = self._cursor = None

    @property
    def paints(self):
        """Whether a brush is chosen."""
        return self.tools.kind != POINTER

    def set_level(self, level):
        """Zoom to a level, None for all of the layer."""
        self.zoomed.set_level(level)
        self._moved()

    def key(self, event):
        """Do what a key means here; return whether it means anything."""
        if self._hand.key(event):
            return True
        if event.type != Gdk.EventType.KEY_PRESS or self._hand.is_busy:
            return False
        if event.state & Gdk.ModifierType.MOD1_MASK:
            return False  # a mnemonic of the dialog
        if event.string in ZOOMS:
            self.zoom(ZOOMS[event.string])
        elif event.string in LEVELS:
            self.set_level(LEVELS[event.string])
        else:
            return self.tools.key(event)
        return True

    def click(self, x, y):
        """Take a click of the pointer."""
        if self.zoomed.contains(x, y):
            spot = self.zoomed.spot(x, y)
            self._on_clicked(spot[0] / self.zoomed.size[0], spot[1] / self.zoomed.size[1])

    def zoom(self, is_closer, place=None):
        """Zoom in or out by a step."""
        self.zoomed.step(is_closer, place)
        self._moved()

    def pan(self, right, down):
        """Move the layer; the marks follow until `rest`."""
        left, top = self.zoomed.origin
        self.zoomed.pan(right, down)
        self.view.draw()
        now = self.zoomed.origin
        self.view.move_marks(now[0] - left, now[1] - top)

    def rest(self):
        """Draw what has come into view."""
        self._moved()

    def begin(self, x, y):
        """Begin a stroke."""
        kind = self._kind()
        self.strokes.begin(kind, self._radius() / self.zoomed.scale, self.zoomed.spot(x, y))
        self._sheet.dot(kind, self._radius(), x, y)
        self._show_marks()

    def extend(self, x, y):
        """Lead the stroke on."""
        last = self.zoomed.place(*self.strokes.last)
        if self.strokes.extend(self.zoomed.spot(x, y)):
            self._sheet.line(self._kind(), self._radius(), last, (x, y))
            self._show_marks()

    def finish(self):
        """End the stroke."""
        self.strokes.finish()
        self.tools.follow()
        self._on_painted()

    def drop(self):
        """Forget the stroke."""
        self.strokes.drop()
        self.draw_marks()

    def hover(self):
        """Let pointer and brush say what a click would do."""
        place = self._hand.place
        shows_brush = self.paints and place is not None and not self._hand.can_pan
        if shows_brush:
            brush = (self._kind(), self._radius())
            if brush != self._brush:
                self.view.set_brush(*marks.ring(brush[1], brush[0], self._factor))
            self._brush = brush
            self.view.move_brush(*place)
        elif self._brush is not None:
            self.view.set_brush(None, 0)
            self._brush = None
        self._point(shows_brush)

    def draw_marks(self):
        """Draw all strokes anew; the pointer shows the result without them."""
        self._sheet = marks.Sheet(*self.zoomed.view, self._factor)
        for stroke in self.strokes.done if self.paints else ():
            radius = stroke.radius_px * self.zoomed.scale
            places = [self.zoomed.place(*point) for point in stroke.points]
            self._sheet.dot(stroke.kind, radius, *places[0])
            for start, end in pairwise(places):
                self._sheet.line(stroke.kind, radius, start, end)
        self._show_marks()

    def _point(self, shows_brush):
        window = self.view.get_window()
        if self._hand.can_pan:
            wanted = "grabbing" if self._hand.is_busy else "grab"
        else:
            wanted = self._kind() if shows_brush else "default"
        if window is not None and wanted != self._cursor:
            make = cursors.brush if shows_brush else cursors.named
            window.set_cursor(make(window.get_display(), wanted))
            self._cursor = wanted

    def _kind(self):
        kind = self.tools.kind
        return OTHER.get(kind, kind) if self._hand.is_other else kind

    def _radius(self):
        """Return the radius of the brush in pixels of the screen, whatever the zoom."""
        return self.tools.size / 2 * self._factor

    def _show_marks(self):
        self.view.show_marks(self._sheet.data, self._sheet.width, self._sheet.height)

    def _chosen(self):
        self.draw_marks()
        self.hover()
        self._on_chosen()

    def _edited(self):
        self.draw_marks()
        self._on_painted()

    def _resized(self):
        self.draw_marks()
        self._on_moved()

    def _moved(self):
        self.view.draw()
        self.draw_marks()
        self._on_moved()

    @property
    def _factor(self):
        return self.view.get_scale_factor()
