"""Translations: from the text that a translator edits (.po) to what gettext reads (.mo).

The standard library reads .mo files but makes none, and the gettext tools are on few people's
computers. Standard library only.

References
----------
The GNU gettext manual, "The Format of PO Files" and "The Format of GNU MO Files".
"""

import ast
import struct

from matte_core.base.errors import SetupError
from matte_core.base.localization import DOMAIN

_MAGIC, _HEADER_BYTES = 0x950412DE, 28

Catalog = dict[str, str]  # English to translated; the entry of "" is the header


def read(text: str, name: str = "the catalog") -> Catalog:
    """Read a .po file; what is marked as fuzzy or not translated is left out.

    Parameters
    ----------
    text : str
    name : str, optional
        What to call it in an error.

    Raises
    ------
    SetupError
        If a line is not one of a .po file with plain entries (no plurals, no contexts).
    """
    catalog: Catalog = {}
    entry: dict[str, str] = {}
    field, is_fuzzy = "", False
    for number, line in enumerate([*text.splitlines(), ""], start=1):
        line = line.strip()
        if line.startswith("#,") and "fuzzy" in line:
            is_fuzzy = True
        if line.startswith("#"):
            continue
        if not line:
            if entry.get("msgstr") and not is_fuzzy:
                catalog[entry["msgid"]] = entry["msgstr"]
            entry, field, is_fuzzy = {}, "", False
            continue
        keyword, _, rest = line.partition(" ") if not line.startswith('"') else (field, "", line)
        try:
            if keyword not in ("msgid", "msgstr"):
                raise ValueError
            entry[keyword] = entry.get(keyword, "") + ast.literal_eval(rest)
        except (ValueError, SyntaxError, TypeError) as error:
            raise SetupError(f"Line {number} of {name} is not understood: {line}") from error
        field = keyword
    return catalog


def compiled(catalog: Catalog) -> bytes:
    """Return a catalog as a .mo file, the same bytes for the same catalog."""
    pairs = sorted((key.encode(), value.encode()) for key, value in catalog.items())
    table_bytes = 8 * len(pairs)
    start = _HEADER_BYTES + 2 * table_bytes
    tables, strings = [b"", b""], b""
    for column in (0, 1):
        for pair in pairs:
            tables[column] += struct.pack("<II", len(pair[column]), start + len(strings))
            strings += pair[column] + b"\0"
    # No hash table: readers do without, and gettext's own in Python never looks at it.
    first, second = _HEADER_BYTES, _HEADER_BYTES + table_bytes
    header = struct.pack("<7I", _MAGIC, 0, len(pairs), first, second, 0, start)
    return header + tables[0] + tables[1] + strings


def path(language: str) -> str:
    """Return where the catalog of a language lies in the plug-in's folder."""
    return f"locale/{language}/LC_MESSAGES/{DOMAIN}.mo"
