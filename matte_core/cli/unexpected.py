"""Words for what should not have happened. Standard library only."""

import os
import sys
import traceback

from matte_core.base.errors import FileError, MatteError

VARIABLE = "MATTE_TRACEBACK"


def explain(error: Exception) -> MatteError:
    """Turn an error that is not one of ours into one that a person can read.

    What the system refuses, such as a name that is too long, is told as it says it. All else is
    a fault of this program: with the variable `MATTE_TRACEBACK` set, where it happened is
    printed to standard error.
    """
    if isinstance(error, OSError):
        named = error.filename if isinstance(error.filename, str) else "A file"
        named = f"{named[:200]}…" if len(named) > 200 else named
        return FileError(f"{named} cannot be used: {error.strerror or error}.")
    if isinstance(error, UnicodeEncodeError):
        return FileError(
            "A name holds what no file's name can hold here.", "Give the file another."
        )
    if os.environ.get(VARIABLE):
        traceback.print_exception(error, file=sys.stderr)
    return MatteError(
        f"Unexpected {type(error).__name__}: {error}",
        f"Please report it; with {VARIABLE}=1 set, it says where it happened.",
    )
