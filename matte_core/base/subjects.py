"""The subjects that can be chosen, with their labels."""

from matte_core.base.classes import CLASS_MESSAGES, VOC_CLASSES
from matte_core.base.localization import localized

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


def label_of(name: str) -> str:
    """Return the label of a class or of one of its objects: "Person 2" for "person 2"."""
    kind, _space, number = name.rpartition(" ")
    if kind in CLASS_LABELS and number.isdecimal():
        return f"{CLASS_LABELS[kind]} {number}"
    return CLASS_LABELS.get(name, name)
