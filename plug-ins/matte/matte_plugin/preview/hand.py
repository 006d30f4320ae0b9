"""What the mouse, the keys that are held, and a pinch mean over a preview."""

from gi.repository import Gdk, Gtk

CLICK_PX = 4  # a click may move the pointer a little
PINCH = 1.4  # how far fingers spread for one step
LEFT, MIDDLE, RIGHT = 1, 2, 3
CLICK, PAN, PAINT = "click", "pan", "paint"
SCROLLS = {Gdk.ScrollDirection.UP: True, Gdk.ScrollDirection.DOWN: False}
ALT_KEYS = (Gdk.KEY_Alt_L, Gdk.KEY_Alt_R)


class Hand:
    """Follows the pointer over a widget.

    Parameters
    ----------
    widget : Gtk.Widget
    owner : object
        Told what happens, with places in pixels of the screen: `click`, `pan`, `rest` after a pan,
        `zoom`, `begin`, `extend`, `finish`, and `drop` of a stroke, and `hover`. Its `paints` says
        whether the left button paints.

    Attributes
    ----------
    place : (float, float), optional
        Where the pointer is; None while it is elsewhere.
    is_other : bool
        Whether the opposite brush is meant: Alt is held, or the right button.
    """

    def __init__(self, widget, owner):
        self._widget = widget
        self._owner = owner
        self._doing = self._button = None
        self._last = (0, 0)
        self._has_space = self._has_alt = False
        self.place = None
        self.is_other = False
        mask = Gdk.EventMask
        widget.add_events(
            mask.BUTTON_PRESS_MASK | mask.BUTTON_RELEASE_MASK | mask.POINTER_MOTION_MASK
            | mask.ENTER_NOTIFY_MASK | mask.LEAVE_NOTIFY_MASK | mask.SCROLL_MASK
            | mask.TOUCHPAD_GESTURE_MASK | mask.TOUCH_MASK
        )  # fmt: skip
        widget.connect("button-press-event", self._pressed)
        widget.connect("button-release-event", self._released)
        widget.connect("motion-notify-event", self._moved)
        widget.connect("leave-notify-event", self._left)
        widget.connect("grab-broken-event", self._lost)
        widget.connect("scroll-event", self._scrolled)
        self._pinch = Gtk.GestureZoom.new(widget)  # lives as long as something refers to it
        self._pinched = 1.0
        self._pinch.connect("begin", self._pinch_begun)
        self._pinch.connect("scale-changed", self._spread)

    @property
    def is_busy(self):
        """Whether a button is held over the widget."""
        return self._doing is not None

    @property
    def can_pan(self):
        """Whether the pointer moves the layer rather than paints."""
        return self._doing == PAN or (self._has_space and self._doing is None)

    def key(self, event):
        """Take note of a key that is pressed or released; return whether it was meant for us."""
        is_down = event.type == Gdk.EventType.KEY_PRESS
        if event.keyval in ALT_KEYS:
            self._has_alt = is_down
            self._hover()
            return False
        if event.keyval == Gdk.KEY_Escape and is_down and self._doing == PAINT:
            self._lost()
            return True
        if event.keyval == Gdk.KEY_space and (self.place or self._has_space):
            self._has_space = is_down
            self._hover()
            return True
        return False

    def _pressed(self, _widget, event):
        if event.type != Gdk.EventType.BUTTON_PRESS or self.is_busy:
            return True
        self._note(event)
        self._widget.grab_focus()
        if event.button == MIDDLE or (event.button == LEFT and self._has_space):
            self._doing = PAN
        elif event.button in (LEFT, RIGHT) and self._owner.paints:
            self._doing = PAINT
            self.is_other = event.button == RIGHT or self._has_alt
            self._owner.begin(*self.place)
        elif event.button == LEFT:
            self._doing = CLICK
        self._button, self._last = event.button, self.place
        self._hover()
        return True

    def _moved(self, _widget, event):
        self._note(event)
        right, down = self.place[0] - self._last[0], self.place[1] - self._last[1]
        if self._doing == CLICK and max(abs(right), abs(down)) > self._factor * CLICK_PX:
            self._doing = PAN
        if self._doing == PAN:
            self._owner.pan(round(right), round(down))
            self._last = self.place
        elif self._doing == PAINT:
            self._owner.extend(*self.place)
        self._hover()

    def _released(self, _widget, event):
        if event.button != self._button or not self.is_busy:
            return
        self._note(event)
        doing, self._doing = self._doing, None
        if doing == CLICK:
            self._owner.click(*self.place)
        elif doing == PAN:
            self._owner.rest()
        else:
            self._owner.finish()
        self._hover()

    def _left(self, _widget, _event):
        if not self.is_busy:
            self.place = None
            self._has_space = False
            self._hover()

    def _lost(self, *_arguments):
        """End what was begun without its effect."""
        doing, self._doing = self._doing, None
        if doing == PAINT:
            self._owner.drop()
        elif doing == PAN:
            self._owner.rest()
        self._hover()

    def _scrolled(self, _widget, event):
        self._note(event)
        if event.direction in SCROLLS and not self.is_busy:
            self._owner.zoom(SCROLLS[event.direction], self.place)
        return True

    def _pinch_begun(self, *_arguments):
        self._lost()  # the first finger has begun a click or a stroke
        self._pinched = 1.0

    def _spread(self, gesture, scale):
        is_closer = scale > self._pinched
        if max(scale / self._pinched, self._pinched / scale) < PINCH:
            return
        self._pinched = scale
        is_known, x, y = gesture.get_bounding_box_center()
        self._owner.zoom(is_closer, (x * self._factor, y * self._factor) if is_known else None)

    def _note(self, event):
        self.place = (event.x * self._factor, event.y * self._factor)
        if self._doing != PAINT:
            self._has_alt = bool(event.state & Gdk.ModifierType.MOD1_MASK)

    def _hover(self):
        if self._doing != PAINT:
            self.is_other = self._has_alt
        self._owner.hover()

    @property
    def _factor(self):
        return self._widget.get_scale_factor()
