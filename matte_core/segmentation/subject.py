"""What a person means by a subject: words to classes and single things, and "auto"."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matte_core.base.classes import BACKGROUND_NAME, SUBJECT_WORDS
from matte_core.base.errors import InputError, NoSubjectError
from matte_core.base.messages import Message

if TYPE_CHECKING:
    from matte_core.segmentation.instances import InstanceMap

#: What picks one thing of a class, beside its number.
WHICH = ("left", "middle", "right", "largest")
_PLACE = re.compile(r"(.+) at (\d*\.?\d+) (\d*\.?\d+)")

_PERSON = "person"
_PERSON_SHARE = 1 / 3
_TRY = Message(
    "Select it roughly and run this with the selection as subject, or use another network."
)


@dataclass(frozen=True)
class PresentClass:
    """A class found in the picture.

    Attributes
    ----------
    name : str
    index : int
        The class number.
    share : float
        The share of the picture that it covers, in [0, 1].
    confidence : float
        The mean of its probability there, in [0, 1].
    """

    name: str
    index: int
    share: float
    confidence: float


@dataclass(frozen=True)
class Wanted:
    """One word of what was asked for.

    Attributes
    ----------
    class_name : str
        A class, "auto" or "everything".
    which : str
        One of `WHICH`, or a number from 1; empty for all of the class.
    place : (across, along), optional
        Where the one that is meant is, or nearly is, as fractions of the picture's width and
        height.
    """

    class_name: str
    which: str = ""
    place: tuple[float, float] | None = None

    @property
    def is_single(self) -> bool:
        """Whether one thing of the class is meant."""
        return bool(self.which) or self.place is not None


def parse_subject(subject: str | Iterable[str], classes: Sequence[str]) -> tuple[Wanted, ...]:
    """Split what was asked for into words, and check them against the network's classes.

    Parameters
    ----------
    subject : str or iterable of str
        "auto", "everything", or class names, as a sequence or separated by commas; a class name
        may be followed by a number, one of `WHICH`, or a place: "person 2", "dog left",
        "person at 0.31 0.52".
    classes : sequence of str
        The names that the network knows.

    Raises
    ------
    InputError
        If a word is neither; says which there are.

    Examples
    --------
    >>> parse_subject("person left", ("background", "person", "dog"))
    (Wanted(class_name='person', which='left', place=None),)
    """
    words = subject.split(",") if isinstance(subject, str) else list(subject)
    words = [" ".join(str(word).lower().split()) for word in words]
    words = list(dict.fromkeys(word for word in words if word))
    if not words:
        raise InputError("No subject was named.", 'Use "auto" for the most prominent one.')
    if len(words) == 1 and words[0] in SUBJECT_WORDS:
        return (Wanted(words[0]),)
    known = {name.lower(): name for name in classes if name != BACKGROUND_NAME}
    wanted = [_read(word, known) for word in words]
    unknown = [word for word, held in zip(words, wanted, strict=True) if held is None]
    if unknown:
        raise InputError(
            f"The network knows no {' and no '.join(map(repr, unknown))}.",
            f'Use "auto", "everything", or any of: {", ".join(sorted(known.values()))}; '
            f'a number, {", ".join(WHICH)}, or a place such as "at 0.3 0.5" after it picks one '
            "of several.",
        )
    return tuple(held for held in wanted if held is not None)


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


@dataclass(frozen=True)
class Chosen:
    """What of a picture is the subject.

    Attributes
    ----------
    classes : tuple of PresentClass
        The classes that all of it is of.
    whole : tuple of str
        Names of those of which everything counts.
    instances : tuple of str
        Names of the single things that count.
    """

    classes: tuple[PresentClass, ...]
    whole: tuple[str, ...]
    instances: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all that counts, by class."""
        return tuple(
            name
            for held in self.classes
            for name in (
                (held.name,)
                if held.name in self.whole
                else (one for one in self.instances if one.rpartition(" ")[0] == held.name)
            )
        )


def choose(
    wanted: Sequence[Wanted],
    present: Sequence[PresentClass],
    things: "InstanceMap",
) -> Chosen:
    """Return what in the picture is meant.

    "auto" is the largest class, but people come first when they cover a third of it: a person
    on a sofa is the subject.

    Raises
    ------
    NoSubjectError
        If it is not in the picture; says what is.
    """
    if not present:
        raise NoSubjectError(
            Message("Nothing that the network knows was found in the picture."), _TRY
        )
    asked = wanted[0].class_name
    if asked == "everything":
        return Chosen(tuple(present), tuple(held.name for held in present))
    if asked == "auto":
        largest = max(present, key=lambda held: held.share)
        people = [held for held in present if held.name == _PERSON]
        if people and people[0].share >= _PERSON_SHARE * largest.share:
            largest = people[0]
        return Chosen((largest,), (largest.name,))
    names = {held.class_name for held in wanted}
    chosen = tuple(held for held in present if held.name in names)
    if not chosen:
        found = ", ".join(f"{held.name} ({held.share:.1%})" for held in present)
        words = " or ".join(dict.fromkeys(held.class_name for held in wanted))
        message = Message(
            "No {subject} was found in the picture; found: {found}.", subject=words, found=found
        )
        raise NoSubjectError(message, _TRY)
    there = {held.name for held in chosen}
    whole = tuple(held.class_name for held in wanted if not held.is_single)
    single = [held for held in wanted if held.is_single and held.class_name in there]
    picked = [_pick(held, things) for held in single if held.class_name not in whole]
    return Chosen(chosen, whole, tuple(dict.fromkeys(picked)))


def _pick(wanted: Wanted, things: "InstanceMap") -> str:
    """Return the name of the one instance that is meant."""
    held = [one for one in things.instances if one.class_name == wanted.class_name]
    if not held:
        raise NoSubjectError(
            Message("No {subject} is large enough.", subject=wanted.class_name), _TRY
        )
    if wanted.place is not None:
        return things.nearest_one(wanted.class_name, *wanted.place).name
    if wanted.which.isdecimal():
        if int(wanted.which) > len(held):
            there = ", ".join(f"{one.name} ({one.share:.1%})" for one in held)
            raise NoSubjectError(
                Message(
                    "There is no {subject} {number} in the picture; from left to right: {found}.",
                    subject=wanted.class_name,
                    number=wanted.which,
                    found=there,
                ),
                Message("Choose one of these, or select the subject roughly."),
            )
        return held[int(wanted.which) - 1].name
    match wanted.which:
        case "left":
            return held[0].name
        case "right":
            return held[-1].name
        case "middle":  # the larger one of two
            middle = held[(len(held) - 1) // 2 : len(held) // 2 + 1]
            return max(middle, key=lambda one: one.share).name
        case _:
            return max(held, key=lambda one: one.share).name
