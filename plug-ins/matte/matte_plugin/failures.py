"""The border to GIMP, where every failure becomes an error with a message."""

import traceback

from gi.repository import Gimp, GLib

from matte_core.base.errors import Cancelled, MatteError
from matte_core.base.localization import _, localized


def run_with_progress(procedure, action):
    """Run an action with GIMP's progress bar, and return the procedure's values."""
    Gimp.progress_init("Matte")
    try:
        return run_guarded(procedure, action)
    finally:
        Gimp.progress_end()


def run_guarded(procedure, action):
    """Run an action, and return the procedure's values: success, cancel, or an error."""
    try:
        message = message_of_failure(action)
    except Cancelled:
        return procedure.new_return_values(Gimp.PDBStatusType.CANCEL, None)
    finally:
        Gimp.displays_flush()
    if message:
        error = GLib.Error.new_literal(Gimp.PlugIn.error_quark(), message, 0)
        return procedure.new_return_values(Gimp.PDBStatusType.EXECUTION_ERROR, error)
    return procedure.new_return_values(Gimp.PDBStatusType.SUCCESS, None)


def message_of_failure(action):
    """Run an action; return why it failed, or an empty text. For borders of threads and processes.

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
    except Exception as error:  # nobody sees a Python traceback in GIMP
        traceback.print_exc()
        message = _(
            "Matte failed unexpectedly ({kind}: {error}). Try again; if that does not help, "
            "choose Filters > Matte > Set Up and Check…"
        )
        return message.format(kind=type(error).__name__, error=error)
    return ""
