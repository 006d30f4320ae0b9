"""The subjects that can be chosen, with their labels."""

from matte_core.base.classes import CLASS_MESSAGES, SUBJECT_NAME, VOC_CLASSES
from matte_core.base.localization import _, localized

AUTO, SELECTION, EVERYTHING = "auto", "selection", "everything"


def _label(word: str) -> str:
    return word[:1].upper() + word[1:]


#: Labels by class name. People and pets come first, as they are chosen most often.
CLASS_LABELS = {
    name: _label(localized(CLASS_MESSAGES[name]))
    for name in sorted(
        VOC_CLASSES[1:], key=lambda name: (name not in ("person", "cat", "dog"), name)
    )
}


#: Of the main subject, whatever it is.
MAIN_SUBJECT = _label(localized(CLASS_MESSAGES[SUBJECT_NAME]))


def label_of(name: str, number: int = 0) -> str:
    """Return the label of a part: "Person 2" for "person 2".

    Parameters
    ----------
    name : str
        A class, one of its objects, or a place: "subject at 0.310 0.520".
    number : int
        Counts the places.
    """
    labels = {SUBJECT_NAME: MAIN_SUBJECT, **CLASS_LABELS}
    if name.startswith(f"{SUBJECT_NAME} at "):
        return _("Clicked object {number}").format(number=number)
    kind, _space, count = name.rpartition(" ")
    if kind in labels and count.isdecimal():
        return f"{labels[kind]} {count}"
    return labels.get(name, name)
