"""How a long computation reports how far it is, and how it is told to stop.

Every long function takes ``progress``: a callable that is given the fraction done, in [0, 1],
and the name of the step. It may raise `Cancelled`, which ends the computation at once. The
callback is called from the thread that called the function. Standard library only.
"""

from collections.abc import Callable

ProgressCallback = Callable[[float, str], None]


def silent(fraction: float, step: str) -> None:
    """Report nothing."""


def part(
    progress: ProgressCallback | None, start: float, stop: float, step: str | None = None
) -> ProgressCallback:
    """Map the [0, 1] of one step into [start, stop] of the whole.

    Parameters
    ----------
    progress : callable or None
        The whole's callback; None gives a callback that reports nothing.
    start, stop : float
        The share of the whole that the step covers, in [0, 1].
    step : str, optional
        A name that replaces the one the step gives itself.
    """
    if progress is None:
        return silent
    whole = progress

    def report(fraction: float, name: str) -> None:
        whole(start + (stop - start) * min(max(fraction, 0.0), 1.0), step or name)

    return report
