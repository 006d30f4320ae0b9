"""Several processes that share the pictures: the same results in the same order, whatever fails."""

import json
import os
import threading
import time
from concurrent.futures import CancelledError
from contextlib import suppress

import numpy as np
import pytest

from matte_core.base import memory, threads
from matte_core.base.errors import Cancelled, FileError, InputError, NoSubjectError
from matte_core.batch.plan import Job
from matte_core.cli import crew as crews
from matte_core.cli.crew import BYTES_PER_MEGAPIXEL, RESTING_BYTES, Crew, best_count
from matte_core.cli.hand import answer
from matte_core.cli.result import (
    Result,
    job_from_frame,
    job_to_frame,
    result_from_frame,
    result_to_frame,
)

# What a picture is called says what becomes of it.
HAND = """
import os, sys, time
sys.path.insert(0, {root!r})
from matte_core.base.errors import InputError
from matte_core.cli.hand import answer
from matte_core.cli.result import Result, job_from_frame
from matte_core.link.protocol import read_frame, write_frame

def work(job, progress):
    name = job.source.stem
    if name == "dies":
        os._exit(9)
    if name == "odd":
        raise InputError("It is odd.", "Try another.")
    time.sleep(float(name) if name[0].isdecimal() else 0)
    return Result({{"mask": name.encode()}}, {{"pid": os.getpid()}})

while (frame := read_frame(sys.stdin.buffer)) is not None:
    write_frame(sys.stdout.buffer, answer(work, job_from_frame(frame)))
"""


@pytest.fixture
def hand(tmp_path, monkeypatch):
    """Processes that do what the names of the pictures say."""
    root = os.path.dirname(os.path.dirname(crews.__file__.replace("crew.py", "")))
    script = tmp_path / "hand.py"
    script.write_text(HAND.format(root=os.path.dirname(root)), encoding="utf-8")
    monkeypatch.setattr(crews, "_HAND", script)


def job(tmp_path, name):
    return Job(tmp_path / f"{name}.jpg", {"mask": tmp_path / "out" / f"{name}.png"})


def test_each_result_is_the_one_of_its_picture(tmp_path, hand):
    with Crew([], 3) as crew:
        waits = [crew.start(job(tmp_path, name)) for name in ("0.5", "a", "b", "odd", "c")]
        for name, wait in zip(("0.5", "a", "b"), waits[:3], strict=True):
            assert wait().files == {"mask": name.encode()}
        with pytest.raises(InputError, match=r"It is odd\. Try another\."):
            waits[3]()
        assert waits[4]().files == {"mask": b"c"}


def test_a_process_that_ends_costs_one_picture(tmp_path, hand):
    with Crew([], 1) as crew:
        before, dies, after = (crew.start(job(tmp_path, name)) for name in ("a", "dies", "b"))
        first = before().values["pid"]
        with pytest.raises(FileError, match=r"dies.jpg has ended \(status 9\).*--jobs"):
            dies()
        assert after().values["pid"] != first


def test_all_processes_end_with_the_run(tmp_path, hand):
    crew = Crew([], 2)
    with suppress(KeyboardInterrupt), crew:
        crew.start(job(tmp_path, "a"))()
        waits = [crew.start(job(tmp_path, name)) for name in ("60.0", "60.1", "60.2")]
        raise KeyboardInterrupt
    assert crew._processes
    assert {process.returncode for process in crew._processes} == {-9}
    for wait in waits:
        with pytest.raises((FileError, Cancelled, CancelledError)):
            wait()


def test_pictures_wait_until_there_is_memory_for_them(monkeypatch):
    scale = crews._Scale(100)
    order = []

    def hold(needed, until):
        with scale.holding(needed):
            order.append(needed)
            until.wait(20)

    releases = [threading.Event() for _ in range(3)]
    held = []
    for needed, until, running in (
        (70, releases[0], 1),
        (20, releases[1], 2),
        (200, releases[2], 2),
    ):
        thread = threading.Thread(target=hold, args=(needed, until))
        thread.start()
        held.append(thread)
        while len(order) < running:
            time.sleep(0.01)
    assert order == [70, 20]
    releases[0].set()
    held[0].join(20)
    assert order == [70, 20], "a picture that is too large for the rest waits until it is alone"
    releases[1].set()
    releases[2].set()
    held[2].join(20)
    assert order == [70, 20, 200]


