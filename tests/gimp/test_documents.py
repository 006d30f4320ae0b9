"""Every kind of document, in GIMP 3.0 and 3.2: none is harmed, and the page says what happens."""

import os

from compatibility import PAGE, page


def test_no_document_is_harmed(in_gimp):
    assert in_gimp.documents, in_gimp.documents_said[-3000:]
    harmed = {
        f"{section}: {name}": words
        for section, name, results in in_gimp.documents
        for words in results.values()
        if words.startswith("FAILED")
    }
    assert not harmed


def test_the_page_says_what_happens(both_gimps):
    found = page({version: seen.documents for version, seen in both_gimps.items()})
    if os.environ.get("MATTE_WRITE_COMPATIBILITY"):
        PAGE.write_text(found, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == found, (
        "another result than docs/compatibility.md says; where it is meant, write the page anew: "
        "MATTE_WRITE_COMPATIBILITY=1 python3 tests/run.py tests/gimp"
    )
