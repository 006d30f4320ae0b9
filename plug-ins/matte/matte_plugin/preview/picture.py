"""A widget that shows parts of a layer, and over them the marks of brushes."""

from dataclasses import dataclass

from gi.repository import GdkPixbuf, GLib, Gtk

CHECK_PX = 8
LIGHT, DARK = 0x999999, 0x666666
SMALLEST_PX = 320


@dataclass(frozen=True)
class Shown:
    """An image, and the part of the layer that it shows: left, top, width, and height."""

    pixbuf: GdkPixbuf.Pixbuf
    part: tuple


class PictureView(Gtk.EventBox):
    """Shows a layer at the zoom of a `Zoom`: first all of it, over that a sharper part.

    Parameters
    ----------
    zoom : Zoom
        Its view follows the size of the widget.
    on_resized : callable
        Called without arguments.
    """

    def __init__(self, zoom, on_resized):
        super().__init__()
        self._zoom = zoom
        self._on_resized = on_resized
        self._whole = self._part = None
        self._moved = (0, 0)
        self._brush_size = 0
        # Unlike an image, a layout lets the window shrink again.
        self._layout = Gtk.Layout()
        self._picture, self._marks, self._brush = Gtk.Image(), Gtk.Image(), Gtk.Image()
        for image in (self._picture, self._marks, self._brush):
            self._layout.put(image, 0, 0)
        self.add(self._layout)
        self.set_size_request(SMALLEST_PX, SMALLEST_PX)
        self.connect("size-allocate", self._allocated)

    def show_whole(self, data, width, height, bands):
        """Show pixels of the whole layer: 3 bands, or 4 with opacity."""
        self._whole = Shown(_pixbuf(data, width, height, bands), (0, 0, *self._zoom.size))
        self._part = None
        self.draw()

    def show_part(self, data, width, height, bands, part):
        """Show pixels of a part of the layer: its left, top, width, and height."""
        self._part = Shown(_pixbuf(data, width, height, bands), part)
        self.draw()

    def draw(self):
        """Draw the layer anew, once the widget has its size."""
        if min(self._zoom.view) < SMALLEST_PX:
            return
        frame = GdkPixbuf.Pixbuf.new(GdkPixbuf.Colorspace.RGB, True, 8, *self._zoom.view)
        frame.fill(0)
        for shown in (self._whole, self._part):
            if shown is not None:
                self._draw_on(frame, shown)
        self._put(self._picture, frame)

    def show_marks(self, data, width, height):
        """Show a picture of the size of the view over the layer; see `marks.Sheet`."""
        self._put(self._marks, _pixbuf(data, width, height, 4))
        self._moved = (0, 0)
        self._layout.move(self._marks, 0, 0)

    def move_marks(self, right, down):
        """Shift the marks with the layer until they are drawn anew."""
        factor = self.get_scale_factor()
        self._moved = (self._moved[0] + right, self._moved[1] + down)
        self._layout.move(self._marks, self._moved[0] // factor, self._moved[1] // factor)

    def set_brush(self, data, size):
        """Show the outline of a brush, see `marks.ring`; None for none."""
        self._brush_size = size
        if data is None:
            self._brush.clear()
        else:
            self._put(self._brush, _pixbuf(data, size, size, 4))

    def move_brush(self, x, y):
        """Put the outline of the brush around a place."""
        factor = self.get_scale_factor()
        left, top = (round((at - self._brush_size / 2) / factor) for at in (x, y))
        self._layout.move(self._brush, left, top)

    def _draw_on(self, frame, shown):
        left, top, width, height = shown.part
        scale = self._zoom.scale
        x, y = self._zoom.place(left, top)
        first = [max(round(at), 0) for at in (x, y)]
        last = [
            min(round(at + length * scale), room)
            for at, length, room in zip((x, y), (width, height), self._zoom.view, strict=True)
        ]
        if first[0] >= last[0] or first[1] >= last[1]:
            return
        across = width * scale / shown.pixbuf.get_width()
        along = height * scale / shown.pixbuf.get_height()
        # Enlarged pixels of the layer itself stay pixels; an enlarged reduced image is smooth.
        is_exact = shown.pixbuf.get_width() == width and scale >= 1
        quality = GdkPixbuf.InterpType.NEAREST if is_exact else GdkPixbuf.InterpType.BILINEAR
        check = CHECK_PX * self.get_scale_factor()
        shown.pixbuf.composite_color(
            frame, *first, last[0] - first[0], last[1] - first[1], x, y, across, along,
            quality, 255, 0, 0, check, LIGHT, DARK,
        )  # fmt: skip

    def _put(self, image, pixbuf):
        """Show a pixbuf in pixels of the screen: as an icon, a widget takes it as it is."""
        factor = self.get_scale_factor()
        image.set_from_gicon(pixbuf, Gtk.IconSize.DIALOG)
        image.set_pixel_size(max(pixbuf.get_width(), pixbuf.get_height()) // factor)
        image.show()

    def _allocated(self, _widget, place):
        factor = self.get_scale_factor()
        view = (place.width * factor, place.height * factor)
        if view != self._zoom.view:
            self._zoom.view = view
            # Not immediately: a widget changed during allocation is not allocated.
            GLib.idle_add(self.draw)
            GLib.idle_add(self._on_resized)


def _pixbuf(data, width, height, bands):
    return GdkPixbuf.Pixbuf.new_from_bytes(
        GLib.Bytes.new(bytes(data)), GdkPixbuf.Colorspace.RGB, bands == 4, 8,
        width, height, width * bands,
    )  # fmt: skip
