"""The checks of `inside/checks*.py`, one test each, in GIMP 3.0 and 3.2."""

import ast

import pytest
from conftest import CHECKS

NAMES = [
    node.name
    for path in CHECKS
    for node in ast.parse(path.read_text(encoding="utf-8")).body
    if isinstance(node, ast.FunctionDef) and node.name.startswith("check_")
]


@pytest.mark.parametrize("name", NAMES)
def test_in_gimp(in_gimp, name):
    installation = in_gimp.installation
    assert installation.returncode == 0, installation.stdout + installation.stderr
    assert name in in_gimp.outcomes, f"GIMP ended before this check:\n{in_gimp.said[-3000:]}"
    outcome, words = in_gimp.outcomes[name]
    if outcome == "skipped":
        pytest.skip(words)
    assert outcome == "passed", words


def test_gimp_had_nothing_to_complain_of(in_gimp):
    """A call that GIMP refuses returns quietly; only its words in the log tell."""
    assert in_gimp.said
    complaints = [
        line
        for line in in_gimp.said.splitlines()
        if "Calling error for procedure 'gimp-" in line
        # What GIMP says of a plug-in whose folder of translations is not where it looks.
        or ("[plug-in-matte-" in line and "ocalization" in line)
    ]
    assert not complaints
