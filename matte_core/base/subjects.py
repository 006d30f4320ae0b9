"""The subjects that can be chosen, with their labels."""

from matte_core.base.classes import SPOKEN, VOC_CLASSES
from matte_core.base.localization import localized

AUTO, SELECTION, EVERYTHING = "auto", "selection", "everything"


def _label(word: str) -> str:
    return word[:1].upper() + word[1:]


#: The labels of the classes that a model can find, by name; people and pets come first.
CLASS_LABELS = {
    name: _label(localized(SPOKEN[name]))
    for name in sorted(
        VOC_CLASSES[1:], key=lambda name: (name not in ("person", "cat", "dog"), name)
    )
}


def spoken(name: str) -> str:
    """Return the label of a class or one of its objects: "person 2" is Person 2."""
    kind, _space, number = name.rpartition(" ")
    if kind in CLASS_LABELS and number.isdecimal():
        return f"{CLASS_LABELS[kind]} {number}"
    return CLASS_LABELS.get(name, name)
