"""What a person reads is translated, whole, with the same fields, into every language we have."""

import importlib.util
import os
import re
import shutil
import string
import subprocess
import sys
from pathlib import Path

import pytest

from matte_core.base.localization import DOMAIN
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


def test_german_and_chinese_are_there():
    assert {"de", "zh_CN"} <= set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_is_translated(language):
    known = read(language)
    left = [message for message in MESSAGES if message not in known]
    assert not left, "run po/update.py and translate these"
    assert not [message for message in known if message and message not in MESSAGES]


@pytest.mark.parametrize("language", LANGUAGES)
def test_fields_mnemonics_and_ends_are_kept(language):
    for message, translation in read(language).items():
        if not message:
            continue
        assert fields(translation) == fields(message), message
        assert mnemonics(translation) == mnemonics(message), message
        if mnemonics(message):  # a label: the dots say that a dialog follows
            assert translation.endswith("…") == message.endswith("…"), message
        assert translation.count("\n\n") == message.count("\n\n"), message


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_file_is_as_the_tool_writes_it(language):
    path = ROOT / "po" / f"{language}.po"
    text = path.read_text(encoding="utf-8")
    assert text == UPDATE.written(MESSAGES, read(language), language), "run po/update.py"


def test_the_template_is_as_the_tool_writes_it():
    text = (ROOT / "po" / f"{DOMAIN}.pot").read_text(encoding="utf-8")
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
        list(UPDATE._messages_of(f"from matte_core.base.localization import _\n{source}\n", "x.py"))


def test_the_plugin_speaks_the_language_that_it_is_told(tmp_path):
    folder = tmp_path / "matte"
    file = folder / catalogs.path("de")
    file.parent.mkdir(parents=True)
    file.write_bytes(catalogs.compiled(read("de")))
    for name in ("__init__.py", "base"):  # as the installer lays it beside the catalogs
        source, target = ROOT / "matte_core" / name, folder / "matte_core" / name
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            target.parent.mkdir()
            shutil.copy(source, target)
    code = (
        "from matte_core.base.localization import _, localized\n"
        "from matte_core.base.errors import SetupError\n"
        "print(ascii([_('_Repair'), localized(SetupError('Unknown.')), localized('')]))"
    )
    environ = {**os.environ, "PYTHONPATH": f"{folder}"}
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        environ.pop(name, None)
    for language, expected in (
        ("de", "_Reparieren"),
        ("de_AT:en", "_Reparieren"),
        ("xx", "_Repair"),
    ):
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=folder, env={**environ, "LANGUAGE": language},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert done.stdout.strip() == ascii([expected, "Unknown.", ""])
