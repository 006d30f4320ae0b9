"""The errors of a worker that fails: what happened, and what to do."""

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


def not_started(program: Path, error: OSError) -> MatteError:
    """Return the error of a worker whose program cannot be started."""
    if program.is_symlink() and not program.exists():
        message = Message(
            "Matte's environment is missing: {python} links to {target}, which does not exist.",
            python=program,
            target=os.readlink(program),
        )
    elif isinstance(error, FileNotFoundError):
        message = Message(
            "Matte's environment is missing: {python} does not exist.", python=program
        )
    else:
        message = Message("The Python of Matte's environment does not start: {error}.", error=error)
    return SetupError(message, SET_UP)


def unusable(problem: str) -> MatteError:
    """Return the error of a worker whose result is not what it must be."""
    message = Message("Matte's worker sent a result that cannot be used: {what}.", what=problem)
    return ProtocolError(message, SET_UP)


def silent(seconds: float, log: Path) -> MatteError:
    """Return the error of a worker that has stopped responding."""
    message = Message(
        "Matte's worker did not respond for {seconds} seconds.", seconds=round(seconds)
    )
    return WorkerError(message, _try_again(log))


def ended(status: int | None, log: Path, log_start: int) -> MatteError:
    """Return the error of a worker that ended; its log may say why."""
    if status == -getattr(signal, "SIGKILL", 9):
        message = Message(
            "Matte's worker was killed before it was done, as the system does when memory runs out."
        )
        return WorkerError(message, _use_less(log))
    if tells_of_it(read_since(log, log_start)):
        message = Message("There is not enough memory for this image.")
        return WorkerError(message, _use_less(log))
    how = "it closed its output" if status is None else f"status {status}"
    if status is not None and status < 0:
        how = signal.strsignal(-status) or f"signal {-status}"
    message = Message("Matte's worker ended before it was done ({how}).", how=how)
    return WorkerError(message, _try_again(log))


def reported(frame: Frame) -> MatteError:
    """Return the error that a worker reports."""
    described = frame.values.get("error")
    if not isinstance(described, dict) or (
        not described.get("message") and described.get("kind") != Cancelled.__name__
    ):
        return ProtocolError(Message("Matte's worker failed without saying why."), SET_UP)
    return from_wire(described)


def _use_less(log: Path) -> str:
    return Message(
        "Close other programs or scale the image down, and try again. Details are in {log}",
        log=log,
    )


def _try_again(log: Path) -> str:
    return Message(
        "Try again; if that does not help, choose Filters > Matte > Set Up and Check… "
        "Details are in {log}",
        log=log,
    )
