"""The tools beside the preview: a pointer, brushes, and what is done to their strokes."""

from pathlib import Path

from gi.repository import Gdk, Gio, Gtk

from matte_core.base.localization import _
from matte_plugin.preview.marks import COLORS
from matte_plugin.preview.strokes import ERASE, HAIR, KEEP, REMOVE

ICONS = Path(__file__).with_name("icons")
SPACING = 6
POINTER = "pointer"
TOOLS = {
    POINTER: ("p", _("Pointer"), _("Look at the result, click, and drag to pan.")),
    KEEP: (
        "k",
        _("Keep"),
        _("Paint over what belongs to the subject. Right button or Alt: Remove."),
    ),
    REMOVE: (
        "r",
        _("Remove"),
        _("Paint over what does not belong to the subject. Right button or Alt: Keep."),
    ),
    HAIR: ("h", _("Hair"), _("Paint over hair and other soft edges.")),
    ERASE: ("e", _("Eraser"), _("Paint over strokes to remove them.")),
}
PAN = _("Hold the space bar to pan.")
SMALLEST, LARGEST, USUAL = 1, 200, 24  # diameter in the window
SLIDER_PX = 120
GROWTH = {Gdk.KEY_bracketleft: 1 / 1.2, Gdk.KEY_bracketright: 1.2}
SHIFTED = Gdk.ModifierType.SHIFT_MASK
HELD = Gdk.ModifierType.CONTROL_MASK | Gdk.ModifierType.MOD1_MASK | Gdk.ModifierType.SUPER_MASK


class Tools(Gtk.Box):
    """A column of tools.

    Parameters
    ----------
    strokes : StrokeList
    on_chosen : callable
        Called without arguments when another tool was chosen.
    on_sized : callable
        Called without arguments when another size was chosen.
    on_edited : callable
        Called without arguments after strokes were undone, redone, or cleared.

    Attributes
    ----------
    size_box : Gtk.Box
        The size of the brush, to be put beside the column.
    """

    def __init__(self, strokes, on_chosen, on_sized, on_edited):
        super().__init__(orientation=Gtk.Orientation.VERTICAL, spacing=SPACING // 2)
        self._strokes = strokes
        self._on_chosen = on_chosen
        self._on_edited = on_edited
        self._tools = self._add_tools()
        self.pack_start(Gtk.Separator(), False, False, SPACING // 2)
        self._undo = self._add_edit("edit-undo", _("Undo stroke (Ctrl+Z)"), strokes.undo)
        self._redo = self._add_edit("edit-redo", _("Redo stroke (Ctrl+Shift+Z)"), strokes.redo)
        self._clear = self._add_edit("edit-clear", _("Clear strokes"), strokes.clear)
        self._size = _size_slider()
        self._size.connect("value-changed", lambda _scale: on_sized())
        label = Gtk.Label.new_with_mnemonic(_("Brush si_ze"))
        label.set_mnemonic_widget(self._size)
        self.size_box = Gtk.Box(spacing=SPACING)
        self.size_box.pack_start(label, False, False, 0)
        self.size_box.pack_start(self._size, True, True, 0)
        self.follow()

    @property
    def kind(self):
        """The chosen tool."""
        return next(kind for kind, button in self._tools.items() if button.get_active())

    @property
    def hint(self):
        """What the chosen brush is for; nothing for the pointer."""
        kind = self.kind
        return "" if kind == POINTER else TOOLS[kind][2] + " " + PAN

    @property
    def size(self):
        """The diameter of the brush, in pixels of the window."""
        return self._size.get_value()

    def follow(self):
        """Enable what can be done to the strokes."""
        self._undo.set_sensitive(self._strokes.can_undo)
        self._redo.set_sensitive(self._strokes.can_redo)
        self._clear.set_sensitive(bool(self._strokes.done))
        self.size_box.set_sensitive(self.kind != POINTER)

    def key(self, event):
        """Do what a key says; return whether it says anything."""
        key = Gdk.keyval_to_lower(event.keyval)
        if event.state & Gdk.ModifierType.CONTROL_MASK:
            if key == Gdk.KEY_y or (key == Gdk.KEY_z and event.state & SHIFTED):
                self._redo.clicked()
            elif key == Gdk.KEY_z:
                self._undo.clicked()
            else:
                return False
            return True
        if key in GROWTH:
            self._size.set_value(_grown(self.size, GROWTH[key]))
            return True
        letter = chr(Gdk.keyval_to_unicode(key))
        found = [kind for kind, (own, *_words) in TOOLS.items() if own == letter]
        if event.state & HELD or not found:
            return False
        self._tools[found[0]].set_active(True)
        return True

    def _add_tools(self):
        buttons, first = {}, None
        for kind, (key, name, blurb) in TOOLS.items():
            button = Gtk.RadioButton.new_from_widget(first)
            first = first or button
            button.set_mode(False)  # a button that stays down, without a dot
            button.set_image(_own_icon(kind))
            _name(button, f"{name} ({key.upper()})", blurb)
            button.connect("toggled", self._chosen)
            buttons[kind] = button
            self.pack_start(button, False, False, 0)
        return buttons

    def _add_edit(self, icon, words, change):
        def clicked(_button):
            change()
            self.follow()
            self._on_edited()

        button = Gtk.Button.new_from_icon_name(f"{icon}-symbolic", Gtk.IconSize.BUTTON)
        _name(button, words)
        button.connect("clicked", clicked)
        self.pack_start(button, False, False, 0)
        return button

    def _chosen(self, button):
        if button.get_active():
            self.follow()
            self._on_chosen()


def _size_slider():
    slider = Gtk.Scale.new_with_range(Gtk.Orientation.HORIZONTAL, SMALLEST, LARGEST, 1)
    slider.set_value(USUAL)
    slider.set_value_pos(Gtk.PositionType.RIGHT)
    slider.set_size_request(SLIDER_PX, -1)
    _name(slider, _("Brush size ([ and ])"), _("In pixels of the screen; zoom in for detail"))
    return slider


def _grown(size, growth):
    """Return the next size, at least one pixel away."""
    return max(size * growth, size + 1) if growth > 1 else min(size * growth, size - 1)


def _name(widget, name, blurb=""):
    """Say what an icon stands for, to those who point at it and to those who listen."""
    widget.set_tooltip_text(f"{name}: {blurb}" if blurb else name)
    widget.get_accessible().set_name(name)


def _own_icon(kind):
    """Return one of our icons, in the color of its strokes or of the theme's text."""
    file = Gio.File.new_for_path(str(ICONS / f"matte-{kind}-symbolic.svg"))
    image = Gtk.Image.new_from_gicon(Gio.FileIcon.new(file), Gtk.IconSize.BUTTON)
    if kind in COLORS:
        style = Gtk.CssProvider()
        style.load_from_data(b"image { color: rgb(%d, %d, %d); }" % COLORS[kind])
        priority = Gtk.STYLE_PROVIDER_PRIORITY_APPLICATION
        image.get_style_context().add_provider(style, priority)
    return image
