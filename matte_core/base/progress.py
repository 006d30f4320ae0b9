"""How a long computation reports its progress, and how it is canceled.

Every long function takes ``progress``: a callable that is given the fraction done, in [0, 1],
and the name of the step. It may raise `Cancelled`, which ends the computation at once. It is called
from the thread that called the function.
"""

from collections.abc import Callable

ProgressCallback = Callable[[float, str], None]


def silent(fraction: float, step: str) -> None:
    """Report nothing."""


def part(
    progress: ProgressCallback | None, start: float, stop: float, step: str | None = None
) -> ProgressCallback:
    """Map the [0, 1] of one step to [start, stop] of the whole.

    Parameters
    ----------
    progress : callable or None
        The callback of the whole; None returns one that reports nothing.
    start, stop : float
        The share of the whole that the step covers, in [0, 1].
    step : str, optional
        Replaces the name that the step reports.
    """
    if progress is None:
        return silent
    whole = progress

    def report(fraction: float, name: str) -> None:
        whole(start + (stop - start) * min(max(fraction, 0.0), 1.0), step or name)

    return report
