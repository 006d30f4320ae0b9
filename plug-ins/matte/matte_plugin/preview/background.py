"""Chooses the preview's background: an image file, another open image, or a layer."""

from gi.repository import Gimp, Gtk

from matte_core.base.localization import _
from matte_core.link.preview_requests import PreviewBackgroundRequest
from matte_plugin.document import items
from matte_plugin.document.thumbnails import thumbnail

FILE = "file"
SPACING = 6


class BackgroundChooser(Gtk.Box):
    """Lets the user choose the image behind the subject.

    Parameters
    ----------
    layer : Gimp.Layer
        The layer of the subject, which is not offered.
    on_chosen : callable
        Given the request for the preview's worker.
    """

    def __init__(self, layer, on_chosen):
        super().__init__(spacing=SPACING)
        self._layer = layer
        self._on_chosen = on_chosen
        self._items = None
        self.set_no_show_all(True)

    def begin(self):
        """Show the chooser, at first with the first entry chosen."""
        if self._items is None:
            self._items = _open_items(self._layer)
            self._build()
            self._list.set_active(0)
        self.show()

    def _build(self):
        """Create the widgets; a button for files takes longer than the rest of the dialog."""
        self._list = Gtk.ComboBoxText(hexpand=True)
        for number, (name, _item) in enumerate(self._items):
            self._list.append(str(number), name)
        self._list.append(FILE, _("Image file…"))
        self._list.set_tooltip_text(_("The image to show the subject on in the preview"))
        self._list.connect("changed", self._changed)
        self._file = Gtk.FileChooserButton(title=_("Choose Preview Background"), hexpand=True)
        self._file.add_filter(_pictures())
        self._file.set_tooltip_text(_("The image to show the subject on in the preview"))
        self._file.connect("file-set", lambda _button: self._file_chosen())
        label = Gtk.Label(label=_("Background"))
        for widget, is_wide in ((label, False), (self._list, True), (self._file, True)):
            self.pack_start(widget, is_wide, is_wide, 0)
            widget.show()

    def _changed(self, _list):
        chosen = self._list.get_active_id()
        self._file.set_visible(chosen == FILE)
        if chosen == FILE:
            self._file_chosen()
        elif chosen is not None:
            picture = thumbnail(self._items[int(chosen)][1])
            self._on_chosen(PreviewBackgroundRequest(image=picture))

    def _file_chosen(self):
        path = self._file.get_filename()
        if path:
            self._on_chosen(PreviewBackgroundRequest(path=path))


def _open_items(layer):
    """Return the names and items of the other open images, and of the other layers of this one."""
    own = layer.get_image()
    images = [(image.get_name(), image) for image in Gimp.get_images() if image != own]
    layers = [(other.get_name(), other) for other in items.all_layers(own) if other != layer]
    return images + [(name, other) for name, other in layers if not other.is_group()]


def _pictures():
    """Return a filter for the file types that the worker can read."""
    kinds = Gtk.FileFilter()
    kinds.set_name(_("Images"))
    for kind in ("jpeg", "png", "tiff", "webp", "bmp"):
        kinds.add_mime_type(f"image/{kind}")
    return kinds
