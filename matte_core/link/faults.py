"""What a person is told when a worker fails: what happened, and what to do.

Standard library only, like all that speaks with the worker.
"""

import os
import signal
from pathlib import Path

from matte_core.base.errors import (
    Cancelled,
    MatteError,
    ProtocolError,
    SetupError,
    WorkerError,
    from_wire,
)
from matte_core.base.memory import tells_of_it
from matte_core.base.messages import Message
from matte_core.link.log import read_since
from matte_core.link.protocol import Frame

SET_UP = Message("Choose Filters > Matte > Set Up and Check… to repair it.")


def require(python: Path) -> None:
    """Refuse to start from an environment whose Python is not there."""
    try:
        if python.is_file():
            return
        if python.is_symlink():
            message = Message(
                "Matte's environment is not there: {python} leads to {target}, which is gone.",
                python=python,
                target=os.readlink(python),
            )
        else:
            message = Message(
                "Matte's environment is not there: {python} is missing.", python=python
            )
    except OSError as error:
        message = Message("Matte's environment cannot be looked at: {error}.", error=error)
    raise SetupError(message, SET_UP)


def silent(seconds: float, log: Path) -> MatteError:
    """Return the error of a worker that says nothing."""
    message = Message("Matte's worker said nothing for {seconds} seconds.", seconds=round(seconds))
    return WorkerError(message, _try_again(log))


def ended(status: int | None, log: Path, log_start: int) -> MatteError:
    """Return the error of a worker that ended; what it wrote to the log may tell why."""
    if status == -getattr(signal, "SIGKILL", 9):
        message = Message(
            "Matte's worker was ended from outside before it was done, "
            "as the system does when memory runs out."
        )
        return WorkerError(message, _use_less(log))
    if tells_of_it(read_since(log, log_start)):
        message = Message("There is not enough memory for this picture.")
        return WorkerError(message, _use_less(log))
    how = "it goes on without an output" if status is None else f"status {status}"
    if status is not None and status < 0:
        how = signal.strsignal(-status) or f"signal {-status}"
    message = Message("Matte's worker ended before it was done ({how}).", how=how)
    return WorkerError(message, _try_again(log))


def reported(frame: Frame) -> MatteError:
    """Return the error that a worker reports; one without words is no report."""
    described = frame.values.get("error")
    if not isinstance(described, dict) or (
        not described.get("message") and described.get("kind") != Cancelled.__name__
    ):
        return ProtocolError(Message("Matte's worker failed without saying why."), SET_UP)
    return from_wire(described)


def _use_less(log: Path) -> str:
    return Message(
        "Close other programs or scale the picture down, and try it again. "
        "What went on is in {log}",
        log=log,
    )


def _try_again(log: Path) -> str:
    return Message(
        "Try it again; if that does not help, choose Filters > Matte > Set Up and Check… "
        "What went on is in {log}",
        log=log,
    )
