"""Messages that can still be translated after their values were filled in.

`matte_core` uses English, for the shell, for logs and for other programs. The plug-in shows the
same messages in GIMP's language, for which it needs the template and the values of each::

    raise InputError(Message("The {name} is empty: its shape is {shape}.", name=name, shape=shape))

A `Message` is an English `str` that keeps both. `to_wire` and `from_wire` carry it from the worker
to the plug-in, and `translated` renders it with the plug-in's catalog. Joined to another string, it
becomes a plain string and stays English.
"""

from collections.abc import Callable
from typing import Any


class Message(str):
    """An English message, with the template and the values that it was made from.

    Parameters
    ----------
    template : str
        A literal, which `po/update.py` collects for the translators, with named fields as for
        `str.format`.
    **values
        The values of the fields: numbers and messages are kept, anything else becomes text.

    Examples
    --------
    >>> text = Message("{count} of {total} done", count=2, total=5)
    >>> text
    '2 of 5 done'
    >>> text.template
    '{count} of {total} done'
    """

    template: str
    values: dict[str, Any]

    __slots__ = ("template", "values")

    def __new__(cls, template: str, /, **values: Any) -> "Message":
        plain = {name: _plain(value) for name, value in values.items()}
        message = super().__new__(cls, template.format(**plain) if plain else template)
        message.template, message.values = template, plain
        return message


def translated(text: str, gettext: Callable[[str], str]) -> str:
    """Translate a text, if there is a translation of its template.

    Parameters
    ----------
    text : str
        A `Message`, or any other string.
    gettext : callable
        Returns the translation of a template, or the template itself.
    """
    if not isinstance(text, Message):
        return gettext(text) if text else ""
    if not text.values:
        return gettext(text.template)
    values = {
        name: translated(value, gettext) if isinstance(value, Message) else value
        for name, value in text.values.items()
    }
    return gettext(text.template).format(**values)


def to_wire(text: str) -> Any:
    """Convert a text to plain JSON values, to be sent to another process."""
    if not isinstance(text, Message) or not text.values:
        return str(text)
    values = {
        name: to_wire(value) if isinstance(value, str) else value
        for name, value in text.values.items()
    }
    return {"template": text.template, "values": values}


def from_wire(described: Any) -> str:
    """Rebuild a text from the values of `to_wire`; anything else becomes plain text."""
    if not isinstance(described, dict):
        return str(described)
    template, values = described.get("template"), described.get("values")
    if not isinstance(template, str) or not isinstance(values, dict):
        return str(described)
    try:
        return Message(
            template,
            **{name: from_wire(v) if isinstance(v, dict) else v for name, v in values.items()},
        )
    except (LookupError, ValueError, TypeError, AttributeError):
        return template  # the other end is of another version


def _plain(value: Any) -> Any:
    return value if isinstance(value, bool | int | float | Message) else str(value)
