"""How the libraries say that memory ran out. Standard library only: both processes use it."""

_WORDS = (
    "MemoryError",
    "bad_alloc",
    "bad allocation",
    "Insufficient memory",
    "Failed to allocate memory",
    "Cannot allocate memory",
    "Memory allocation still failed",  # OpenBLAS, which then ends the process
    "can't start new thread",
)


def is_out_of_memory(error: BaseException | None) -> bool:
    """Say whether an error, or one that led to it, is that memory ran out."""
    while error is not None:
        if isinstance(error, MemoryError) or tells_of_it(str(error)):
            return True
        error = error.__cause__ or error.__context__
    return False


def tells_of_it(text: str) -> bool:
    """Say whether a text tells that memory ran out."""
    return any(words in text for words in _WORDS)
