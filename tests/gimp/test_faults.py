"""Every fault of `inside/fault_table.py`, and those that take a GIMP of their own."""

import sys

import pytest
from conftest import HERE

sys.path.insert(0, str(HERE / "inside"))

import fault_report
from fault_table import FAULTS

PAIR = [
    "two at once, a plain locale, a locked home, files from the future",
    "GIMP killed",
    "GIMP told to quit",
]


@pytest.mark.parametrize("name", [fault.name for fault in FAULTS])
def test_fault(in_gimp, name):
    assert name in in_gimp.faults, f"GIMP ended before this fault:\n{in_gimp.faults_said[-3000:]}"
    outcome, words = in_gimp.faults[name]
    if outcome == "skipped":
        pytest.skip(words)
    assert outcome == "passed", words


@pytest.mark.parametrize("what", PAIR)
def test_two_gimps(in_gimp, what):
    assert in_gimp.pair.get(what), in_gimp.faults_said[-3000:]


def test_the_page_lists_every_fault():
    text = fault_report.TARGET.read_text(encoding="utf-8")
    assert text == fault_report.written(), "run tests/gimp/fault_report.py"
