"""Which part of a layer the preview shows, and how large. Needs no toolkit."""

import math

LEVELS = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8, 16)
FULL = 1.0
#: Two scales that differ by less count as the same step.
SLACK = 1.01


class Zoom:
    """The part of a layer that is visible in a view.

    Spots are in pixels of the layer, places in pixels of the screen from the upper left of the
    view. On a screen with a scale factor of 2, a view has twice the pixels that the toolkit says,
    so 100% always means one pixel of the layer for one of the screen.

    Parameters
    ----------
    width, height : int
        Of the layer.

    Attributes
    ----------
    level : float, optional
        Pixels of the screen for one of the layer; None shows the whole layer.
    view : (int, int)
        Width and height of the view.
    """

    def __init__(self, width, height):
        self.size = (width, height)
        self.view = (1, 1)
        self.level = None
        self._center = (width / 2, height / 2)

    @property
    def fit(self):
        """The scale at which the whole layer just fits."""
        return min(self.view[0] / self.size[0], self.view[1] / self.size[1])

    @property
    def scale(self):
        """Pixels of the screen for one of the layer."""
        return self.fit if self.level is None else self.level

    @property
    def origin(self):
        """The place of the layer's upper left corner: whole pixels, which keeps 100% sharp."""
        return tuple(
            round(length / 2 - middle * self.scale)
            for length, middle in zip(self.view, self._centered(self.scale), strict=True)
        )

    def place(self, x, y):
        """Return the place of a spot."""
        left, top = self.origin
        return left + x * self.scale, top + y * self.scale

    def spot(self, x, y):
        """Return the spot at a place, which may lie outside the layer."""
        left, top = self.origin
        return (x - left) / self.scale, (y - top) / self.scale

    def contains(self, x, y):
        """Return whether a place shows a part of the layer."""
        spot = self.spot(x, y)
        return all(0 <= at < length for at, length in zip(spot, self.size, strict=True))

    def part(self):
        """Return left, top, width, and height of the part to compute.

        It is the visible part; above 100% it is what would be visible at 100%, since an edge
        is found from what is around it. At 50%, 25% and so on, it begins and ends with whole
        pixels of the screen.
        """
        scale = min(self.scale, FULL)
        grid = max(round(1 / scale), 1)
        edges = []
        for middle, length, room in zip(self._centered(scale), self.size, self.view, strict=True):
            half = room / 2 / scale
            # Half a pixel of the screen more: the origin is rounded.
            start = max(math.floor((middle - half) / grid - 0.5), 0) * grid
            end = min(math.ceil((middle + half) / grid + 0.5) * grid, length)
            edges.append((start, end - start))
        (left, width), (top, height) = edges
        return left, top, width, height

    def set_level(self, level, place=None):
        """Show the layer at a level, None for all of it; the spot at `place` stays there."""
        place = place or (self.view[0] / 2, self.view[1] / 2)
        spot = self.spot(*place)
        self.level = level
        if level is not None:
            self._center = tuple(
                at - (where - length / 2) / level
                for at, where, length in zip(spot, place, self.view, strict=True)
            )
        self._center = self._centered(self.scale)

    def step(self, is_closer, place=None):
        """Zoom in or out by one step around a place."""
        levels = {level: level for level in LEVELS if level > self.fit * SLACK or level >= FULL}
        # Fitting is one of the steps, and the last one unless the layer is smaller than the view.
        levels[self.fit] = None
        if is_closer:
            found = [level for level in levels if level > self.scale * SLACK]
            chosen = min(found, default=self.scale)
        else:
            lowest = min(self.fit, FULL)
            found = [level for level in levels if lowest <= level < self.scale / SLACK]
            chosen = max(found, default=self.scale)
        if found:
            self.set_level(levels[chosen], place)

    def pan(self, right, down):
        """Move the layer by pixels of the screen, as far as there is more to see."""
        across, along = self._centered(self.scale)
        self._center = (across - right / self.scale, along - down / self.scale)
        self._center = self._centered(self.scale)

    def _centered(self, scale):
        """Return the spot in the middle of the view, such that at a scale no room is wasted."""
        centered = []
        for middle, length, room in zip(self._center, self.size, self.view, strict=True):
            half = room / 2 / scale
            centered.append(
                length / 2 if 2 * half >= length else min(max(middle, half), length - half)
            )
        return tuple(centered)
