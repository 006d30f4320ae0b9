"""What in a picture is meant: from the words that were asked for to what surveys have found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matte_core.base.classes import SUBJECT_NAME, SUBJECT_WORDS
from matte_core.base.errors import NoSubjectError
from matte_core.base.messages import Message
from matte_core.catalog.subject_words import Wanted
from matte_core.segmentation.instances import InstanceMap, PresentClass
from matte_core.segmentation.survey import Survey

_PERSON = "person"
_PERSON_SHARE = 1 / 3
_SELECT_IT = Message("Select the subject roughly, and use the selection as the subject.")


@dataclass(frozen=True)
class Choice:
    """What of a survey is the subject."""

    survey: Survey
    classes: tuple[PresentClass, ...]  # the classes that all of it is of
    whole: tuple[str, ...]  # names of those of which everything counts
    instances: tuple[str, ...] = ()  # names of the single things that count
    # (across, along): where a closer look found it, as fractions of the picture's width and height.
    place: tuple[float, float] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all that counts, by class."""
        return tuple(
            name
            for present in self.classes
            for name in (
                (present.name,)
                if present.name in self.whole
                else (one for one in self.instances if one.rpartition(" ")[0] == present.name)
            )
        )


def choose(
    wanted: Sequence[Wanted],
    surveys: Sequence[Survey],
    look_at: Callable[[float, float], Survey],
) -> list[Choice]:
    """Return what in the picture is meant, by survey.

    "auto" is the largest class of the first survey that found anything: the main subject, where
    the model finds that. Among classes by name people come first when they cover a third of the
    largest: a person on a sofa is the subject.

    Parameters
    ----------
    wanted : sequence of Wanted
    surveys : sequence of Survey
    look_at : callable
        Surveys a place more closely, where no subject was found there; see `survey_place`.

    Raises
    ------
    NoSubjectError
        If it is not in the picture; says what is.
    """
    found = [survey for survey in surveys if survey.present]
    asked = wanted[0].class_name
    if asked in SUBJECT_WORDS:
        if not found:
            raise NoSubjectError(Message("No subject was found in the picture."), _SELECT_IT)
        if asked == "everything":
            return [_whole(survey, survey.present) for survey in found]
        return [_whole(found[0], (_most_prominent(found[0].present),))]
    choices = [choice for survey in found if (choice := _choice(wanted, survey)) is not None]
    choices += _looked_at(wanted, surveys, look_at)
    if choices:
        return choices
    if missing(wanted, surveys, ()):
        raise NoSubjectError(Message("Nothing was found at this place."), _SELECT_IT)
    words = " or ".join(dict.fromkeys(one.class_name for one in wanted))
    listed = ", ".join(
        f"{present.name} ({present.share:.1%})" for survey in found for present in survey.present
    )
    message = (
        Message(
            "No {subject} was found in the picture; found: {found}.", subject=words, found=listed
        )
        if listed
        else Message("No {subject} was found in the picture.", subject=words)
    )
    raise NoSubjectError(message, _SELECT_IT)


def _whole(survey: Survey, classes: tuple[PresentClass, ...]) -> Choice:
    return Choice(survey, classes, tuple(present.name for present in classes))


def _most_prominent(present: Sequence[PresentClass]) -> PresentClass:
    largest = max(present, key=lambda one: one.share)
    people = [one for one in present if one.name == _PERSON]
    return people[0] if people and people[0].share >= _PERSON_SHARE * largest.share else largest


def _choice(wanted: Sequence[Wanted], survey: Survey) -> Choice | None:
    """Return what a survey has of the words; None for nothing."""
    names = {one.class_name for one in wanted if not _is_elsewhere(one, survey)}
    classes = tuple(present for present in survey.present if present.name in names)
    if not classes:
        return None
    there = {present.name for present in classes}
    whole = tuple(one.class_name for one in wanted if not one.is_single and one.class_name in there)
    single = [
        one
        for one in wanted
        if one.is_single
        and one.class_name in there
        and one.class_name not in whole
        and not _is_elsewhere(one, survey)
    ]
    picked = tuple(dict.fromkeys(_pick(one, survey.things) for one in single))
    return Choice(survey, classes, whole, picked)


def missing(
    wanted: Sequence[Wanted], surveys: Sequence[Survey], choices: Sequence[Choice]
) -> tuple[str, ...]:
    """Return the words for places at which neither surveys nor closer looks found anything."""
    known = {choice.place for choice in choices}
    return tuple(
        f"{one.class_name} at {one.place[0]:.3f} {one.place[1]:.3f}"
        for one in wanted
        if one.place is not None
        and one.place not in known
        and any(_is_elsewhere(one, survey) for survey in surveys)
    )


def _is_elsewhere(wanted: Wanted, survey: Survey) -> bool:
    """Say whether a place was named at which a survey has found no subject."""
    return (
        wanted.class_name == SUBJECT_NAME
        and wanted.place is not None
        and survey.finds_subjects
        and not survey.things.number_at(*wanted.place)
    )


def _looked_at(
    wanted: Sequence[Wanted],
    surveys: Sequence[Survey],
    look_at: Callable[[float, float], Survey],
) -> list[Choice]:
    """Return what a closer look finds at the places where surveys have found no subject."""
    choices = []
    for one in wanted:
        if one.place is None or not any(_is_elsewhere(one, survey) for survey in surveys):
            continue
        closer = look_at(*one.place)
        if closer.present and closer.things.is_near(*one.place):
            name = closer.things.nearest_one(SUBJECT_NAME, *one.place).name
            choices.append(Choice(closer, closer.present, (), (name,), one.place))
    return choices


def _pick(wanted: Wanted, things: InstanceMap) -> str:
    """Return the name of the one instance that is meant."""
    own = [one for one in things.instances if one.class_name == wanted.class_name]
    if not own:
        raise NoSubjectError(
            Message("No {subject} is large enough.", subject=wanted.class_name), _SELECT_IT
        )
    if wanted.place is not None:
        return things.nearest_one(wanted.class_name, *wanted.place).name
    if wanted.which.isdecimal():
        if int(wanted.which) > len(own):
            raise NoSubjectError(
                Message(
                    "There is no {subject} {number} in the picture; from left to right: {found}.",
                    subject=wanted.class_name,
                    number=wanted.which,
                    found=", ".join(f"{one.name} ({one.share:.1%})" for one in own),
                ),
                Message("Choose one of these, or select the subject roughly."),
            )
        return own[int(wanted.which) - 1].name
    match wanted.which:
        case "left":
            return own[0].name
        case "right":
            return own[-1].name
        case "middle":  # the larger one of two
            middle = own[(len(own) - 1) // 2 : len(own) // 2 + 1]
            return max(middle, key=lambda one: one.share).name
        case _:
            return max(own, key=lambda one: one.share).name
