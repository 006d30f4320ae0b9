"""What every action shares: its dialog, its worker, its progress, and how its errors are told."""

import traceback

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp, GLib

from matte_core import folders
from matte_core.errors import Cancelled, MatteError
from matte_plugin import home
from matte_plugin.worker_client import Worker


def ask(procedure, config):
    """Show GIMP's own dialog for the procedure's arguments; False when it is cancelled."""
    gi.require_version("GimpUi", "3.0")
    from gi.repository import GimpUi

    GimpUi.init(procedure.get_name())
    dialog = GimpUi.ProcedureDialog.new(procedure, config, None)
    dialog.fill(None)
    accepted = dialog.run()
    dialog.destroy()
    return accepted


def worker():
    """Return a worker from the environment that was installed; use it in a ``with`` statement."""
    home.settle()
    return Worker(folders.environment_python(), home.worker_log())


def gimp_progress(start, share):
    """Return a progress callback that fills a part of GIMP's progress bar."""
    shown = []

    def report(fraction, step):
        if step and shown != [step]:
            Gimp.progress_set_text(f"{step}…")
            shown[:] = [step]
        Gimp.progress_update(start + share * fraction)

    return report


def guarded(procedure, action):
    """Run an action at the border to GIMP: every failure becomes an error with its words."""
    Gimp.progress_init("Matte")
    try:
        action()
    except Cancelled:
        return procedure.new_return_values(Gimp.PDBStatusType.CANCEL, None)
    except MatteError as error:
        return failed(procedure, str(error))
    except Exception as error:  # the process border: GIMP shows nothing of a Python traceback
        traceback.print_exc()
        return failed(procedure, f"Matte failed unexpectedly: {type(error).__name__}: {error}")
    finally:
        Gimp.progress_end()
        Gimp.displays_flush()
    return procedure.new_return_values(Gimp.PDBStatusType.SUCCESS, None)


def failed(procedure, message):
    """Return the values of a procedure that did not do what it was asked, and why."""
    error = GLib.Error.new_literal(Gimp.PlugIn.error_quark(), message, 0)
    return procedure.new_return_values(Gimp.PDBStatusType.EXECUTION_ERROR, error)
