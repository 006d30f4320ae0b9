"""Recognize errors that mean that memory ran out."""

_WORDS = (
    "MemoryError",
    "bad_alloc",
    "bad allocation",
    "Insufficient memory",
    "Failed to allocate memory",
    "Cannot allocate memory",
    "Memory allocation still failed",  # OpenBLAS, which then ends the process
    "can't start new thread",
    "failed to map segment",  # the loader of shared libraries
)


def is_out_of_memory(error: BaseException | None) -> bool:
    """Return whether an error, or one of its causes, means that memory ran out."""
    while error is not None:
        if isinstance(error, MemoryError) or tells_of_it(str(error)):
            return True
        error = error.__cause__ or error.__context__
    return False


def tells_of_it(text: str) -> bool:
    """Return whether a text reports that memory ran out."""
    return any(words in text for words in _WORDS)
