"""Sections of the page are replaced in place; machines are described by cores and memory only."""

from pathlib import Path

from measured import machine
from report import table, write_section


def test_a_section_is_replaced_and_the_others_stay(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    write_section("One", "run one", "old figures", page)
    write_section("Two", "run two", "second", page)
    write_section("One", "run one", "### part\n\nthird", page)
    text = page.read_text()
    assert text.startswith("# Benchmarks\n")
    assert text.count("## One\n") == text.count("## Two\n") == 1
    assert "old figures" not in text
    assert text.index("third") < text.index("second")


def test_a_table_is_markdown() -> None:
    lines = table(["", "MSE"], [["ours", "0.1"], ["theirs", "0.25"]]).splitlines()
    assert lines[1] == "| ------ | ---: |"
    assert lines[2] == "| ours   |  0.1 |"
    assert len({len(line) for line in lines}) == 1


def test_the_machine_is_cores_and_memory() -> None:
    cores, memory = machine().split(", ")
    assert cores.endswith(" cores")
    assert memory.endswith(" GB of memory")
