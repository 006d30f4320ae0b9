"""Sentences for a person that can still be said in another language.

`matte_core` speaks English: to the shell, to the logs, to programs. The plug-in shows the same
sentences in the language of GIMP, and for that needs to know what they were made from::

    raise InputError(say("The {name} is empty: its shape is {shape}.", name=name, shape=shape))

What `say` returns is the English sentence, a `str` like any other, that remembers its template and
its values. It crosses from the worker to the plug-in as `to_wire` and `from_wire`; `translated`
says it with the plug-in's catalog. Joined to another string it is a plain string again, and stays
English. Standard library only: both processes use it.
"""

from collections.abc import Callable
from typing import Any


class Words(str):
    """An English sentence with the template and the values that it was made from."""

    template: str
    values: dict[str, Any]

    __slots__ = ("template", "values")


def say(template: str, /, **values: Any) -> Words:
    """Fill a template.

    Parameters
    ----------
    template : str
        A literal, found by `po/update.py` for the translators; its fields are those of
        `str.format`, each with a name.
    values
        What the fields stand for: numbers as they are, words made by `say`, all else as text.
    """
    plain = {name: _plain(value) for name, value in values.items()}
    words = Words(template.format(**plain) if plain else template)
    words.template, words.values = template, plain
    return words


def translated(text: str, gettext: Callable[[str], str]) -> str:
    """Say a text in another language, as far as its template is known there.

    Parameters
    ----------
    text : str
        From `say`, or any other.
    gettext : callable
        Returns the translation of a template, or the template itself.
    """
    if not isinstance(text, Words):
        return gettext(text) if text else ""
    if not text.values:
        return gettext(text.template)
    values = {
        name: translated(value, gettext) if isinstance(value, Words) else value
        for name, value in text.values.items()
    }
    return gettext(text.template).format(**values)


def to_wire(text: str) -> Any:
    """Describe a text as plain JSON values, to be sent to another process."""
    if not isinstance(text, Words) or not text.values:
        return str(text)
    values = {
        name: to_wire(value) if isinstance(value, str) else value
        for name, value in text.values.items()
    }
    return {"template": text.template, "values": values}


def from_wire(described: Any) -> str:
    """Rebuild what `to_wire` described; whatever it is else becomes text as it is."""
    if not isinstance(described, dict):
        return str(described)
    template, values = described.get("template"), described.get("values")
    if not isinstance(template, str) or not isinstance(values, dict):
        return str(described)
    try:
        return say(
            template,
            **{name: from_wire(v) if isinstance(v, dict) else v for name, v in values.items()},
        )
    except (LookupError, ValueError, TypeError, AttributeError):
        return template  # fields and values do not fit: the other side is not this version's


def _plain(value: Any) -> Any:
    return value if isinstance(value, bool | int | float | Words) else str(value)
