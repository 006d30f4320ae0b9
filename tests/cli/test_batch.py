"""The loop over pictures, with work that does what each test wants."""

import json
from argparse import Namespace
from pathlib import Path

import pytest

from matte_core.base.errors import Cancelled, FileError, InputError, ModelError
from matte_core.batch.plan import Job, Plan
from matte_core.cli.batch import run_batch
from matte_core.cli.result import Result


@pytest.fixture
def jobs(tmp_path):
    """Three pictures a, b, c to be written to tmp_path/out."""
    made = []
    for name in "abc":
        source = tmp_path / f"{name}.jpg"
        source.write_bytes(b"photo")
        made.append(Job(source, {"mask": tmp_path / "out" / f"{name}.png"}))
    return made


def run(jobs, work, notes=(), **options):
    defaults = {"overwrite": False, "skip_existing": False, "json": False, "quiet": False}
    return run_batch(Namespace(**{**defaults, **options}), Plan(jobs, list(notes)), work)


def fine(job, progress):
    progress(0.5, "Half")
    return Result({"mask": job.source.stem.encode()}, {"share": 0.25}, "a quarter")


def failing(error, at="b"):
    def work(job, progress):
        if job.source.stem == at:
            raise error
        return fine(job, progress)

    return work


def written(tmp_path):
    return {path.name: path.read_bytes() for path in sorted((tmp_path / "out").iterdir())}


def test_all_done(tmp_path, jobs, capsys):
    assert run(jobs, fine, notes=["one note"]) == 0
    assert written(tmp_path) == {"a.png": b"a", "b.png": b"b", "c.png": b"c"}
    out, err = capsys.readouterr()
    assert out.splitlines()[0] == f"{jobs[0].source} -> {tmp_path / 'out' / 'a.png'}: a quarter"
    assert err.splitlines() == ["matte: one note", "3 done, 0 failed"]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (InputError("It is odd.\nVery.", "Try another."), "It is odd. Very. Try another."),
        (MemoryError(), "needs more memory than is available"),
        (ZeroDivisionError("by zero"), "Unexpected ZeroDivisionError: by zero"),
    ],
)
def test_one_failure_spares_the_rest(tmp_path, jobs, capsys, error, words):
    assert run(jobs, failing(error)) == 1
    assert list(written(tmp_path)) == ["a.png", "c.png"]
    err = capsys.readouterr().err.splitlines()
    (line,) = [line for line in err if words in line]
    assert line.startswith(f"matte: failed: {jobs[1].source}")
    assert err[-1] == "2 done, 1 failed"


def test_failure_that_concerns_all_stops_the_run(tmp_path, jobs, capsys):
    assert run(jobs, failing(ModelError("No such network."))) == 1
    assert list(written(tmp_path)) == ["a.png"]
    assert capsys.readouterr().err.splitlines()[-1] == "1 done, 1 failed, 1 not tried"


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), Cancelled()])
def test_interruption(tmp_path, jobs, capsys, stop):
    assert run(jobs, failing(stop)) == 130
    assert list(written(tmp_path)) == ["a.png"]
    err = capsys.readouterr().err.splitlines()
    assert err == [
        "matte: stopped; no partial files were left behind.",
        "1 done, 0 failed, 2 not tried",
    ]


def test_planned_failure_is_reported(jobs, capsys):
    jobs[0].failure = FileError("There is no trimap.")
    assert run(jobs, fine) == 1
    assert f"failed: {jobs[0].source}: There is no trimap." in capsys.readouterr().err


def test_existing_results(jobs, capsys):
    target = jobs[1].results["mask"]
    target.parent.mkdir()
    target.write_bytes(b"old")
    assert run(jobs[:2], fine) == 1
    assert target.read_bytes() == b"old"
    assert run(jobs, fine, skip_existing=True) == 0
    assert target.read_bytes() == b"old"
    assert capsys.readouterr().err.splitlines()[-1] == "1 done, 0 failed, 2 skipped"
    assert run(jobs, fine, overwrite=True) == 0
    assert target.read_bytes() == b"b"


def test_no_input_of_the_whole_run_is_written_over(jobs):
    jobs[0].results["mask"] = jobs[2].source
    assert run(jobs, fine, overwrite=True) == 1
    assert jobs[2].source.read_bytes() == b"photo"


def test_existing_result_is_found_before_the_work(jobs):
    def work(*_):
        pytest.fail("the work was done in vain")

    jobs[0].results["mask"].parent.mkdir()
    jobs[0].results["mask"].write_bytes(b"old")
    assert run(jobs[:1], work) == 1


def test_json_is_one_line_each(jobs, capsys):
    assert run(jobs, failing(InputError("Odd.", "Hint.")), json=True) == 1
    first, second, _ = map(json.loads, capsys.readouterr().out.splitlines())
    assert first == {
        "picture": str(jobs[0].source),
        "files": {"mask": str(jobs[0].results["mask"])},
        "share": 0.25,
    }
    assert second == {
        "picture": str(jobs[1].source),
        "error": {"kind": "InputError", "message": "Odd.", "hint": "Hint."},
    }


def test_quiet_says_failures_only(jobs, capsys):
    assert run(jobs, failing(InputError("Odd.")), notes=["a note"], quiet=True) == 1
    out, err = capsys.readouterr()
    assert (out, err) == ("", f"matte: failed: {jobs[1].source}: Odd.\n")


def test_warning_is_said_once(jobs, capsys):
    def work(*_):
        return Result({"mask": b""}, warnings=["No network is installed."])

    assert run(jobs, work) == 0
    assert capsys.readouterr().err.count("No network is installed.") == 1


def test_nothing_to_do_is_a_failure(capsys):
    assert run([], fine, notes=["empty: no pictures in it."]) == 1
    assert capsys.readouterr().err.splitlines()[-1] == "0 done, 0 failed"


def test_message_that_names_the_picture_is_not_doubled(tmp_path, capsys):
    job = Job(Path("a.jpg"), {"mask": tmp_path / "a.png"})
    run([job], failing(FileError("a.jpg is empty."), at="a"))
    assert capsys.readouterr().err.splitlines()[0] == "matte: failed: a.jpg is empty."