def test_the_number_of_processes_is_bounded(monkeypatch):
    monkeypatch.setattr(crews, "cores", lambda: 8)
    monkeypatch.setattr(crews, "available_bytes", lambda: 1 << 40)
    assert best_count(None) == 8
    assert (best_count(100), best_count(7), best_count(3), best_count(1)) == (8, 3, 1, 1)
    needed = RESTING_BYTES + 2 * BYTES_PER_MEGAPIXEL
    monkeypatch.setattr(crews, "available_bytes", lambda: 3 * needed + 1)
    assert best_count(100) == 3
    monkeypatch.setattr(crews, "available_bytes", lambda: 0)
    assert best_count(100) == 1


def test_threads_are_limited_where_processes_share_the_cores(monkeypatch):
    assert threads.cores() >= 1
    for name in (*threads._LIBRARIES, *threads._WAITING):
        monkeypatch.setenv(name, "")  # so that it is as before after the test
        monkeypatch.delenv(name)
    monkeypatch.setenv("MATTE_THREADS", "no number")
    threads.tell_libraries()
    assert threads.most_threads() == 0
    assert "OPENBLAS_NUM_THREADS" not in os.environ
    assert os.environ["OPENBLAS_THREAD_TIMEOUT"] == "4"
    monkeypatch.setenv("MATTE_THREADS", "2")
    threads.tell_libraries()
    assert threads.most_threads() == 2
    assert os.environ["OPENBLAS_NUM_THREADS"] == os.environ["OPENCV_FOR_THREADS_NUM"] == "2"


def test_memory_is_known():
    assert 0 < memory.available_bytes() < 1 << 50


def test_jobs_and_results_cross_as_they_are(tmp_path):
    first = Job(tmp_path / "ü\udcff.jpg", {"rgba": tmp_path / "o.png"}, {"mask": tmp_path / "m"})
    assert job_from_frame(job_to_frame(first)) == first
    things = {f"person {number}": bytes([number]) * number for number in range(30)}
    result = Result({"a": b"1", "b": b""}, {"share": 0.5}, "words", ["note"], things)
    assert result_from_frame(result_to_frame(result)) == result


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (NoSubjectError("None."), "NoSubjectError", "None."),
        (MemoryError(), "FileError", "needs more memory"),
        (ModuleNotFoundError(name="cv3"), "SetupError", "cv3 is not installed"),
        (ZeroDivisionError("by zero"), "MatteError", "Unexpected ZeroDivisionError"),
    ],
)
def test_errors_cross_with_their_words(tmp_path, error, kind, words):
    def fail(_job, _progress):
        raise error

    frame = answer(fail, job(tmp_path, "a"))
    assert frame.type == "error"
    assert frame.values["error"]["kind"] == kind
    assert words in frame.values["error"]["message"]


def test_two_processes_do_what_one_does(tmp_path, save, matte, photo):
    for number in range(5):
        save(tmp_path / "in" / f"{number}.png", np.roll(photo, 2 * number, axis=1))
    (tmp_path / "in" / "2.png").write_text("no picture")
    told = {}
    for count in ("1", "2"):
        done = matte("cutout", "in", "-o", f"out{count}", "--json", "--jobs", count)
        assert done.returncode == 1
        assert done.stderr.splitlines()[-1] == "4 done, 1 failed"
        lines = [
            json.loads(line) for line in done.stdout.replace(f"out{count}", "out").splitlines()
        ]
        files = {path.name: path.read_bytes() for path in (tmp_path / f"out{count}").iterdir()}
        told[count] = lines, files
    assert told["1"] == told["2"]
    assert [line["picture"][-5] for line in told["1"][0]] == list("01234")
    assert "is text" in told["1"][0][2]["error"]["message"]
