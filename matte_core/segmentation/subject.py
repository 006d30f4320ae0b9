"""What a person means by a subject: words to class numbers, and the choice of "auto"."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from matte_core.errors import InputError, NoSubjectError
from matte_core.segmentation.classes import BACKGROUND_NAME

_PERSON = "person"
_PERSON_SHARE = 1 / 3
_TRY = "Select it roughly and run this with the selection as subject, or use another network."


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


def parse_subject(subject: str | Iterable[str], classes: Sequence[str]) -> tuple[str, ...]:
    """Split what was asked for into words, and check them against the network's classes.

    Parameters
    ----------
    subject : str or iterable of str
        "auto", "everything", or class names, as a sequence or separated by commas.
    classes : sequence of str
        The names that the network knows.

    Raises
    ------
    InputError
        If a word is neither; says which there are.
    """
    words = subject.split(",") if isinstance(subject, str) else list(subject)
    words = [str(word).strip().lower() for word in words]
    words = [word for word in words if word]
    if not words:
        raise InputError("No subject was named.", 'Use "auto" for the most prominent one.')
    known = {name.lower(): name for name in classes if name != BACKGROUND_NAME}
    if words in (["auto"], ["everything"]):
        return tuple(words)
    unknown = [word for word in words if word not in known]
    if unknown:
        raise InputError(
            f"The network knows no {' and no '.join(map(repr, unknown))}.",
            f'Use "auto", "everything", or any of: {", ".join(sorted(known.values()))}.',
        )
    return tuple(known[word] for word in dict.fromkeys(words))


def choose_classes(
    wanted: Sequence[str], present: Sequence[PresentClass]
) -> tuple[PresentClass, ...]:
    """Return the present classes that are meant.

    "auto" is the largest, but people come first when they cover a third of it: a person on a
    sofa is the subject.

    Raises
    ------
    NoSubjectError
        If none of them is in the picture; says what is.
    """
    if not present:
        raise NoSubjectError("Nothing that the network knows was found in the picture.", _TRY)
    if list(wanted) == ["everything"]:
        return tuple(present)
    if list(wanted) == ["auto"]:
        largest = max(present, key=lambda held: held.share)
        people = [held for held in present if held.name == _PERSON]
        if people and people[0].share >= _PERSON_SHARE * largest.share:
            return (people[0],)
        return (largest,)
    chosen = tuple(held for held in present if held.name in wanted)
    if not chosen:
        found = ", ".join(f"{held.name} ({held.share:.1%})" for held in present)
        raise NoSubjectError(
            f"No {' or '.join(wanted)} was found in the picture; found: {found}.", _TRY
        )
    return chosen
