"""The documentation names only files that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
FOLDERS = ("docs", "matte_core", "plug-ins", "po", "tests", "tools", "training")
FILES = {
    f"/{path.relative_to(ROOT).as_posix()}"
    for folder in FOLDERS
    for path in (ROOT / folder).rglob("*")
    if "__pycache__" not in path.parts
}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#:]+)\)", text) if "/" in link or "." in link]
    assert [link for link in links if not (page.parent / link).exists()] == []
    # `link/client.py` is short for `matte_core/link/client.py`.
    named = re.findall(r"`([\w.-]+/[\w./-]+\.(?:py|md|txt))`", text)
    named += re.findall(rf"`((?:{'|'.join(FOLDERS)})(?:/[\w.-]+)+)/?`", text)
    assert [name for name in named if not any(file.endswith(f"/{name}") for file in FILES)] == []
