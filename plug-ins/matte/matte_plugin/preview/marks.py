"""Draws strokes and the brush as pixels of the screen. Needs no toolkit.

Each kind of stroke has a color and a pattern of its own, so that people who see no difference
between red and green can tell them apart. Cairo would draw this as well, but Debian's GIMP 3.0
comes without its Python module.
"""

import math

from matte_plugin.preview.strokes import ERASE, HAIR, KEEP, REMOVE

BANDS = 4
COLORS = {KEEP: (38, 166, 65), REMOVE: (224, 49, 49), HAIR: (51, 119, 255)}
#: One tile of each pattern: plus signs, dashes, dots.
PATTERNS = {
    KEEP: (
        "............",
        "............",
        ".....##.....",
        ".....##.....",
        "...######...",
        "...######...",
        ".....##.....",
        ".....##.....",
        "............",
        "............",
    ),
    REMOVE: (
        "............",
        "............",
        "............",
        "............",
        ".########...",
        ".########...",
        "............",
        "............",
        "............",
        "............",
    ),
    HAIR: (
        "##....",
        "##....",
        "......",
        "...##.",
        "...##.",
        "......",
    ),
}
FILL, MOTIF = 90, 190  # opacity, 0 to 255
NOTHING = bytes(BANDS)
#: How far apart a brush is set down along a stroke: a share of its radius.
STEP = 0.25
SMALLEST = 0.71  # of a radius: at least one pixel
RING_PX = 1.5


class Sheet:
    """A transparent picture of the size of a view, to draw strokes on.

    Parameters
    ----------
    width, height : int
    factor : int
        The scale factor of the screen, by which patterns are enlarged.

    Attributes
    ----------
    data : bytearray
        Red, green, blue, and opacity of each pixel.
    """

    def __init__(self, width, height, factor=1):
        self.width, self.height = width, height
        self.data = bytearray(width * height * BANDS)
        self._rows = {ERASE: [NOTHING * width]}
        for kind, pattern in PATTERNS.items():
            self._rows[kind] = _rows(pattern, COLORS[kind], width, factor)

    def line(self, kind, radius, start, end):
        """Draw one piece of a stroke between two places."""
        length = math.dist(start, end)
        pieces = max(math.ceil(length / max(radius * STEP, 1)), 1)
        for piece in range(1, pieces + 1):
            share = piece / pieces
            self.dot(
                kind,
                radius,
                start[0] + share * (end[0] - start[0]),
                start[1] + share * (end[1] - start[1]),
            )

    def dot(self, kind, radius, x, y):
        """Draw the brush at one place, over whatever was drawn there."""
        rows, data, stride = self._rows[kind], self.data, self.width * BANDS
        for row, start, end in _spans(radius, x, y, self.width, self.height):
            source = rows[row % len(rows)]
            at = row * stride
            data[at + start * BANDS : at + end * BANDS] = source[start * BANDS : end * BANDS]


def ring(radius, kind, factor=1):
    """Draw the outline of a brush, a bright line beside a dark one.

    Returns
    -------
    data : bytearray
        As of a `Sheet`.
    size : int
        Width and height; the middle is that of the brush.
    """
    line = RING_PX * factor
    size = 2 * math.ceil(max(radius, SMALLEST) + 2 * line) + 1
    data = bytearray(size * size * BANDS)
    color = COLORS.get(kind, (255, 255, 255))
    for wide, shade in ((radius + line, (0, 0, 0, 160)), (radius, (*color, 255))):
        for at, bands in ((wide, bytes(shade)), (wide - line, NOTHING)):
            for row, start, end in _spans(at, size / 2, size / 2, size, size):
                first, last = (row * size + column for column in (start, end))
                data[first * BANDS : last * BANDS] = bands * (end - start)
    return data, size


def _spans(radius, x, y, width, height):
    """Yield the rows of a disc with the first pixel and the one after the last."""
    radius = max(radius, SMALLEST)
    for row in range(max(math.floor(y - radius), 0), min(math.ceil(y + radius), height)):
        half = math.sqrt(max(radius * radius - (row + 0.5 - y) ** 2, 0.0))
        start, end = max(round(x - half), 0), min(round(x + half), width)
        if start < end:
            yield row, start, end


def _rows(pattern, color, width, factor):
    """Return the rows of a pattern, as wide as a view."""
    fill, motif = bytes((*color, FILL)), bytes((255, 255, 255, MOTIF))
    rows = []
    for line in pattern:
        tile = b"".join((motif if mark == "#" else fill) * factor for mark in line)
        row = (tile * (width * BANDS // len(tile) + 1))[: width * BANDS]
        rows += [row] * factor
    return rows
