"""The page `docs/compatibility.md`, made of what the runs of the documents found."""

from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "compatibility.md"
NOT_HERE = "no such layers"
DONE = "done"

START = """# Compatibility

Every document below was made in a real GIMP and cut out by **Cut Out Subject…**, once for each
output named. Written by the tests: `MATTE_WRITE_COMPATIBILITY=1 python3 tests/run.py tests/gimp`.

**done** means, each looked at by its pixels: the photo's own pixels are the same, bit for bit; the
alpha in the mask, selection, channel or transparency is the core's within one step of the
document's depth, and in its place; colors of a new layer are the same bits where the subject is
solid, and the subject's, not the background's, at its edge; nothing else in the document has
changed, what was selected and active among it; one Undo brings all of it back. **refused** means
that the document is the same as before, and what the person reads.

An existing mask: *replace* puts the result in its place and enables it; *intersect* lets what it
hides stay hidden; *keep* leaves it as it is, and what would have become the layer's mask is saved
as a channel.
"""


def page(found):
    """Return the page.

    Parameters
    ----------
    found : dict
        By the version of GIMP, what `run_documents.py` wrote: (section, name, results) of each
        document, results being output to words.
    """
    versions = sorted(found)
    tables = {
        version: {(section, name): results for section, name, results in rows}
        for version, rows in found.items()
    }
    lines = [START, *(_counted(version, tables[version]) for version in versions)]
    keys = list(dict.fromkeys(key for version in versions for key in tables[version]))
    section = None
    for key in keys:
        if key[0] != section:
            section = key[0]
            heads = " | ".join(f"GIMP {version}" for version in versions)
            lines += ["", f"## {section}", "", f"| Document | Result as | {heads} |"]
            lines.append("|---" * (2 + len(versions)) + "|")
        lines += _rows(key[1], [tables[version].get(key, {}) for version in versions])
    return "\n".join(lines) + "\n"


def _counted(version, table):
    results = [words for row in table.values() for words in row.values() if words != NOT_HERE]
    documents = sum(NOT_HERE not in row.values() for row in table.values())
    done = results.count(DONE)
    return (
        f"- GIMP {version}: {documents} documents, {len(results)} runs: {done} done, "
        f"{len(results) - done} refused."
    )


def _rows(name, by_version):
    """One row for all outputs of a document that went alike."""
    outputs = list(dict.fromkeys(output for results in by_version for output in results))
    alike = {}
    for output in outputs:
        ends = tuple(results.get(output, "not run") for results in by_version)
        alike.setdefault(ends, []).append(output.replace("-", " "))
    return [
        f"| {name} | {', '.join(words)} | {' | '.join(ends)} |" for ends, words in alike.items()
    ]
