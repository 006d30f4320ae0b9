"""How an action runs: its modes, its worker, and its progress."""

import time

from gi.repository import Gimp, GObject

from matte_core.base import parent
from matte_core.base.errors import MatteError
from matte_core.base.localization import _, localized
from matte_core.link.preview_thread import PreviewThread
from matte_core.setup import home
from matte_plugin import early, failures
from matte_plugin.document.witness import Witness
from matte_plugin.set_up import offer

STILL_SECONDS = 15


def run(procedure, run_mode, config, action, arrange=None):
    """Run an action in any of GIMP's run modes.

    Parameters
    ----------
    action : callable
        Returns None, or a list of the new images.
    arrange : callable, optional
        See `dialogs.ask`.
    """
    if run_mode == Gimp.RunMode.INTERACTIVE:
        from matte_plugin import dialogs  # the toolkit, which needs a screen

        if not offer.is_set_up() or not dialogs.ask(procedure, config, arrange):
            return procedure.new_return_values(Gimp.PDBStatusType.CANCEL, None)
    return _finished(procedure, run_mode, action)


def action_on_layers(work, arrange=None):
    """Return the `run` function of an action that does `work(image, drawables, config)`."""

    def run_action(procedure, run_mode, image, drawables, config, _data):
        return run(procedure, run_mode, config, lambda: work(image, drawables, config), arrange)

    return run_action


def previewed_action(work, arrange, previewed):
    """Return the `run` function of an action whose dialog shows a live preview.

    Parameters
    ----------
    work : callable
        Does the action, given the image, its drawables, the config, the worker that the preview
        has left running, or None, see `for_each`, and the strokes that were painted in the preview.
    arrange : callable
        See `dialogs.ask`; it has to return the controls.
    previewed : callable
        Given the drawables and the config, returns the `preview.source.LayerSource` to show, and
        a callable that returns the `ViewSettings` for an image at a scale, and strokes.
    """

    def run_action(procedure, run_mode, image, drawables, config, _data):
        def action(process=None, strokes=()):
            return work(image, drawables, config, process, strokes)

        if run_mode != Gimp.RunMode.INTERACTIVE:
            return _finished(procedure, run_mode, action)
        if not offer.is_set_up():
            return procedure.new_return_values(Gimp.PDBStatusType.CANCEL, None)
        try:
            source, settings = previewed(drawables, config)
        except MatteError:
            # The action itself reports what is missing.
            return run(procedure, run_mode, config, action, arrange)
        thread = PreviewThread(worker)
        thread.start()  # the worker starts while the toolkit loads
        from matte_plugin.preview.dialog import PreviewDialog

        dialog = PreviewDialog(procedure, config, arrange, source, settings, thread)
        if not dialog.run():
            return procedure.new_return_values(Gimp.PDBStatusType.CANCEL, None)
        process = thread.release()
        try:
            return _finished(procedure, run_mode, lambda: action(process, dialog.strokes))
        finally:
            if process is not None:
                process.close()

    return run_action


def _finished(procedure, run_mode, action):
    """Run the action, and show its new images."""
    images = []
    values = failures.run_with_progress(procedure, lambda: images.extend(action() or ()))
    if images:
        if run_mode != Gimp.RunMode.NONINTERACTIVE:
            for image in images:
                Gimp.Display.new(image)
        values.remove(1)
        values.insert(1, GObject.Value(Gimp.Image, images[0]))
    return values


def worker():
    """Return a worker of the installed environment; use it in a ``with`` statement."""
    home.use_installed_home()
    parent.exit_with_parent()
    return early.take()


def for_each(layers, ask_worker, process=None):
    """Process the layers one by one in one worker, each with a share of GIMP's progress bar.

    Parameters
    ----------
    layers : sequence
        Layers, or tuples of a layer and the other drawables that are read.
    ask_worker : callable
        Given the worker, the layer and a progress callback; its results are returned as a list.
        It must not change the image: a later layer can still fail.
    process : Worker, optional
        One that is running already; it is closed at the end.

    Raises
    ------
    InputError
        If one of them was deleted or changed in the meantime.
    """
    answers = []
    with process or worker() as process:
        # The worker loads its libraries meanwhile.
        witness = Witness(
            [item for entry in layers for item in (entry if isinstance(entry, tuple) else (entry,))]
        )
        for index, layer in enumerate(layers):
            progress = gimp_progress(index / len(layers), 1 / len(layers))
            answers.append(ask_worker(process, layer, progress))
    witness.check()
    return answers


def gimp_progress(start, share, prefix=""):
    """Return a progress callback that fills a part of GIMP's progress bar.

    After a while without progress, it shows for how long, so that the user can decide to cancel.
    """
    moved = time.monotonic()
    last = shown = None

    def report(fraction, step):
        nonlocal moved, last, shown
        now = time.monotonic()
        if last != (fraction, step):
            last, moved = (fraction, step), now
        still = int(now - moved) // STILL_SECONDS * STILL_SECONDS
        text = _("{step}… ({still} seconds so far)") if still else "{step}…"
        text = prefix + text.format(step=localized(step), still=still)
        if step and shown != text:
            shown = text
            Gimp.progress_set_text(text)
        Gimp.progress_update(start + share * fraction)

    return report


def say_note(note):
    """Show the worker's note about a result, if any."""
    if note:
        Gimp.message(localized(note))
