"""A widget that shows an image: fitted or at 100%, with clicks, drags, and zoom."""

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("GdkPixbuf", "2.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, GdkPixbuf, GLib, Gtk

CHECK_PX = 8
LIGHT, DARK = 0x999999, 0x666666
SMALLEST_PX = 320
CLICK_PX = 4  # a click may move the pointer a little


class PictureView(Gtk.EventBox):
    """Shows an image fitted to the widget, or at full size.

    Parameters
    ----------
    on_clicked : callable
        Given the position of a click, as fractions of the visible image.
    on_dragged : callable
        Given how many pixels to the right and down the image was dragged at 100%.
    on_zoomed : callable
        Given the position of the pointer, as fractions, and whether to zoom in.
    on_resized : callable
        Called without arguments after the widget was resized.
    """

    def __init__(self, on_clicked, on_dragged, on_zoomed, on_resized):
        super().__init__()
        self._on_clicked = on_clicked
        self._on_dragged = on_dragged
        self._on_zoomed = on_zoomed
        self._on_resized = on_resized
        self._pixbuf = None
        self._is_fitted = True
        self._size = (0, 0)
        self._drag_start = None
        self._place = (0, 0, 1, 1)
        # Unlike an image, a layout lets the window shrink again.
        self._layout = Gtk.Layout()
        self._image = Gtk.Image()
        self._layout.put(self._image, 0, 0)
        self.add(self._layout)
        self.set_size_request(SMALLEST_PX, SMALLEST_PX)
        self.add_events(
            Gdk.EventMask.BUTTON_PRESS_MASK
            | Gdk.EventMask.BUTTON_RELEASE_MASK
            | Gdk.EventMask.BUTTON1_MOTION_MASK
            | Gdk.EventMask.SCROLL_MASK
        )
        self.connect("button-press-event", self._pressed)
        self.connect("button-release-event", self._released)
        self.connect("motion-notify-event", self._moved)
        self.connect("scroll-event", self._scrolled)
        self.connect("size-allocate", self._allocated)

    @property
    def size(self):
        """Width and height available for the image, in pixels."""
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
            # Not immediately: a widget moved during allocation is not allocated.
            GLib.idle_add(self._draw)
            self._on_resized()

    def _pressed(self, _widget, event):
        if event.type == Gdk.EventType.BUTTON_PRESS and event.button == 1:
            self._drag_start = (event.x, event.y)

    def _moved(self, _widget, event):
        """Let the image follow the pointer until the new part has been computed."""
        if self._drag_start is None or self._is_fitted:
            return
        left, top = self._place[:2]
        across, along = self._way(event)
        self._layout.move(self._image, round(left + across), round(top + along))

    def _released(self, _widget, event):
        if self._drag_start is None or event.button != 1:
            return
        across, along = self._way(event)
        self._drag_start = None
        if max(abs(across), abs(along)) <= CLICK_PX:
            self._layout.move(self._image, *self._place[:2])
            if self._spot(event) is not None:
                self._on_clicked(*self._spot(event))
        elif not self._is_fitted:
            self._on_dragged(across, along)

    def _scrolled(self, _widget, event):
        spot = self._spot(event)
        if spot is not None and event.direction in (
            Gdk.ScrollDirection.UP, Gdk.ScrollDirection.DOWN,
        ):  # fmt: skip
            self._on_zoomed(*spot, event.direction == Gdk.ScrollDirection.UP)
        return True

    def _way(self, event):
        return event.x - self._drag_start[0], event.y - self._drag_start[1]

    def _spot(self, event):
        """Return the position of the pointer in the image, as fractions; None outside it."""
        left, top, width, height = self._place
        across, along = (event.x - left) / width, (event.y - top) / height
        return (across, along) if 0 <= across < 1 and 0 <= along < 1 else None
