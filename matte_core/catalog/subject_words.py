"""The words by which a subject is asked for: classes, single things, and places."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from matte_core.base.classes import BACKGROUND_NAME, SUBJECT_WORDS, VOC_CLASSES
from matte_core.base.errors import InputError, ModelError
from matte_core.base.messages import Message
from matte_core.catalog.published import CLASS_MODEL

#: What picks one thing of a class, beside its number.
WHICH = ("left", "middle", "right", "largest")
_PLACE = re.compile(r"(.+) at (\d*\.?\d+) (\d*\.?\d+)")
_ONE_OF_ITS_CLASS = re.compile(rf" (\d+|{'|'.join(WHICH)}|at \d*\.?\d+ \d*\.?\d+)$")


@dataclass(frozen=True)
class Wanted:
    """One word of what was asked for."""

    class_name: str  # a class, "auto" or "everything"
    which: str = ""  # one of `WHICH`, or a number from 1; empty for all of the class
    # (across, along): where it is, or nearly is, as fractions of the picture's width and height.
    place: tuple[float, float] | None = None

    @property
    def is_single(self) -> bool:
        """Whether one thing of the class is meant."""
        return bool(self.which) or self.place is not None


def parse_subject(subject: str | Iterable[str], classes: Sequence[str]) -> tuple[Wanted, ...]:
    """Split a subject into words, and check them against the classes that models know.

    Parameters
    ----------
    subject : str or iterable of str
        "auto", "everything", or class names, as a sequence or separated by commas; a class name
        may be followed by a number, one of `WHICH`, or a place: "person 2", "dog left",
        "person at 0.31 0.52". The main subject is a class too, "subject".
    classes : sequence of str
        The names that the models know.

    Raises
    ------
    InputError
        If a word is none of these; lists them.
    ModelError
        If it is a class that no installed model knows.

    Examples
    --------
    >>> parse_subject("person left", ("background", "person", "dog"))
    (Wanted(class_name='person', which='left', place=None),)
    """
    words = subject.split(",") if isinstance(subject, str) else list(subject)
    words = [" ".join(str(word).lower().split()) for word in words]
    words = list(dict.fromkeys(word for word in words if word))
    if not words:
        raise InputError("No subject was named.", 'Use "auto" for the main subject.')
    if len(words) == 1 and words[0] in SUBJECT_WORDS:
        return (Wanted(words[0]),)
    known = {name.lower(): name for name in classes if name != BACKGROUND_NAME}
    wanted = [_read(word, known) for word in words]
    unknown = [word for word, one in zip(words, wanted, strict=True) if one is None]
    if not unknown:
        return tuple(one for one in wanted if one is not None)
    nameable = [word for word in unknown if _read(word, {name: name for name in VOC_CLASSES[1:]})]
    if nameable:
        raise ModelError(
            Message(
                "Finding “{name}” needs a model that knows classes, and none is installed.",
                name=nameable[0],
            ),
            Message(
                "Get one with Filters > Matte > Set Up and Check…, or with "
                "`matte models fetch {model}`; or choose the main subject.",
                model=CLASS_MODEL,
            ),
        )
    raise InputError(
        f"Unknown subject: {', '.join(map(repr, unknown))}.",
        f'Use "auto", "everything", or any of: {", ".join(sorted(known.values()))}; '
        f"to pick one of several, add a number, {', '.join(WHICH)}, or a place such as "
        '"at 0.3 0.5".',
    )


def class_word(word: str) -> str:
    """Return a word without what picks one thing of its class.

    Examples
    --------
    >>> class_word("person 2"), class_word("potted plant at 0.3 0.5"), class_word("auto")
    ('person', 'potted plant', 'auto')
    """
    return _ONE_OF_ITS_CLASS.sub("", " ".join(word.lower().split()))


def _read(word: str, known: dict[str, str]) -> Wanted | None:
    if word in known:
        return Wanted(known[word])
    placed = _PLACE.fullmatch(word)
    if placed is not None:
        name, across, along = placed[1], float(placed[2]), float(placed[3])
        is_there = name in known and across <= 1 and along <= 1
        return Wanted(known[name], place=(across, along)) if is_there else None
    name, _, which = word.rpartition(" ")
    if name in known and (which in WHICH or (which.isdecimal() and int(which) > 0)):
        return Wanted(known[name], str(int(which)) if which.isdecimal() else which)
    return None
