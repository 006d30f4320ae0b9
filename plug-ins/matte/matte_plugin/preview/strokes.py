"""The strokes that were painted in a preview, with undo. Needs no toolkit."""

import math

from matte_core.link.strokes import Stroke

KEEP, REMOVE, HAIR, ERASE = "keep", "remove", "hair", "erase"
OTHER = {KEEP: REMOVE, REMOVE: KEEP}
#: Closer points do not change a stroke visibly: a share of its radius.
STEP = 0.2
#: What a request has room for.
MOST_POINTS = 40_000


class StrokeList:
    """The strokes so far, the one that is being painted, and those that were undone."""

    def __init__(self):
        self._states = [()]
        self._now = 0
        self._kind, self._radius_px, self._points = KEEP, 1.0, []

    @property
    def done(self):
        """The finished strokes, a tuple of `Stroke`."""
        return self._states[self._now]

    @property
    def current(self):
        """The stroke that is being painted; None if there is none."""
        if not self._points:
            return None
        return Stroke(self._kind, self._radius_px, tuple(self._points))

    @property
    def last(self):
        """Where the current stroke is."""
        return self._points[-1]

    @property
    def can_undo(self):
        """Whether there is a step to undo."""
        return self._now > 0

    @property
    def can_redo(self):
        """Whether there is a step to redo."""
        return self._now < len(self._states) - 1

    @property
    def is_full(self):
        """Whether no more strokes can be sent."""
        return sum(len(stroke.points) for stroke in self.done) > MOST_POINTS

    @property
    def keeps(self):
        """Whether a stroke says what belongs to the subject."""
        return any(stroke.kind == KEEP for stroke in self.done)

    def begin(self, kind, radius_px, spot):
        """Begin a stroke of a brush, in pixels of the layer."""
        self._kind, self._radius_px = kind, round(radius_px, 2)
        self._points = [_rounded(spot)]

    def extend(self, spot):
        """Lead the stroke on; return whether it changed."""
        spot = _rounded(spot)
        if math.dist(spot, self._points[-1]) < self._radius_px * STEP:
            return False
        self._points.append(spot)
        return True

    def finish(self):
        """Add the current stroke to the finished ones."""
        stroke, self._points = self.current, []
        self._step((*self.done, stroke))

    def drop(self):
        """Forget the current stroke."""
        self._points = []

    def clear(self):
        """Remove all strokes, which can be undone."""
        if self.done:
            self._step(())

    def undo(self):
        """Go back one step."""
        self._now = max(self._now - 1, 0)

    def redo(self):
        """Go forward one step."""
        self._now = min(self._now + 1, len(self._states) - 1)

    def _step(self, strokes):
        self._now += 1
        self._states[self._now :] = [strokes]


def _rounded(spot):
    return tuple(round(at, 2) for at in spot)
