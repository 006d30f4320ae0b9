#!/usr/bin/env python3
"""Cut Out Subject with a clock in it: the dialog moves its own controls.

Installed next to the real plug-in by `tests/benchmarks/preview.py`, it registers the same action
under another name, from the same files. Once the full preview has been drawn it goes through
`STEPS`, each as soon as the previous one has been drawn, then presses OK. The times are written to
the file that `MATTE_MEASURED` names.
"""

import json
import os
import sys
import time
from pathlib import Path

INSTALLED = Path(__file__).resolve().parents[1] / "matte"
sys.path.insert(0, str(INSTALLED))

from matte_plugin import early

early.begin()

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gimp, GLib, Gtk

from matte_plugin import actions, running
from matte_plugin.actions import cut_out
from matte_plugin.preview.zoom import FULL

NAME = "plug-in-matte-measured"
cut_out.NAME = NAME
# The argument and its values in turn; the first value may take longer than the others.
STEPS = (
    ("trimap-width", (20.0, 40.0, 60.0)),
    ("shift-edge", (-4.0, 4.0, 8.0)),
    ("smooth", (4.0, 8.0, 12.0)),
    ("feather", (4.0, 8.0, 12.0)),
    ("contrast", (20.0, 40.0, 60.0)),
    ("decontaminate", (20.0, 60.0, 100.0)),
    ("view", ("overlay", "white", "cut-out")),
    ("stroke", ("keep", "remove", "hair", "keep", "remove")),
    ("is_full", (True,)),
    ("shift-edge", (0.0, 4.0)),
    ("stroke", ("keep", "remove", "hair")),
)
# A spot on the outline, as fractions of the photo.
EDGE = (0.4, 0.15)
# How far a stroke leads away from it, in pixels of the screen; in as many steps.
STROKE_PX, STROKE_STEPS = 40, 10
BEAT_MS = 10


def peak_mb(pid):
    """Return the peak resident memory of a process in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1000
    raise OSError("no VmHWM")


class Clock:
    """The times of events, written when the process ends."""

    def __init__(self):
        self.seen = {"steps": []}
        self.longest_wait = 0.0
        self._beat = None

    def note(self, name):
        self.seen.setdefault(name, time.time())

    def beat(self):
        """Run repeatedly in the window's loop: a gap means that the window is unresponsive."""
        now = time.monotonic()
        if self._beat is not None:
            self.longest_wait = max(self.longest_wait, now - self._beat - BEAT_MS / 1000)
        self._beat = now
        return GLib.SOURCE_CONTINUE

    def write(self):
        Path(os.environ["MATTE_MEASURED"]).write_text(json.dumps(self.seen))


CLOCK = Clock()


def measured(plain):
    """Return the dialog's class with the clock in it."""

    class MeasuredDialog(plain):
        def __init__(self, procedure, config, *arguments):
            self._procedure_config = config
            super().__init__(procedure, config, *arguments)

        def _build(self, controls):
            super()._build(controls)
            self._waiting = None
            self._steps = iter([(name, value) for name, values in STEPS for value in values])
            self._canvas.view.connect(
                "map", lambda view: view.get_frame_clock().connect("after-paint", self._after_paint)
            )
            # Decontamination only matters for an output with colors of its own.
            self._procedure_config.set_property("output", "new-layer-mask")

        def run(self):
            GLib.timeout_add(BEAT_MS, CLOCK.beat)
            return super().run()

        def _show(self, delivered):
            super()._show(delivered)
            if delivered.error is not None:
                CLOCK.seen["error"] = str(delivered.error)
                self._dialog.response(Gtk.ResponseType.CANCEL)
            elif "whole" not in CLOCK.seen:
                self._waiting = "draft" if delivered.request.settings.is_draft else "whole"
            elif self._waiting == "asked":
                self._waiting = "quick" if delivered.request.settings.is_draft else "step"

        def _after_paint(self, _clock):
            CLOCK.note("first picture")
            waiting, self._waiting = self._waiting, None
            if waiting == "asked":
                self._waiting = waiting  # painted for another reason; the result is still to come
            elif waiting == "quick":
                # The draft after a stroke, which is followed by the result itself.
                name, value = self._step
                CLOCK.seen["steps"].append([f"{name} draft", value, time.time() - self._asked])
                self._waiting = "asked"
            elif waiting == "step":
                CLOCK.seen["steps"].append([*self._step, time.time() - self._asked])
                GLib.timeout_add(200, self._next)
            elif waiting is not None:
                CLOCK.note(waiting)
                if waiting == "whole":
                    GLib.timeout_add(500, self._next)

        def _next(self):
            self._step = next(self._steps, None)
            if self._step is None:
                CLOCK.seen["longest wait"] = CLOCK.longest_wait
                CLOCK.seen["plug-in MB"] = peak_mb("self")
                CLOCK.seen["worker MB"] = peak_mb(self._thread._worker.pid)
                CLOCK.note("ok")
                self._dialog.response(Gtk.ResponseType.OK)
                return GLib.SOURCE_REMOVE
            name, value = self._step
            self._waiting, self._asked = "asked", time.time()
            if name == "view":
                self._toolbar._views.set_active_id(value)
            elif name == "is_full":
                self._zoom_in()
            elif name == "stroke":
                self._stroke(value)
            else:
                self._procedure_config.set_property(name, value)
            return GLib.SOURCE_REMOVE

        def _stroke(self, kind):
            """Paint as the mouse does; the time runs from letting go."""
            self._canvas.tools._tools[kind].set_active(True)
            x, y = self._edge()
            away = STROKE_PX if kind == "keep" else -STROKE_PX
            self._canvas.begin(x, y)
            for step in range(1, STROKE_STEPS + 1):
                self._canvas.extend(x, y + away * step / STROKE_STEPS)
            self._asked = time.time()
            self._canvas.finish()

        def _zoom_in(self):
            """Show the spot in the middle, without the strokes so far."""
            self._canvas.strokes.clear()
            zoomed = self._canvas.zoomed
            zoomed.set_level(FULL)
            x, y = self._edge()
            zoomed.pan(zoomed.view[0] / 2 - x, zoomed.view[1] / 2 - y)
            self._canvas.rest()

        def _edge(self):
            zoomed = self._canvas.zoomed
            return zoomed.place(EDGE[0] * zoomed.size[0], EDGE[1] * zoomed.size[1])

    return MeasuredDialog


class MeasuredThread(running.PreviewThread):
    """The preview's thread, started just before the dialog's module is loaded."""

    def start(self):
        CLOCK.note("worker called")
        super().start()
        from matte_plugin.preview import dialog

        dialog.PreviewDialog = measured(dialog.PreviewDialog)

    def release(self):
        worker = super().release()
        if os.environ.get("MATTE_MEASURED_ALONE") and worker is not None:
            worker.close()
            return None
        return worker


running.PreviewThread = MeasuredThread


def run(*arguments):
    """Run the action, and write the times."""
    CLOCK.note("called")
    try:
        return plain_run(*arguments)
    finally:
        CLOCK.note("done")
        CLOCK.seen["plug-in MB, with the run"] = peak_mb("self")
        CLOCK.write()


plain_run, cut_out.run = cut_out.run, run


class Measured(Gimp.PlugIn):
    """The one action."""

    def do_set_i18n(self, _name):
        return False

    def do_query_procedures(self):
        return [NAME]

    def do_create_procedure(self, _name):
        return actions.create(self, cut_out)


Gimp.main(Measured.__gtype__, sys.argv)
