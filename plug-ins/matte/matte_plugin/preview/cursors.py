"""The mouse pointers over a preview: crosshairs with a sign of what the brush does."""

from gi.repository import Gdk, GdkPixbuf, GLib

from matte_plugin.preview.strokes import ERASE, HAIR, KEEP, REMOVE

SIGNS = {
    KEEP: ("..#..", "..#..", "#####", "..#..", "..#.."),
    REMOVE: (".....", ".....", "#####", ".....", "....."),
    HAIR: ("#..#.", ".#..#", ".#..#", "#..#.", "#..#."),
    ERASE: ("#...#", ".#.#.", "..#..", ".#.#.", "#...#"),
}
SIZE = 24
MIDDLE = 8
ARM = range(2, 7)
CORNER = 15
BLACK, WHITE = b"\0\0\0\xff", b"\xff\xff\xff\xff"


def brush(display, kind):
    """Return the pointer of a brush."""
    data = GLib.Bytes.new(_pixels(kind))
    pixbuf = GdkPixbuf.Pixbuf.new_from_bytes(
        data, GdkPixbuf.Colorspace.RGB, True, 8, SIZE, SIZE, 4 * SIZE
    )
    return Gdk.Cursor.new_from_pixbuf(display, pixbuf, MIDDLE, MIDDLE)


def named(display, name):
    """Return a pointer of the theme, by its name in CSS."""
    return Gdk.Cursor.new_from_name(display, name)


def _pixels(kind):
    """Draw white on black, which shows on any image."""
    bright = {(MIDDLE + sign * step, MIDDLE) for step in ARM for sign in (-1, 1)}
    bright |= {(y, x) for x, y in bright}
    bright |= {
        (CORNER + column, CORNER + row)
        for row, marks in enumerate(SIGNS[kind])
        for column, mark in enumerate(marks)
        if mark == "#"
    }
    around = {(x + i, y + j) for x, y in bright for i in (-1, 0, 1) for j in (-1, 0, 1)}
    return b"".join(
        WHITE if (x, y) in bright else BLACK if (x, y) in around else bytes(4)
        for y in range(SIZE)
        for x in range(SIZE)
    )
