"""A child process is measured on its own, and its failure is reported with its output."""

from pathlib import Path

import pytest
from measured import ChildFailed, forget_peak, measure, peak_mb, run_child


def write_module(folder: Path, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "measured_example.py").write_text(code)
    monkeypatch.setenv("PYTHONPATH", str(folder))


def test_the_child_replies_and_does_not_inherit_our_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "from measured import peak_mb\ndef work(request):\n    return [request, peak_mb()]\n"
    write_module(tmp_path, code, monkeypatch)
    ours = bytearray(200_000_000)
    request, peak = run_child("measured_example", {"a": [1, 2]})
    assert request == {"a": [1, 2]}
    assert 0 < peak < len(ours) / 1e6


def test_the_peak_is_of_the_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "from measured import measure, peak_mb\n"
        "def work(request):\n"
        "    before = peak_mb()\n"
        "    length, seconds, peak = measure(lambda: len(b'x' * 150_000_000))\n"
        "    _, _, after = measure(lambda: None)\n"
        "    return [before, length, seconds, peak, after]\n"
    )
    write_module(tmp_path, code, monkeypatch)
    before, length, seconds, peak, after = run_child("measured_example", {})
    assert length == 150_000_000
    assert seconds > 0
    assert peak > before + 140
    assert after <= peak


def test_a_failing_child_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_module(tmp_path, "def work(request):\n    raise ValueError('so it is')\n", monkeypatch)
    with pytest.raises(ChildFailed, match="so it is"):
        run_child("measured_example", {})


def test_a_step_is_repeated_until_enough_time_has_passed() -> None:
    calls: list[int] = []
    measure(lambda: calls.append(1), runs=3, enough_seconds=60)
    assert len(calls) == 3
    measure(lambda: calls.append(1), runs=3, enough_seconds=0)
    assert len(calls) == 4


def test_the_peak_is_positive() -> None:
    forget_peak()
    assert peak_mb() > 0
