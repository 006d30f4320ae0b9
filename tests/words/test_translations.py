"""What a person reads is translated, whole, with the same fields, into every language we have."""

import importlib.util
import re
import string
from pathlib import Path

import pytest

from matte_core.setup import catalogs

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = sorted(path.stem for path in (ROOT / "po").glob("*.po"))


def load_update():
    spec = importlib.util.spec_from_file_location("po_update", ROOT / "po" / "update.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


UPDATE = load_update()
MESSAGES = UPDATE.messages()


def read(language):
    path = ROOT / "po" / f"{language}.po"
    return catalogs.read(path.read_text(encoding="utf-8"), path.name)


def fields(text):
    """Return the fields of a template with their formats; none of a text without braces."""
    return sorted((name, form) for _, name, form, _ in string.Formatter().parse(text) if name)


def mnemonics(text):
    return len(re.findall(r"_\w", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_fields_mnemonics_and_ends_are_kept(language):
    for message, translation in read(language).items():
        if not message:
            continue
        assert fields(translation) == fields(message), message
        assert mnemonics(translation) == mnemonics(message), message
        assert translation.endswith("…") == message.endswith("…"), message
        assert translation.count("\n\n") == message.count("\n\n"), message


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_file_is_as_the_tool_writes_it(language):
    path = ROOT / "po" / f"{language}.po"
    text = path.read_text(encoding="utf-8")
    assert text == UPDATE.written(MESSAGES, read(language), language), "run po/update.py"


def test_the_template_is_as_the_tool_writes_it():
    text = (ROOT / "po" / f"{catalogs.DOMAIN}.pot").read_text(encoding="utf-8")
    assert text == UPDATE.written(MESSAGES, {}), "run po/update.py"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ('_(f"{x}")', "mark a literal"),
        ("_(name)", "mark a literal"),
        ('_("x")\n_, left = pair', "translates here"),
        ('_("x")\ndef follow(*_): pass', "translates here"),
    ],
)
def test_what_gettext_could_not_find_is_refused(source, words):
    with pytest.raises(ValueError, match=words):
        list(UPDATE._messages_of(f"from matte_plugin.words import _\n{source}\n", "x.py"))
