"""Every error this project raises on purpose, in one tree.

    MatteError                  base: a message for a person, and what to do next
    ├── InputError              the picture, mask, trimap or option given is not usable
    │   └── FileError           a file cannot be read, is not a picture, or cannot be written
    ├── NoSubjectError          nothing of what was asked for is in the picture
    ├── ModelError              a network's file is missing, damaged, or not one we can run
    │   └── DownloadError       a model could not be fetched
    ├── ConvergenceError        a solver stopped before its solution was good enough
    ├── SetupError              the environment is missing, broken or out of date
    ├── WorkerError             the worker process failed, ended or broke the protocol
    │   └── ProtocolError       a frame that is not one, or from another version
    └── Cancelled               the person asked to stop; not a failure

An error crosses from the worker to the plug-in as `to_wire` and comes back as the same
class by `from_wire`.
"""

from typing import Any

from matte_core.base import messages


class MatteError(Exception):
    """Base of every error raised on purpose.

    Parameters
    ----------
    message : str
        What was wrong and what was found, as a sentence for a person; made by
        a `matte_core.base.messages.Message` where a person meets it in GIMP.
    hint : str, optional
        What to do next, as a sentence for a person.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()

    @property
    def text(self) -> str:
        """Both as one text that can still be said in another language, as `str` cannot."""
        if not self.hint:
            return self.message
        return messages.Message("{message} {hint}", message=self.message, hint=self.hint)


class InputError(MatteError, ValueError):
    """A picture, mask, trimap or option that cannot be used."""


class FileError(InputError):
    """A file that cannot be read, is not a picture, or cannot be written."""


class NoSubjectError(MatteError):
    """Nothing of what was asked for is in the picture."""


class ModelError(MatteError):
    """A network's file that is missing, damaged, or cannot be run."""


class DownloadError(ModelError):
    """A model that could not be fetched."""


class ConvergenceError(MatteError):
    """A solver that stopped before its solution was good enough."""


class SetupError(MatteError):
    """An environment that is missing, broken or out of date."""


class WorkerError(MatteError):
    """A worker process that failed, ended early or broke the protocol."""


class ProtocolError(WorkerError):
    """A frame that is not one, or that comes from another version."""


class Cancelled(MatteError):
    """The person asked to stop."""

    def __init__(self, message: str = "Cancelled.", hint: str = "") -> None:
        super().__init__(message, hint)


_KINDS: dict[str, type[MatteError]] = {
    kind.__name__: kind
    for kind in (
        MatteError,
        InputError,
        FileError,
        NoSubjectError,
        ModelError,
        DownloadError,
        ConvergenceError,
        SetupError,
        WorkerError,
        ProtocolError,
        Cancelled,
    )
}


def to_wire(error: MatteError) -> dict[str, Any]:
    """Describe an error as plain values, to be sent to another process."""
    return {
        "kind": type(error).__name__,
        "message": messages.to_wire(error.message),
        "hint": messages.to_wire(error.hint),
    }


def from_wire(described: Any) -> MatteError:
    """Rebuild the error that `to_wire` described; an unknown kind becomes a `WorkerError`."""
    if not isinstance(described, dict):
        return WorkerError("The worker reported an error, and not which.")
    kind = _KINDS.get(str(described.get("kind")), WorkerError)
    message, hint = (messages.from_wire(described.get(part, "")) for part in ("message", "hint"))
    return kind(message, hint)
