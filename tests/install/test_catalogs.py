"""Catalogs: read as gettext's own tools do, compiled to what Python's gettext reads."""

import gettext
import io

import pytest

from matte_core.base.errors import SetupError
from matte_core.setup import catalogs

PO = """# A comment.
msgid ""
msgstr ""
"Language: de\\n"
"Content-Type: text/plain; charset=UTF-8\\n"

#: plug-ins/matte/one.py
#, python-brace-format
msgid "The “{layer}” is\\n"
"\\"gone\\"."
msgstr "„{layer}“ ist\\n"
"\\"weg\\"."

#, fuzzy
msgid "Nearly"
msgstr "Beinahe"

msgid "Untranslated"
msgstr ""

#~ msgid "Old"
#~ msgstr "Alt"

msgid "Last"
msgstr "Zuletzt"
"""


def test_what_is_compiled_is_what_gettext_reads():
    known = gettext.GNUTranslations(io.BytesIO(catalogs.compiled(catalogs.read(PO))))
    assert known.gettext('The “{layer}” is\n"gone".') == '„{layer}“ ist\n"weg".'
    assert known.gettext("Last") == "Zuletzt"
    assert known.info()["language"] == "de"
    for left_out in ("Nearly", "Untranslated", "Old"):
        assert known.gettext(left_out) == left_out


def test_a_catalog_compiles_to_the_same_bytes_in_any_order():
    one = {"": "Language: de\n", "b": "B", "a": "A"}
    assert catalogs.compiled(one) == catalogs.compiled(dict(reversed(one.items())))


@pytest.mark.parametrize("line", ['msgid_plural "x"', "msgid no quotes", '"nothing before"', "x"])
def test_a_line_that_is_not_understood_is_named(line):
    with pytest.raises(SetupError, match=r"Line 2 of de\.po"):
        catalogs.read(f"# de\n{line}\n", "de.po")
