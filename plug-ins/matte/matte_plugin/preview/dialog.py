"""GIMP's dialog for a procedure, with a live preview next to the controls.

The preview works on a reduced copy of the first layer, in a worker of its own, so the window never
waits. Where that copy is too coarse for the zoom, the visible part is matted once more, at the
resolution of the screen, using the reduced trimap.
"""

from dataclasses import replace

from gi.repository import Gdk, GimpUi, GLib, Gtk, Pango

from matte_core.base.localization import _, localized
from matte_core.link.preview_requests import PreviewRequest
from matte_plugin import dialogs, main_loop
from matte_plugin.preview import window_size
from matte_plugin.preview.background import BackgroundChooser
from matte_plugin.preview.canvas import Canvas
from matte_plugin.preview.choice import Choice
from matte_plugin.preview.toolbar import Toolbar

SPACING = 12
CONTROLS_PX = 400
WAIT_MS = 60
NOTE_LINES = 2
#: How much larger than the reduced copy an image is shown before it is computed more finely.
COARSE = 1.25
CHOOSE = _("Click anything to add or remove it, or paint with the brushes. Scroll to zoom.")
LOOK = _("Paint with the brushes to correct the result. Scroll to zoom, drag to pan.")
TICK = _("Nothing is selected. Click a subject, select it in the list, or paint it with Keep.")
NOT_THERE = _("Nothing was found where you clicked.")
FIRST_ONLY = _("Strokes apply to the layer that is shown, “{name}”, not to the other layers.")
TOO_MANY = _("There is no room for more strokes. Undo or clear some.")


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
        Returns the `ViewSettings` of the controls, for an image at a scale, and strokes.
    thread : PreviewThread
        Started, but without any request yet. OK leaves it running.
    """

    def __init__(self, procedure, config, arrange, source, settings, thread):
        GimpUi.init(procedure.get_name())
        self._source = source
        self._settings = settings
        self._thread = thread
        self._timer = 0
        self._is_closed = False
        self._is_draft = source.has_parts
        self._shown = None  # the settings of the image as a whole, as it is shown
        self._dialog = GimpUi.ProcedureDialog.new(procedure, config, dialogs.title_of(procedure))
        self._canvas = Canvas(
            source.width,
            source.height,
            self._clicked,
            self._moved,
            self._painted,
            lambda: self._say(""),
        )
        self._choice = Choice(config, self._say) if source.has_parts else None
        chooser = BackgroundChooser(source.layer, self._set_background)
        self._toolbar = Toolbar(chooser, self._canvas, self._ask_soon)
        controls = arrange(self._dialog, config)
        self._begin()
        self._build(controls)
        config.connect("notify", lambda *_arguments: self._changed())
        self._canvas.view.connect("map", lambda view: view.grab_focus())  # for the tools' keys

    @property
    def strokes(self):
        """The strokes that were painted, a tuple of `Stroke`."""
        return self._canvas.strokes.done

    def run(self):
        """Show the dialog; return True for OK, which leaves the thread running."""
        self._say("")
        is_accepted = False
        try:
            is_accepted = self._dialog.run()
            window_size.remember(self._dialog)
        finally:
            self._is_closed = True
            if self._timer:
                GLib.source_remove(self._timer)
            self._dialog.destroy()
            Gdk.Display.get_default().flush()  # close the window before waiting for anything
            if not is_accepted:
                self._thread.close()
        return is_accepted

    def _begin(self):
        """Send the worker its image: it draws the first draft while the window is being built."""
        opening = self._source.opening()
        if opening.opacity is None:
            self._show_picture(opening.image)
        self._thread.listen(
            lambda delivered: self._in_window(self._show, delivered),
            lambda fraction, step: self._in_window(self._show_progress, fraction, step),
        )
        self._thread.prepare(opening)
        self._ask()

    def _build(self, controls):
        controls.set_valign(Gtk.Align.START)
        controls.set_size_request(CONTROLS_PX, -1)
        controls.set_hexpand(False)  # a larger window enlarges the preview alone
        self._note = Gtk.Label(xalign=0, wrap=True, lines=NOTE_LINES)
        self._note.set_ellipsize(Pango.EllipsizeMode.END)
        self._bar = Gtk.ProgressBar()
        frame = Gtk.Frame()
        frame.add(self._canvas.view)
        middle = Gtk.Box(spacing=SPACING // 2)
        middle.pack_start(self._canvas.tools, False, False, 0)
        middle.pack_start(frame, True, True, 0)
        left = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=SPACING // 2)
        left.pack_start(self._toolbar, False, False, 0)
        left.pack_start(middle, True, True, 0)
        left.pack_start(self._note, False, False, 0)
        left.pack_start(self._bar, False, False, 0)
        if self._choice is not None:
            controls.pack_start(self._choice.list, False, False, 0)
            controls.reorder_child(self._choice.list, 1)  # below the subject, which it refines
        both = Gtk.Box(spacing=SPACING, border_width=SPACING)
        both.pack_start(left, True, True, 0)
        both.pack_start(controls, False, False, 0)
        self._dialog.get_content_area().pack_start(both, True, True, 0)
        window_size.restore(self._dialog)
        for signal in ("key-press-event", "key-release-event"):
            self._dialog.connect(signal, self._key)
        both.show_all()

    def _key(self, _dialog, event):
        """Let the preview have a key, unless a text is being typed."""
        return not isinstance(self._dialog.get_focus(), Gtk.Editable) and self._canvas.key(event)

    def _changed(self):
        self._allow_ok()
        if self._choice is None or not self._choice.is_quiet:
            self._ask_soon()

    def _ask_soon(self):
        """Ask as soon as the controls rest for a moment: a drag makes dozens of changes."""
        if self._timer:
            GLib.source_remove(self._timer)
        self._timer = GLib.timeout_add(WAIT_MS, self._ask)

    def _ask(self):
        if self._timer:
            GLib.source_remove(self._timer)
        self._timer = 0
        if self._is_coarse and self._canvas.zoomed.level is not None:
            self._ask_finely()
        else:
            self._thread.show(PreviewRequest(self._view_settings()))
        return GLib.SOURCE_REMOVE

    def _ask_finely(self):
        """Ask for the visible part, at the resolution of the screen."""
        zoomed = self._canvas.zoomed
        scale = min(zoomed.scale, 1.0)
        edge = self._settings(scale, ()).edge
        self._thread.show(self._source.detail(zoomed.part(), scale, self._view_settings(), edge))

    @property
    def _is_coarse(self):
        """Whether the reduced copy shows less than the screen could."""
        return self._source.scale * COARSE < min(self._canvas.zoomed.scale, 1.0)

    def _view_settings(self):
        return replace(
            self._settings(self._source.scale, self.strokes),
            view=self._toolbar.view if self._has_choice else "original",
            color=self._source.background(),
            is_draft=self._is_draft,
        )

    def _set_background(self, request):
        self._thread.prepare(request)
        self._ask_soon()

    def _clicked(self, across, along):
        if self._choice is not None:
            self._choice.click(across, along)

    def _moved(self):
        self._toolbar.follow()
        # Until the first result is there, it is on its way.
        if self._shown and (self._is_coarse or self._shown != self._view_settings()):
            self._ask_soon()

    def _painted(self):
        self._allow_ok()
        if self._canvas.strokes.is_full:
            self._say(TOO_MANY)
        self._is_draft = True  # first shown without matting
        self._ask()

    @property
    def _has_choice(self):
        return self._choice is None or self._choice.is_made or self._canvas.strokes.keeps

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
            if self._choice is not None:
                self._choice.take_back(settings)
            self._say(localized(delivered.error))
            return
        result = delivered.result
        is_whole = isinstance(delivered.request, PreviewRequest)
        if is_whole:
            self._shown = replace(settings, is_draft=False)  # a draft is followed by its result
        self._show_picture(result.picture, None if is_whole else delivered.request.region)
        is_missing = False
        if self._choice is not None:
            self._choice.show(result, settings)
            is_missing = self._choice.take_back(settings, result.parts)
        if is_missing:
            self._say(NOT_THERE)
        else:
            self._say(localized(result.note) if self._has_choice else TICK)
        if settings.is_draft:
            self._is_draft = False
            self._ask()
        elif is_whole and self._is_coarse:
            self._ask_finely()

    def _show_picture(self, picture, region=None):
        height, width, bands = picture.shape
        if region is None:
            self._canvas.view.show_whole(picture.data, width, height, bands)
        else:
            part = self._source.part(region)
            self._canvas.view.show_part(picture.data, width, height, bands, part)

    def _say(self, words):
        if not words and self.strokes and self._source.is_one_of_several:
            words = FIRST_ONLY.format(name=self._source.layer.get_name())
        words = words or self._canvas.tools.hint or (LOOK if self._choice is None else CHOOSE)
        self._note.set_text(words)
        self._note.set_tooltip_text(words)
