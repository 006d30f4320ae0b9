"""The pages behind the Help buttons."""

import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from matte_core.base.errors import SetupError
from matte_core.setup import guide

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "guide.md"
ALONE = {"img", "meta"}


class Page(HTMLParser):
    """Checks that tags are closed in order, and collects targets, sources and words."""

    def __init__(self, text):
        super().__init__()
        self.open, self.names, self.sources, self.words = [], [], [], ""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.names += [values["id"]] if "id" in values else []
        self.sources += [values["src"]] if "src" in values else []
        if tag not in ALONE:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words += data


@pytest.fixture
def write(tmp_path):
    """Write a guide of headings alone; return its path."""

    def write_guide(text="Text.", name="guide.md", headings=None):
        titles = headings or dict.fromkeys(guide.TOPICS.values())
        path = tmp_path / name
        path.write_text("# Guide\n\n" + "\n\n".join(f"## {title}" for title in titles))
        path.write_text(path.read_text() + f"\n\n{text}\n")
        return path

    return write_guide


def html_of(tree, language="en"):
    return tree[f"help/{language}/index.html"].decode()


def test_every_action_has_its_section_in_the_real_guide():
    actions = ROOT / "plug-ins" / "matte" / "matte_plugin" / "actions"
    names = re.findall(
        r'^NAME = "(.+)"$', "".join(p.read_text() for p in actions.glob("*.py")), re.M
    )
    assert len(names) > 5
    assert set(names) <= guide.TOPICS.keys()
    tree = guide.pages(GUIDE)
    page = Page(html_of(tree))
    items = ElementTree.fromstring(tree["help/en/gimp-help.xml"])
    targets = {item.get("id"): item.get("ref") for item in items}
    assert targets.keys() == guide.TOPICS.keys()
    assert {target.partition("#")[2] for target in targets.values()} <= set(page.names)
    assert {f"help/en/{source}" for source in page.sources} <= tree.keys()
    # All words of the guide are there, and none of its marks.
    assert "Filters > Matte" in page.words
    assert not re.search(r"\*\*|`|\]\(|^#", page.words, re.M)


def test_what_the_guide_uses_of_markdown(write):
    text = (
        "Some **bold** `code` & more\nof it, [here](https://a.example) or [there](x.md).\n\n"
        "1. One\n2. Two\n   on.\n\n   More of two.\n3. Three\n\nThen:\n\n- a\n- b\n\n"
        "| A | B |\n|---|---|\n| 1 | <2> |\n"
    )
    body = html_of(guide.pages(write(text))).partition("</style>")[2]
    for wanted in (
        "<p>Some <b>bold</b> <code>code</code> &amp; more of it, ",
        '<a href="https://a.example">here</a> or there.</p>',
        "<ol>\n<li>One</li>\n<li>Two on.<p>More of two.</p>\n</li>\n<li>Three</li></ol>",
        "<ul>\n<li>a</li>\n<li>b</li></ul>",
        "<tr><th>A</th><th>B</th></tr>\n<tr><td>1</td><td>&lt;2&gt;</td></tr>",
    ):
        assert wanted in body
    Page(body.replace("</head>", "").replace("</html>", ""))


def test_a_translation_leads_to_the_same_sections(write):
    path = write()
    german = [f"Abschnitt {number}" for number in range(len(set(guide.TOPICS.values())))]
    write(name="guide.de.md", headings=german)
    tree = guide.pages(path)
    assert Page(html_of(tree)).names == Page(html_of(tree, "de")).names
    assert "Abschnitt 3" in html_of(tree, "de")
    assert b'title="Abschnitt 0"' in tree["help/de/gimp-help.xml"]
    write(name="guide.de.md", headings=german[1:])
    assert guide.pages(path).keys() == {"help/en/gimp-help.xml", "help/en/index.html"}


def test_every_translation_of_the_real_guide_is_up_to_date():
    languages = {name.split("/")[1] for name in guide.pages(GUIDE)}
    assert languages == {"en", *(path.suffixes[0][1:] for path in GUIDE.parent.glob("guide.*.md"))}


def test_a_guide_that_is_incomplete_is_refused(write):
    with pytest.raises(SetupError, match="has no section"):
        guide.pages(write(headings=["Something else"]))
    with pytest.raises(SetupError, match=r"none\.png is missing"):
        guide.pages(write("![A picture](none.png)"))
