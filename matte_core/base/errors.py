"""Every error this project raises on purpose, in one tree.

    MatteError                  base: a message, and a hint what to do
    ├── InputError              an image, mask, trimap or option cannot be used
    │   └── FileError           a file cannot be read, is not an image, or cannot be written
    ├── NoSubjectError          the subject is not in the image
    ├── ModelError              a model's file is missing, damaged, or cannot be run
    │   └── DownloadError       a model could not be downloaded
    ├── ConvergenceError        a solver stopped before its solution was good enough
    ├── SetupError              the environment is missing, broken or out of date
    ├── WorkerError             the worker process failed, ended or broke the protocol
    │   └── ProtocolError       a malformed message, or one of another version
    └── Cancelled               the user stopped it; not a failure

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
        What is wrong, as a sentence for users; a `matte_core.base.messages.Message` where it is
        shown in GIMP.
    hint : str, optional
        What to do about it, as a sentence for users.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()

    @property
    def text(self) -> str:
        """Message and hint as one text, which can still be translated."""
        if not self.hint:
            return self.message
        return messages.Message("{message} {hint}", message=self.message, hint=self.hint)


class InputError(MatteError, ValueError):
    """An image, mask, trimap or option cannot be used."""


class FileError(InputError):
    """A file cannot be read, is not an image, or cannot be written."""


class NoSubjectError(MatteError):
    """The subject is not in the image."""


class ModelError(MatteError):
    """A model's file is missing, damaged, or cannot be run."""


class DownloadError(ModelError):
    """A model could not be downloaded."""


class ConvergenceError(MatteError):
    """A solver stopped before its solution was good enough."""


class SetupError(MatteError):
    """The environment is missing, broken or out of date."""


class WorkerError(MatteError):
    """The worker process failed, ended early or broke the protocol."""


class ProtocolError(WorkerError):
    """A message is malformed, or comes from another version."""


class Cancelled(MatteError):
    """The user stopped the action."""

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
    """Convert an error to plain values, to be sent to another process."""
    return {
        "kind": type(error).__name__,
        "message": messages.to_wire(error.message),
        "hint": messages.to_wire(error.hint),
    }


def from_wire(described: Any) -> MatteError:
    """Rebuild an error from the values of `to_wire`; unknown kinds become a `WorkerError`."""
    if not isinstance(described, dict):
        return WorkerError("The worker reported an error without saying which.")
    kind = _KINDS.get(str(described.get("kind")), WorkerError)
    message, hint = (messages.from_wire(described.get(part, "")) for part in ("message", "hint"))
    return kind(message, hint)
