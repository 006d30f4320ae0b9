"""Messages for unexpected errors."""

import os
import sys
import traceback

from matte_core.base.errors import FileError, MatteError

VARIABLE = "MATTE_TRACEBACK"


def explain(error: Exception) -> MatteError:
    """Turn an error that is not one of ours into one that people can read.

    What the system refuses, such as a name that is too long, is reported in its words. Anything
    else is a bug in this program; if the variable `MATTE_TRACEBACK` is set, the traceback is
    printed to standard error.
    """
    if isinstance(error, OSError):
        named = error.filename if isinstance(error.filename, str) else "A file"
        named = f"{named[:200]}…" if len(named) > 200 else named
        return FileError(f"{named} cannot be used: {error.strerror or error}.")
    if isinstance(error, UnicodeEncodeError):
        return FileError(
            "A file name contains characters that this system does not allow.",
            "Rename the file.",
        )
    if os.environ.get(VARIABLE):
        traceback.print_exception(error, file=sys.stderr)
    return MatteError(
        f"Unexpected {type(error).__name__}: {error}",
        f"Please report it; set {VARIABLE}=1 to see where it happened.",
    )
