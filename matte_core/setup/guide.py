"""Make the pages behind the Help buttons from the guide, in the form that GIMP's help reads.

    help/en/gimp-help.xml   which section belongs to which action
    help/en/index.html      the guide
    help/en/images/         its pictures

A translation is a file like ``guide.de.md`` beside ``guide.md`` with the same headings in the same
order; one that has fallen behind is left out, and GIMP shows the English page. Only the Markdown
that the guide uses is understood.
"""

import html
import re
from pathlib import Path

from matte_core.base.errors import SetupError
from matte_core.setup.trees import Tree

FOLDER = "help"
# The identifiers of the actions, and the English headings that explain them.
TOPICS = {
    "plug-in-matte-cut-out": "Cut out a subject",
    "plug-in-matte-segment": "Make a rough selection with the model alone",
    "plug-in-matte-trimap": "Correct the trimap with any of GIMP's brushes",
    "plug-in-matte-from-trimap": "Correct the trimap with any of GIMP's brushes",
    "plug-in-matte-composite": "Place a subject over another background",
    "plug-in-matte-decontaminate": "Clean the edge of any cut-out",
    "plug-in-matte-cut-out-layers": "Cut out many images",
    "plug-in-matte-cut-out-images": "Cut out many images",
    "plug-in-matte-cut-out-folder": "Cut out many images",
    "plug-in-matte-setup": "Set up and check",
    "plug-in-matte-models": "Classes and models",
}

_PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ max-width: 46em; margin: 2em auto; padding: 0 1em; font: 1em/1.5 sans-serif; }}
img {{ max-width: 100%; height: auto; }}
table {{ border-collapse: collapse; }}
td, th {{ border: 1px solid #999; padding: 0.2em 0.6em; text-align: left; }}
</style>
</head>
<body>
{body}</body>
</html>
"""
_HEADING = re.compile(r"(#+) (.+)")
_IMAGE = re.compile(r"!\[([^]]*)\]\(([^)]+)\)")
_LINK = re.compile(r"\[([^]]+)\]\(([^)]+)\)")


def pages(guide: Path) -> Tree:
    """Return the pages of the guide in every language that it is translated to.

    Raises
    ------
    SetupError
        If a topic or a picture is missing.
    """
    english = guide.read_text(encoding="utf-8")
    names = [_anchor(title) for _level, title in _headings(english)]
    tree = _language("en", english, names, guide.parent)
    for path in sorted(guide.parent.glob(f"{guide.stem}.*{guide.suffix}")):
        text = path.read_text(encoding="utf-8")
        if len(_headings(text)) == len(names):
            tree |= _language(path.suffixes[0].lstrip("."), text, names, guide.parent)
    return tree


def _language(language: str, text: str, names: list[str], folder: Path) -> Tree:
    titles = [title for _level, title in _headings(text)]
    items = []
    for topic, heading in TOPICS.items():
        name = _anchor(heading)
        if name not in names:
            raise SetupError(f"The guide has no section {heading!r}.")
        title = html.escape(titles[names.index(name)])
        items.append(f'  <help-item id="{topic}" ref="index.html#{name}" title="{title}"/>\n')
    table = '<?xml version="1.0" encoding="UTF-8"?>\n<gimp-help>\n' + "".join(items)
    page = _PAGE.format(language=language, title=html.escape(titles[0]), body=_body(text, names))
    below = f"{FOLDER}/{language}"
    pictures = {source: folder / source for _alt, source in _IMAGE.findall(text)}
    if missing := [source for source, path in pictures.items() if not path.is_file()]:
        raise SetupError(f"{folder / missing[0]} is missing.", "Download the whole project.")
    return {
        f"{below}/gimp-help.xml": (table + "</gimp-help>\n").encode(),
        f"{below}/index.html": page.encode(),
        **{f"{below}/{source}": path.read_bytes() for source, path in pictures.items()},
    }


def _headings(text: str) -> list[tuple[int, str]]:
    found = (_HEADING.fullmatch(line) for line in text.splitlines())
    return [(len(match[1]), match[2]) for match in found if match]


def _anchor(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def _body(text: str, names: list[str]) -> str:
    """Return blocks of Markdown, which are separated by empty lines, as HTML."""
    left, written = iter(names), ""
    is_open = ""  # the tag of the list around the block
    # An item of a list is a block of its own, whether or not a line is empty before it.
    for block in re.split(r"\n\s*\n|\n(?=\d+\. |- )", text.strip()):
        item = re.match(r"(\d+\.|-) ", block)
        if is_open and not item and not block.startswith("   "):
            written += f"</li></{is_open}>\n"
            is_open = ""
        if heading := _HEADING.fullmatch(block.strip()):
            level = len(heading[1])
            words = _inline(heading[2])
            written += f'<h{level} id="{next(left)}">{words}</h{level}>\n'
        elif block.startswith("|"):
            written += _table(block)
        elif item:
            if is_open:
                written += "</li>\n"
            else:
                is_open = "ul" if item[1] == "-" else "ol"
                written += f"<{is_open}>\n"
            written += f"<li>{_inline(block[item.end() :])}"
        else:
            written += f"<p>{_inline(block.strip())}</p>\n"
    return written + (f"</li></{is_open}>\n" if is_open else "")


def _table(block: str) -> str:
    lines = [row.strip("|").split("|") for row in block.splitlines()]
    rows = [[_inline(cell.strip()) for cell in line] for line in lines]
    head = "".join(f"<th>{cell}</th>" for cell in rows[0])
    body = "".join(
        "<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>\n" for row in rows[2:]
    )
    return f"<table>\n<tr>{head}</tr>\n{body}</table>\n"


def _inline(text: str) -> str:
    words = html.escape(re.sub(r"\s*\n\s*", " ", text), quote=False)
    words = _IMAGE.sub(r'<img src="\2" alt="\1">', words)
    # A page of the project that is not installed would lead nowhere.
    words = _LINK.sub(
        lambda link: f'<a href="{link[2]}">{link[1]}</a>' if ":" in link[2] else link[1], words
    )
    words = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", words)
    return re.sub(r"`(.+?)`", r"<code>\1</code>", words)
