"""The picture in the dialog: fitted or at 100 %, panned by dragging, over a checkerboard."""

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("GdkPixbuf", "2.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, GdkPixbuf, GLib, Gtk

CHECK_PX = 8
LIGHT, DARK = 0x999999, 0x666666
SMALLEST_PX = 320


class PictureView(Gtk.EventBox):
    """Shows a picture as large as fits, or as it is.

    Parameters
    ----------
    on_dragged : callable
        Given how many pixels to the right and down the picture was dragged at 100 %.
    on_pointed : callable
        Given where the fitted picture was clicked, as fractions of its width and height.
    on_resized : callable
        Called without arguments after the place for the picture has changed.
    """

    def __init__(self, on_dragged, on_pointed, on_resized):
        super().__init__()
        self._on_dragged = on_dragged
        self._on_pointed = on_pointed
        self._on_resized = on_resized
        self._pixbuf = None
        self._is_fitted = True
        self._size = (0, 0)
        self._drag_start = None
        self._place = (0, 0, 1, 1)
        # A layout takes any size, so the window can be made smaller again.
        self._layout = Gtk.Layout()
        self._image = Gtk.Image()
        self._layout.put(self._image, 0, 0)
        self.add(self._layout)
        self.set_size_request(SMALLEST_PX, SMALLEST_PX)
        self.add_events(
            Gdk.EventMask.BUTTON_PRESS_MASK
            | Gdk.EventMask.BUTTON_RELEASE_MASK
            | Gdk.EventMask.BUTTON1_MOTION_MASK
        )
        self.connect("button-press-event", self._pressed)
        self.connect("button-release-event", self._released)
        self.connect("size-allocate", self._allocated)

    @property
    def size(self):
        """Width and height of the place for the picture, in pixels."""
        return max(self._size[0], SMALLEST_PX), max(self._size[1], SMALLEST_PX)

    def show_picture(self, data, width, height, bands, is_fitted):
        """Show pixels: 3 bands, or 4 with opacity."""
        self._pixbuf = GdkPixbuf.Pixbuf.new_from_bytes(
            GLib.Bytes.new(bytes(data)),
            GdkPixbuf.Colorspace.RGB,
            bands == 4,
            8,
            width,
            height,
            width * bands,
        )
        self._is_fitted = is_fitted
        self._draw()

    def _draw(self):
        if self._pixbuf is None:
            return
        width, height = self._pixbuf.get_width(), self._pixbuf.get_height()
        if self._is_fitted:
            scale = min(self.size[0] / width, self.size[1] / height)
            width, height = max(1, round(width * scale)), max(1, round(height * scale))
        drawn = self._pixbuf
        quality = GdkPixbuf.InterpType.BILINEAR
        if drawn.get_has_alpha():
            drawn = drawn.composite_color_simple(width, height, quality, 255, CHECK_PX, LIGHT, DARK)
        elif (width, height) != (drawn.get_width(), drawn.get_height()):
            drawn = drawn.scale_simple(width, height, quality)
        self._image.set_from_pixbuf(drawn)
        left, top = (self.size[0] - width) // 2, (self.size[1] - height) // 2
        self._layout.move(self._image, max(left, 0), max(top, 0))
        self._place = (max(left, 0), max(top, 0), width, height)

    def _allocated(self, _widget, place):
        if (place.width, place.height) != self._size:
            self._size = (place.width, place.height)
            self._draw()
            self._on_resized()

    def _pressed(self, _widget, event):
        self._drag_start = (event.x, event.y)

    def _released(self, _widget, event):
        start, self._drag_start = self._drag_start, None
        if start is None:
            return
        if not self._is_fitted:
            self._on_dragged(event.x - start[0], event.y - start[1])
            return
        left, top, width, height = self._place
        across, along = (event.x - left) / width, (event.y - top) / height
        if 0 <= across <= 1 and 0 <= along <= 1:
            self._on_pointed(across, along)
