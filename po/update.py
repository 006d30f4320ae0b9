#!/usr/bin/env python3
"""Update the translation files: ``python3 po/update.py [LANGUAGE...]``.

Finds every literal in ``_("…")`` (the plug-in) and ``Message("…")`` (`matte_core`), writes
`matte-for-gimp.pot`, and updates the .po files: new texts are added without a translation, texts
that no longer exist are removed. A new LANGUAGE, such as ``fr``, starts with nothing translated.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT))

from matte_core.base.localization import DOMAIN  # noqa: E402
from matte_core.setup import catalogs  # noqa: E402

FOLDERS = (ROOT / "plug-ins" / "matte", ROOT / "matte_core")
FUNCTIONS = ("_", "Message")
HEADER = (
    "Project-Id-Version: matte-for-gimp\n"
    "Language: {language}\n"
    "MIME-Version: 1.0\n"
    "Content-Type: text/plain; charset=UTF-8\n"
    "Content-Transfer-Encoding: 8bit\n"
)

Messages = dict[str, list[str]]  # the English text and the files that contain it


def messages() -> Messages:
    """Return all texts to be translated, in the order of the files.

    Raises
    ------
    ValueError
        If a marked text is not a literal, so that gettext could not look it up.
    """
    found: Messages = {}
    for folder in FOLDERS:
        for path in sorted(folder.rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            for message in _messages_of(path.read_text(encoding="utf-8"), name):
                files = found.setdefault(message, [])
                if name not in files:
                    files.append(name)
    return found


def _messages_of(source: str, name: str) -> Iterator[str]:
    tree = ast.parse(source)
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").endswith((".localization", ".messages"))
        for alias in node.names
    }
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in FUNCTIONS
        and node.func.id in imported
    ]
    for node in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        first = node.args[0] if node.args else None
        if not isinstance(first, ast.Constant) or not isinstance(first.value, str):
            raise ValueError(f"{name}, line {node.lineno}: mark a literal, and format it after")
        yield first.value
    if "_" in imported:
        for other in ast.walk(tree):
            stored = other.id if isinstance(other, ast.Name) and _is_stored(other) else ""
            named = other.arg if isinstance(other, ast.arg) else stored
            if named == "_":
                line = getattr(other, "lineno", 0)
                raise ValueError(f"{name}, line {line}: `_` translates here; use `_other`")


def _is_stored(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)


def written(found: Messages, known: catalogs.Catalog, language: str = "") -> str:
    """Return the text of a .po file, or of the .pot file if no language is given."""
    header = known.get("") or HEADER.format(language=language)
    entries = [_entry("", header)]
    for message, files in found.items():
        places = "".join(f"#: {name}\n" for name in files)
        form = "#, python-brace-format\n" if "{" in message else ""
        entries.append(places + form + _entry(message, known.get(message, "")))
    return "\n".join(entries)


def _entry(message: str, translation: str) -> str:
    return f"msgid {_quoted(message)}\nmsgstr {_quoted(translation)}\n"


def _quoted(text: str) -> str:
    """Quote a text, line by line."""
    lines = text.splitlines(keepends=True) or [""]
    quoted = [_escaped(line) for line in lines]
    return quoted[0] if len(quoted) == 1 else '""\n' + "\n".join(quoted)


def _escaped(line: str) -> str:
    pairs = (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t"))
    for plain, escape in pairs:
        line = line.replace(plain, escape)
    return f'"{line}"'


def main() -> int:
    """Write the .pot file and every .po file, and print how much is translated."""
    found = messages()
    (HERE / f"{DOMAIN}.pot").write_text(written(found, {}), encoding="utf-8")
    languages = {path.stem for path in HERE.glob("*.po")} | set(sys.argv[1:])
    for language in sorted(languages):
        path = HERE / f"{language}.po"
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        known = catalogs.read(text, path.name)
        path.write_text(written(found, known, language), encoding="utf-8")
        left = sum(message not in known for message in found)
        print(f"{language}: {len(found) - left} of {len(found)} translated")
    return 0


if __name__ == "__main__":
    sys.exit(main())
