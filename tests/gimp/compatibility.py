"""Writes `docs/compatibility.md` from the results of running the actions on many documents."""

from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "compatibility.md"
NOT_HERE = "not supported"
DONE = "done"

START = """# Compatibility

Every document below was created in a real GIMP and cut out by **Cut Out Subject…**, once for each
output listed. The tests write this page:
`MATTE_WRITE_COMPATIBILITY=1 python3 tests/run.py tests/gimp`.

**done** means that all of the following was verified pixel by pixel: the pixels of the photo are
unchanged, bit for bit; the alpha in the mask, selection, channel, or transparency matches the
result of the core to within one step of the document's depth, and is in the right place; in a new
layer, the colors of the solid parts are unchanged, and the colors of the edge are those of the
subject, not of the background; nothing else in the document has changed, including what is selected
and active; a single Undo reverts everything. **refused** means that the document is unchanged, and
gives the message that the user sees.

For an existing mask, *replace* replaces and enables it, *intersect* keeps hidden what it hides, and
*keep* leaves it as it is and saves the result as a channel instead.
"""


def page(found):
    """Return the page.

    Parameters
    ----------
    found : dict
        For each version of GIMP, what `run_documents.py` wrote: (section, name, results) for each
        document, where results maps each output to a text.
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
            lines += ["", f"## {section}", "", f"| Document | Output | {heads} |"]
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
    """Return a row for each group of outputs with the same results."""
    outputs = list(dict.fromkeys(output for results in by_version for output in results))
    alike = {}
    for output in outputs:
        ends = tuple(results.get(output, "not run") for results in by_version)
        alike.setdefault(ends, []).append(output.replace("-", " "))
    return [
        f"| {name} | {', '.join(words)} | {' | '.join(ends)} |" for ends, words in alike.items()
    ]
