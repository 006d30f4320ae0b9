"""GIMP's dialog for a procedure, with a live preview next to the controls.

The preview works on a reduced copy of the first layer, in a worker of its own, so the window never
waits. At 100%, the visible part is matted at full size, using the reduced trimap.
"""

from dataclasses import replace

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("GimpUi", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, GimpUi, GLib, Gtk, Pango

from matte_core.base.localization import _, localized
from matte_core.link import parts as found_parts
from matte_core.link.preview_requests import PreviewRequest
from matte_plugin import dialogs, main_loop
from matte_plugin.preview.background import BackgroundChooser
from matte_plugin.preview.parts_list import PartsList
from matte_plugin.preview.picture import PictureView
from matte_plugin.preview.toolbar import Toolbar

SPACING = 12
CONTROLS_PX = 440
SIZE = (1180, 720)
WAIT_MS = 60
NOTE_LINES = 2
CHOOSE = _("Click anything to add or remove it. Scroll to zoom to 100%, then drag to pan.")
LOOK = _("Click or scroll to zoom to 100%, then drag to pan.")
TICK = _("Nothing is selected. Click a subject, or select it in the list.")
LOOKING = _("Looking closer at the place you clicked…")
NOT_THERE = _("Nothing was found where you clicked.")
NOTHING = " "  # for the argument `parts`, whose empty text means the subject


class PreviewDialog:
    """A dialog with a preview; see `run`.

    Parameters
    ----------
    procedure, config
        As for GIMP's own dialog.
    arrange : callable
        See `matte_plugin.dialogs.ask`; it returns the controls.
    source : object
        The image, reduced and in full size; see `matte_plugin.preview.source`.
    settings : callable
        Returns the `ViewSettings` of the controls, for an image at a scale.
    thread : PreviewThread
        Started, but without any request yet. OK leaves it running.
    """

    def __init__(self, procedure, config, arrange, source, settings, thread):
        GimpUi.init(procedure.get_name())
        self._config = config
        self._source = source
        self._settings = settings
        self._thread = thread
        self._timer = 0
        self._is_closed = self._is_open = False
        self._is_draft = source.has_parts
        self._center = (source.width / 2, source.height / 2)
        self._parts, self._map = [], None
        self._places = []  # clicked, and not answered yet
        self._before_places = None
        self._dialog = GimpUi.ProcedureDialog.new(procedure, config, dialogs.title_of(procedure))
        if source.has_parts:
            # A choice made in another image does not apply to this one.
            config.set_property("parts", "")
            for name in ("subject", "model"):
                config.connect(f"notify::{name}", lambda *_arguments: self._forget_choice())
            config.connect("notify::parts", lambda *_arguments: self._allow_ok())
        self._build(arrange(self._dialog, config))
        self._asking = config.connect("notify", lambda *_arguments: self._ask_soon())
        self._painted = 0
        self._view.connect("map", self._mapped)

    def run(self):
        """Show the dialog; return True for OK, which leaves the thread running."""
        self._thread.listen(
            lambda delivered: self._in_window(self._show, delivered),
            lambda fraction, step: self._in_window(self._show_progress, fraction, step),
        )
        self._show_picture(self._source.glimpse(), is_fitted=True)
        self._say("")
        is_accepted = False
        try:
            is_accepted = self._dialog.run()
        finally:
            self._is_closed = True
            if self._timer:
                GLib.source_remove(self._timer)
            self._dialog.destroy()
            Gdk.Display.get_default().flush()  # close the window before waiting for anything
            if not is_accepted:
                self._thread.close()
        return is_accepted

    def _build(self, controls):
        controls.set_valign(Gtk.Align.START)
        controls.set_size_request(CONTROLS_PX, -1)
        controls.set_hexpand(False)  # a larger window enlarges the preview alone
        self._view = PictureView(self._clicked, self._dragged, self._zoomed, self._resized)
        chooser = BackgroundChooser(self._source.layer, self._set_background)
        self._toolbar = Toolbar(chooser, self._ask_soon)
        self._note = Gtk.Label(xalign=0, wrap=True, lines=NOTE_LINES)
        self._note.set_ellipsize(Pango.EllipsizeMode.END)
        self._bar = Gtk.ProgressBar()
        frame = Gtk.Frame()
        frame.add(self._view)
        left = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=SPACING // 2)
        left.pack_start(self._toolbar, False, False, 0)
        left.pack_start(frame, True, True, 0)
        left.pack_start(self._note, False, False, 0)
        left.pack_start(self._bar, False, False, 0)
        self._list = PartsList(self._toggled)
        self._list.show_parts([])
        if self._source.has_parts:
            controls.pack_start(self._list, False, False, 0)
            controls.reorder_child(self._list, 1)  # below the subject, which it refines
        both = Gtk.Box(spacing=SPACING, border_width=SPACING)
        both.pack_start(left, True, True, 0)
        both.pack_start(controls, False, False, 0)
        self._dialog.get_content_area().pack_start(both, True, True, 0)
        self._dialog.set_default_size(*SIZE)
        both.show_all()

    def _mapped(self, view):
        if not self._painted:
            self._painted = view.get_frame_clock().connect("after-paint", self._open)

    def _open(self, clock):
        """Send the worker its image, once the window is visible."""
        clock.disconnect(self._painted)
        if self._is_closed:
            return
        self._thread.prepare(self._source.opening())
        self._is_open = True
        self._ask()

    def _ask_soon(self):
        """Ask as soon as the controls rest for a moment: a drag makes dozens of changes."""
        if self._timer:
            GLib.source_remove(self._timer)
        self._timer = GLib.timeout_add(WAIT_MS, self._ask)

    def _ask(self):
        self._timer = 0
        if not self._is_open:
            return GLib.SOURCE_REMOVE
        settings = replace(
            self._settings(self._source.scale),
            view=self._toolbar.view if self._has_choice else "original",
            color=self._source.background(),
            is_draft=self._is_draft,
        )
        if self._toolbar.is_full:
            edge = self._settings(1.0).edge
            self._thread.show(self._source.detail(*self._seen(), settings, edge))
        else:
            self._thread.show(PreviewRequest(settings))
        return GLib.SOURCE_REMOVE

    def _set_background(self, request):
        self._thread.prepare(request)
        self._ask_soon()

    def _seen(self):
        """Return left, top, width, and height of the part of the layer visible at 100%."""
        width = min(self._view.size[0], self._source.width)
        height = min(self._view.size[1], self._source.height)
        left = min(max(round(self._center[0] - width / 2), 0), self._source.width - width)
        top = min(max(round(self._center[1] - height / 2), 0), self._source.height - height)
        return left, top, width, height

    def _spot(self, across, along):
        """Convert a position in the preview to one in the layer, both as fractions."""
        if not self._toolbar.is_full:
            return across, along
        left, top, width, height = self._seen()
        return (
            (left + across * width) / self._source.width,
            (top + along * height) / self._source.height,
        )

    def _clicked(self, across, along):
        if not self._source.has_parts:
            self._zoomed(across, along, True)
        elif self._map is not None:
            number = found_parts.at(self._map, *self._spot(across, along))
            if number is not None:
                self._toggled(self._parts[number].name)
            else:
                self._look_at(found_parts.place(*self._spot(across, along)))

    def _look_at(self, place):
        """Ask for what is at a place where nothing has been found."""
        if not self._places:
            self._before_places = self._config.get_property("parts")
        if place not in self._places:
            self._places.append(place)
        self._say(LOOKING)
        self._config.set_property("parts", self._argument())

    def _forget_choice(self):
        self._places = []
        self._config.set_property("parts", "")

    def _dragged(self, right, down):
        left, top, width, height = self._seen()
        self._center = (left + width / 2 - right, top + height / 2 - down)
        self._ask_soon()

    def _zoomed(self, across, along, is_closer):
        if is_closer and not self._toolbar.is_full:
            self._center = (across * self._source.width, along * self._source.height)
        self._toolbar.set_full(is_closer)

    def _resized(self):
        if self._toolbar.is_full:
            self._ask_soon()

    def _toggled(self, name):
        self._parts = found_parts.toggled(self._parts, name)
        self._list.show_parts(self._parts)
        self._before_places = None
        self._config.set_property("parts", self._argument())

    def _argument(self):
        """Return the argument `parts` for what is selected, and what was clicked just now."""
        chosen = found_parts.argument(self._parts)
        return ", ".join([*([chosen] if chosen else []), *self._places]) or NOTHING

    @property
    def _has_choice(self):
        return not self._source.has_parts or self._config.get_property("parts") != NOTHING

    def _allow_ok(self):
        self._dialog.set_response_sensitive(Gtk.ResponseType.OK, self._has_choice)

    def _in_window(self, change, *arguments):
        main_loop.in_main_loop(lambda: change(*arguments), lambda: not self._is_closed)

    def _show_progress(self, fraction, step):
        self._bar.set_fraction(fraction)
        if step:
            self._bar.set_tooltip_text(localized(step))

    def _show(self, delivered):
        self._bar.set_fraction(0.0)
        settings = delivered.request.settings
        if delivered.error is not None:
            self._take_back_places(settings, ())
            self._say(localized(delivered.error))
            return
        result = delivered.result
        self._show_picture(result.picture, isinstance(delivered.request, PreviewRequest))
        # Not if the choice has changed since.
        if self._has_choice and settings.choice.subject == self._settings(1.0).choice.subject:
            self._parts = result.parts
            # A draft may count objects differently, so it is for display only.
            self._map = None if settings.is_draft else result.map
            self._list.show_parts(self._parts, can_choose=self._map is not None)
        if not self._take_back_places(settings, result.parts):
            self._say(NOT_THERE)
        else:
            self._say(localized(result.note) if self._has_choice else TICK)
        if settings.is_draft:
            self._is_draft = False
            self._ask()

    def _take_back_places(self, settings, parts):
        """Deselect the clicked places at which nothing was found; return False if there are any."""
        answered = [place for place in self._places if place in settings.choice.subject]
        self._places = [place for place in self._places if place not in answered]
        if {part.name for part in parts if part.is_chosen}.issuperset(answered):
            return True
        value = self._argument() if self._places else self._before_places
        self._config.handler_block(self._asking)  # what is shown is without them already
        self._config.set_property("parts", self._argument() if value is None else value)
        self._config.handler_unblock(self._asking)
        return False

    def _show_picture(self, picture, is_fitted):
        height, width, bands = picture.shape
        self._view.show_picture(picture.data, width, height, bands, is_fitted)

    def _say(self, words):
        words = words or (CHOOSE if self._source.has_parts else LOOK)
        self._note.set_text(words)
        self._note.set_tooltip_text(words)
