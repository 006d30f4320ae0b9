"""Compile translations: from the text that translators edit (.po) to what gettext reads (.mo).

The standard library can read .mo files but not write them, and few people have the gettext tools.

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
    """Read a .po file, without the entries that are fuzzy or not translated.

    Parameters
    ----------
    text : str
    name : str, optional
        Its name in error messages.

    Raises
    ------
    SetupError
        If the file is not a .po file with plain entries (no plurals, no contexts).
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
            raise SetupError(f"Line {number} of {name} cannot be parsed: {line}") from error
        field = keyword
    return catalog


def compiled(catalog: Catalog) -> bytes:
    """Return a catalog as a .mo file; equal catalogs give equal bytes."""
    pairs = sorted((key.encode(), value.encode()) for key, value in catalog.items())
    table_bytes = 8 * len(pairs)
    start = _HEADER_BYTES + 2 * table_bytes
    tables, strings = [b"", b""], b""
    for column in (0, 1):
        for pair in pairs:
            tables[column] += struct.pack("<II", len(pair[column]), start + len(strings))
            strings += pair[column] + b"\0"
    # No hash table: it is optional, and Python's gettext never uses it.
    first, second = _HEADER_BYTES, _HEADER_BYTES + table_bytes
    header = struct.pack("<7I", _MAGIC, 0, len(pairs), first, second, 0, start)
    return header + tables[0] + tables[1] + strings


def path(language: str) -> str:
    """Return the path of a language's catalog in the plug-in's folder."""
    return f"locale/{language}/LC_MESSAGES/{DOMAIN}.mo"
