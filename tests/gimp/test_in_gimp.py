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
def test_in_gimp(results, name):
    outcomes, said = results
    assert name in outcomes, f"GIMP ended before this check was made:\n{said[-3000:]}"
    outcome, words = outcomes[name]
    if outcome == "skipped":
        pytest.skip(words)
    assert outcome == "passed", words


def test_gimp_had_nothing_to_complain_of(results):
    """A call that GIMP refuses returns quietly; only its words in the log tell."""
    _, said = results
    complaints = [
        line for line in said.splitlines() if "Calling error for procedure 'gimp-" in line
    ]
    assert not complaints
