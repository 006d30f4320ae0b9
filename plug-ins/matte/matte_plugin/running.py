"""What all actions share: the worker, the progress bar, and the handling of errors."""

import time
import traceback

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp, GLib, GObject

from matte_core.base import folders, parent
from matte_core.base.errors import Cancelled, MatteError
from matte_core.base.localization import _, localized
from matte_core.link.client import Worker, worker_command
from matte_core.link.preview_thread import PreviewThread
from matte_core.setup import home
from matte_plugin.document.witness import Witness

STILL_SECONDS = 15
FIRST_RUN = _("Matte is not set up yet. Press Set Up to download about 150 MB, once.")


def run(procedure, run_mode, config, action, arrange=None):
    """Run an action in whichever mode GIMP asks for.

    Parameters
    ----------
    action : callable
        Returns None, or a list of the new images that it made.
    arrange : callable, optional
        See `dialogs.ask`.
    """
    if run_mode == Gimp.RunMode.INTERACTIVE:
        from matte_plugin import dialogs  # the toolkit, which needs a screen

        if not offer_set_up() or not dialogs.ask(procedure, config, arrange):
            return procedure.new_return_values(Gimp.PDBStatusType.CANCEL, None)
    return _finished(procedure, run_mode, action)


def run_previewed(procedure, run_mode, config, action, arrange, previewed):
    """Run an action whose dialog shows a live preview.

    Parameters
    ----------
    action : callable
        As in `run`, but given the worker that the preview left running, for `for_each`; None if
        there is none.
    arrange : callable
        See `dialogs.ask`; it has to return the controls.
    previewed : callable
        Returns the `preview.source.LayerSource` that is shown, and a callable that returns the
        `ViewSettings` of the controls for an image at a scale.
    """
    if run_mode != Gimp.RunMode.INTERACTIVE:
        return _finished(procedure, run_mode, lambda: action(None))
    if not offer_set_up():
        return procedure.new_return_values(Gimp.PDBStatusType.CANCEL, None)
    try:
        source, settings = previewed()
    except MatteError:
        # The action reports in its own words why there is nothing to preview.
        return run(procedure, run_mode, config, lambda: action(None), arrange)
    thread = PreviewThread(worker)
    thread.start()  # the worker gets ready while the toolkit loads
    from matte_plugin.preview.dialog import PreviewDialog

    if not PreviewDialog(procedure, config, arrange, source, settings, thread).run():
        return procedure.new_return_values(Gimp.PDBStatusType.CANCEL, None)
    process = thread.release()
    try:
        return _finished(procedure, run_mode, lambda: action(process))
    finally:
        if process is not None:
            process.close()


def _finished(procedure, run_mode, action):
    """Run the action, and show the images that it made."""
    images = []
    values = guarded(procedure, lambda: images.extend(action() or ()))
    if images:
        if run_mode != Gimp.RunMode.NONINTERACTIVE:
            for image in images:
                Gimp.Display.new(image)
        values.remove(1)
        values.insert(1, GObject.Value(Gimp.Image, images[0]))
    return values


def offer_set_up():
    """Offer to set Matte up if it has no environment; return whether there is one then."""
    home.use_installed_home()
    if not folders.environment_python().is_file():
        from matte_plugin.set_up import window

        parent.exit_with_parent()
        window.show(FIRST_RUN)
    return folders.environment_python().is_file()


def worker():
    """Return a worker of the installed environment; use it in a ``with`` statement."""
    home.use_installed_home()
    parent.exit_with_parent()
    return Worker(worker_command(folders.environment_python()), home.worker_log())


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
    witness = Witness(
        [item for entry in layers for item in (entry if isinstance(entry, tuple) else (entry,))]
    )
    with process or worker() as process:
        for index, layer in enumerate(layers):
            progress = gimp_progress(index / len(layers), 1 / len(layers))
            answers.append(ask_worker(process, layer, progress))
    witness.check()
    return answers


def gimp_progress(start, share, prefix=""):
    """Return a progress callback that fills a part of GIMP's progress bar.

    If there is no progress for long, it shows for how long, so that the user can decide to cancel.
    """
    moved = time.monotonic()
    last = shown = None

    def report(fraction, step):
        nonlocal moved, last, shown
        now = time.monotonic()
        if last != (fraction, step):
            last, moved = (fraction, step), now
        still = int(now - moved) // STILL_SECONDS * STILL_SECONDS
        text = _("{step}… (for {still} seconds)") if still else "{step}…"
        text = prefix + text.format(step=localized(step), still=still)
        if step and shown != text:
            shown = text
            Gimp.progress_set_text(text)
        Gimp.progress_update(start + share * fraction)

    return report


def say_note(note):
    """Show the note of a result, if there is one."""
    if note:
        Gimp.message(localized(note))


def guarded(procedure, action):
    """Run an action at the border to GIMP, with GIMP's progress bar; see `outcome_of`."""
    Gimp.progress_init("Matte")
    try:
        return outcome_of(procedure, action)
    finally:
        Gimp.progress_end()


def outcome_of(procedure, action):
    """Run an action at the border to GIMP: every failure becomes a return value with a message."""
    try:
        words = words_of_failure(action)
    except Cancelled:
        return procedure.new_return_values(Gimp.PDBStatusType.CANCEL, None)
    finally:
        Gimp.displays_flush()
    if words:
        return failed(procedure, words)
    return procedure.new_return_values(Gimp.PDBStatusType.SUCCESS, None)


def words_of_failure(action):
    """Run an action at the border of a thread or process; return why it failed, or an empty text.

    Raises
    ------
    Cancelled
    """
    try:
        action()
    except Cancelled:
        raise
    except MatteError as error:
        return localized(error)
    except MemoryError:
        return _(
            "There is not enough memory for this image. "
            "Close other programs, or scale the image down."
        )
    except Exception as error:  # GIMP does not show Python tracebacks
        traceback.print_exc()
        words = _(
            "Matte failed unexpectedly ({kind}: {error}). Try again; if that does not help, "
            "choose Filters > Matte > Set Up and Check…"
        )
        return words.format(kind=type(error).__name__, error=error)
    return ""


def failed(procedure, message):
    """Return the values of a procedure that failed, with the reason."""
    error = GLib.Error.new_literal(Gimp.PlugIn.error_quark(), message, 0)
    return procedure.new_return_values(Gimp.PDBStatusType.EXECUTION_ERROR, error)
