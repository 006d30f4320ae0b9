"""Importing what takes long when it is first used, or while something else is computed."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from threading import Thread
from typing import Any


def lazily(namespace: dict[str, Any], homes: Mapping[str, str]) -> Callable[[str], Any]:
    """Return a ``__getattr__`` for a module, so that importing it costs nothing.

    Parameters
    ----------
    namespace : dict
        The module's ``globals()``.
    homes : mapping of str to str
        The module that defines each name.
    """

    def getattribute(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {namespace['__name__']!r} has no attribute {name!r}")
        namespace[name] = getattr(import_module(homes[name]), name)
        return namespace[name]

    return getattribute


def load_ahead(module: str) -> None:
    """Begin to import a module that will be needed soon, and return at once.

    Whoever imports it waits for it to be loaded, and is told if it cannot be.
    """

    def load() -> None:
        with suppress(Exception):
            import_module(module)

    Thread(target=load, daemon=True).start()
