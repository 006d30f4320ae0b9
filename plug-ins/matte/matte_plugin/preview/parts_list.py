"""The list of the objects found in the image, with check boxes."""

import itertools

from gi.repository import GdkPixbuf, GLib, Gtk, Pango

from matte_core.base.localization import _
from matte_core.base.subjects import label_of

HEIGHT_PX = 96
SWATCH_PX = 14
INDENT_PX = 22


class PartsList(Gtk.Box):
    """Lists parts with their color and share of the image.

    Parameters
    ----------
    on_toggled : callable
        Given the name of a part whose check box was clicked.
    """

    def __init__(self, on_toggled):
        super().__init__(orientation=Gtk.Orientation.VERTICAL, spacing=4)
        self._on_toggled = on_toggled
        self._shown = None
        self._boxes = []
        self._is_filling = False
        self._rows = Gtk.Grid(column_spacing=8, row_spacing=2, border_width=6)
        scrolled = Gtk.ScrolledWindow(shadow_type=Gtk.ShadowType.IN)
        scrolled.set_policy(Gtk.PolicyType.NEVER, Gtk.PolicyType.AUTOMATIC)
        scrolled.set_size_request(-1, HEIGHT_PX)
        scrolled.add(self._rows)
        self.pack_start(scrolled, True, True, 0)

    def show_parts(self, parts, can_choose=True):
        """Show the parts found; `can_choose` enables the check boxes."""
        self._rows.set_sensitive(can_choose)
        names = [part.name for part in parts]
        self._is_filling = True
        try:
            if names != self._shown:
                self._shown = names
                self._build(parts)
            for (box, share), part in zip(self._boxes, parts, strict=True):
                box.set_active(part.is_chosen)
                share.set_text(_percent(part.share))
        finally:
            self._is_filling = False

    def _build(self, parts):
        for child in self._rows.get_children():
            child.destroy()
        self._boxes = []
        clicked = itertools.count(1)
        for row, part in enumerate(parts):
            words = label_of(part.name, next(clicked) if part.is_clicked else 0)
            indent = INDENT_PX if part.is_one_of_several else 0
            box = Gtk.CheckButton(hexpand=True, margin_start=indent)
            box.set_tooltip_text(_("Select what to cut out; selections are combined"))
            inside = Gtk.Box(spacing=8)
            inside.pack_start(_swatch(part.color), False, False, 0)
            label = Gtk.Label(label=words, ellipsize=Pango.EllipsizeMode.END, xalign=0)
            inside.pack_start(label, True, True, 0)
            box.add(inside)
            box.connect("toggled", self._toggled, part.name)
            share = Gtk.Label(xalign=1)
            self._rows.attach(box, 0, row, 1, 1)
            self._rows.attach(share, 1, row, 1, 1)
            self._boxes.append((box, share))
        if not parts:
            self._rows.attach(Gtk.Label(label=_("Nothing found yet"), sensitive=False), 0, 0, 1, 1)
        self._rows.show_all()

    def _toggled(self, _box, name):
        if not self._is_filling:
            self._on_toggled(name)


def _percent(share):
    return f"{share:.0%}" if share >= 0.01 else "< 1%"


def _swatch(color):
    """Draw a small square of a color."""
    data = GLib.Bytes.new(bytes(color) * SWATCH_PX * SWATCH_PX)
    pixbuf = GdkPixbuf.Pixbuf.new_from_bytes(
        data, GdkPixbuf.Colorspace.RGB, False, 8, SWATCH_PX, SWATCH_PX, 3 * SWATCH_PX
    )
    return Gtk.Image.new_from_pixbuf(pixbuf)
