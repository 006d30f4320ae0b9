"""The tools beside the preview: a pointer, brushes, and what is done to their strokes."""

from pathlib import Path

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gio, Gtk

from matte_core.base.localization import _
from matte_plugin.preview.marks import COLORS
from matte_plugin.preview.strokes import ERASE, HAIR, KEEP, REMOVE

ICONS = Path(__file__).with_name("icons")
SPACING = 6
POINTER = "pointer"
TOOLS = {
    POINTER: ("p", _("Pointer"), _("Click anything to add or remove it; drag to pan")),
    KEEP: ("k", _("Keep"), _("Paint over what belongs to the subject (right button: Remove)")),
    REMOVE: ("r", _("Remove"), _("Paint over what does not belong (right button: Keep)")),
    HAIR: ("h", _("Hair"), _("Paint over hair and other soft edges")),
    ERASE: ("e", _("Eraser"), _("Paint over strokes to remove them")),
}
FILES = {
    POINTER: "matte-pointer",
    KEEP: "matte-keep",
    REMOVE: "matte-remove",
    HAIR: "matte-hair",
    ERASE: "matte-eraser",
}
SMALLEST, LARGEST, USUAL = 1, 200, 24  # diameter in the window
GROWTH = 1.2
SHIFTED = Gdk.ModifierType.SHIFT_MASK
HELD = Gdk.ModifierType.CONTROL_MASK | Gdk.ModifierType.MOD1_MASK | Gdk.ModifierType.SUPER_MASK


class Tools(Gtk.Box):
    """A column of tools.

    Parameters
    ----------
    on_changed : callable
        Called without arguments when another tool or size was chosen.
    strokes : StrokeList
    on_edited : callable
        Called without arguments after strokes were undone, redone, or cleared.

    Attributes
    ----------
    size_box : Gtk.Box
        The size of the brush, to be put beside the column.
    """

    def __init__(self, strokes, on_changed, on_edited):
        super().__init__(orientation=Gtk.Orientation.VERTICAL, spacing=SPACING // 2)
        self._strokes = strokes
        self._on_changed = on_changed
        self._on_edited = on_edited
        self._tools = {}
        first = None
        for kind, (key, name, blurb) in TOOLS.items():
            button = Gtk.RadioButton.new_from_widget(first)
            first = first or button
            button.set_mode(False)
            button.set_image(_own_icon(FILES[kind], COLORS.get(kind)))
            _name(button, f"{name} ({key.upper()})", blurb)
            button.connect("toggled", self._chosen)
            self._tools[kind] = button
            self.pack_start(button, False, False, 0)
        self.pack_start(Gtk.Separator(), False, False, SPACING // 2)
        self._undo = self._edit("edit-undo-symbolic", _("Undo stroke (Ctrl+Z)"), strokes.undo)
        self._redo = self._edit("edit-redo-symbolic", _("Redo stroke (Ctrl+Shift+Z)"), strokes.redo)
        self._clear = self._edit("edit-clear-symbolic", _("Clear strokes"), strokes.clear)
        self.size_box = Gtk.Box(spacing=SPACING)
        self._size = Gtk.Scale.new_with_range(Gtk.Orientation.HORIZONTAL, SMALLEST, LARGEST, 1)
        self._size.set_value(USUAL)
        self._size.set_value_pos(Gtk.PositionType.RIGHT)
        self._size.set_size_request(120, -1)
        _name(
            self._size, _("Brush size ([ and ])"), _("In pixels of the screen; zoom in for detail")
        )
        self._size.connect("value-changed", self._chosen)
        label = Gtk.Label.new_with_mnemonic(_("Brush si_ze"))
        label.set_mnemonic_widget(self._size)
        self.size_box.pack_start(label, False, False, 0)
        self.size_box.pack_start(self._size, True, True, 0)
        self.follow()

    @property
    def kind(self):
        """The chosen tool."""
        return next(kind for kind, button in self._tools.items() if button.get_active())

    @property
    def size(self):
        """The diameter of the brush, in pixels of the window."""
        return self._size.get_value()

    def choose(self, kind):
        """Choose a tool."""
        self._tools[kind].set_active(True)

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
        if key in (Gdk.KEY_bracketleft, Gdk.KEY_bracketright):
            growth = GROWTH if key == Gdk.KEY_bracketright else 1 / GROWTH
            step = 1 if key == Gdk.KEY_bracketright else -1
            self._size.set_value(
                step + self.size if abs(self.size * (growth - 1)) < 1 else self.size * growth
            )
            return True
        letters = {key: kind for kind, (key, *_words) in TOOLS.items()}
        if event.state & HELD or chr(Gdk.keyval_to_unicode(key)) not in letters:
            return False
        self.choose(letters[chr(Gdk.keyval_to_unicode(key))])
        return True

    def _edit(self, icon, words, change):
        def clicked(_button):
            change()
            self.follow()
            self._on_edited()

        button = Gtk.Button.new_from_icon_name(icon, Gtk.IconSize.BUTTON)
        _name(button, words)
        button.connect("clicked", clicked)
        self.pack_start(button, False, False, 0)
        return button

    def _chosen(self, widget):
        if not isinstance(widget, Gtk.ToggleButton) or widget.get_active():
            self.follow()
            self._on_changed()


def _name(widget, name, blurb=""):
    """Say what an icon stands for, to those who point at it and to those who listen."""
    widget.set_tooltip_text(f"{name}: {blurb}" if blurb else name)
    widget.get_accessible().set_name(name)


def _own_icon(name, color=None):
    """Return one of our icons, in the color of the theme's text or in another."""
    file = Gio.File.new_for_path(str(ICONS / f"{name}-symbolic.svg"))
    image = Gtk.Image.new_from_gicon(Gio.FileIcon.new(file), Gtk.IconSize.BUTTON)
    if color is not None:
        style = Gtk.CssProvider()
        style.load_from_data(b"image { color: rgb(%d, %d, %d); }" % color)
        priority = Gtk.STYLE_PROVIDER_PRIORITY_APPLICATION
        image.get_style_context().add_provider(style, priority)
    return image
