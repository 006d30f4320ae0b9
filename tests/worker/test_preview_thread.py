"""The preview's thread against real child processes: only the newest counts, faults are told."""

import queue
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "plug-ins" / "matte"))

from matte_core.base.errors import SetupError, WorkerError
from matte_core.link import client as client_module
from matte_core.link.client import Worker, worker_command
from matte_core.link.fields import ViewSettings
from matte_core.link.preview_requests import PreviewRequest
from matte_core.link.preview_thread import PreviewThread
from matte_core.link.requests import Request

ODD_WORKER = Path(__file__).with_name("odd_worker.py")


@dataclass(frozen=True)
class Answer:
    size: int = 0
    asked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Show(Request[Answer]):
    """A request of a name that only the odd worker knows."""

    method = "show"
    result_type = Answer
    state: str = ""


class Open(Show):
    method = "preview_open"


class Background(Show):
    method = "preview_background"


class End(Show):
    method = "end"


@pytest.fixture
def open_thread(tmp_path, monkeypatch):
    """Return a maker of threads whose worker has the given fault, and what they deliver."""
    monkeypatch.setenv("MATTE_CHECKOUT", str(ROOT))
    monkeypatch.setenv("MATTE_FAULT", str(tmp_path / "fault"))
    monkeypatch.setattr(client_module, "END_SECONDS", 0.5)
    opened = []

    def make(fault, python=sys.executable):
        (tmp_path / "fault").write_text(fault)
        delivered = queue.Queue()
        thread = PreviewThread(
            lambda: Worker(worker_command(python, ODD_WORKER), tmp_path / "worker.log")
        )
        thread.listen(delivered.put, lambda fraction, step: None)
        thread.prepare(Open())
        thread.start()
        opened.append(thread)
        return thread, delivered

    yield make
    for thread in opened:
        thread.close()
    assert not [other for other in threading.enumerate() if "PreviewThread" in other.name]


def test_what_is_wanted_is_delivered(open_thread):
    thread, delivered = open_thread("none")
    for number in range(2):
        request = Show(str(number))
        thread.show(request)
        got = delivered.get(timeout=20)
        assert got.request is request
        assert got.result == Answer()
        assert got.error is None


def test_a_dead_worker_is_told_and_the_next_one_starts(open_thread, tmp_path):
    thread, delivered = open_thread("ends at once")
    thread.show(Show())
    assert isinstance(delivered.get(timeout=20).error, WorkerError)
    (tmp_path / "fault").write_text("none")
    thread.show(Show())
    assert delivered.get(timeout=20).result == Answer()


def test_a_view_that_cannot_be_shown_is_told_and_the_next_worker_asked(open_thread, tmp_path):
    thread, delivered = open_thread("view of another shape")
    thread.show(PreviewRequest(ViewSettings()))
    error = delivered.get(timeout=20).error
    assert isinstance(error, WorkerError)
    assert "cannot be used: its picture is uint8 of shape (4, 6)" in error.message
    (tmp_path / "fault").write_text("none")
    thread.show(Show())
    assert delivered.get(timeout=20).result == Answer()


def test_a_missing_environment_is_told(open_thread, tmp_path):
    thread, delivered = open_thread("none", python=tmp_path / "nowhere")
    thread.show(Show())
    assert isinstance(delivered.get(timeout=20).error, SetupError)


def test_closing_ends_what_is_under_way(open_thread):
    thread, delivered = open_thread("none but slow")
    thread.show(Show())
    thread.close()
    assert delivered.empty()
    thread.show(Show())
    assert delivered.empty()


def test_only_the_newest_is_delivered(open_thread):
    thread, delivered = open_thread("works until told, then well")
    old, new = Show("old"), Show("new")
    thread.show(old)
    threading.Event().wait(1.5)
    thread.show(new)
    assert delivered.get(timeout=20).request is new
    assert delivered.empty()


def test_the_worker_starts_before_anything_is_wanted(open_thread):
    thread, _ = open_thread("none")
    worker = thread.release()
    assert worker is not None
    with worker:
        assert worker.call(Show()) == Answer()
    assert not worker.is_running


def test_a_released_worker_goes_on_where_it_was(open_thread):
    thread, delivered = open_thread("works until told, then well")
    thread.show(Show("old"))
    threading.Event().wait(1.0)
    worker = thread.release()
    assert delivered.empty()
    pid = worker.pid
    with worker as same:
        assert same.pid == pid, "it was started again"
        assert same.call(Show()) == Answer()


def test_nothing_is_released_where_nothing_runs(open_thread, tmp_path):
    thread, _ = open_thread("none", python=tmp_path / "nowhere")
    assert thread.release() is None


def test_what_stands_is_told_once_and_again_to_the_next_worker(open_thread, tmp_path):
    thread, delivered = open_thread("tells what it was asked")
    thread.prepare(Background())

    def asked():
        thread.show(Show())
        return list(delivered.get(timeout=20).result.asked)

    assert asked() == ["preview_open", "preview_background", "show"]
    assert asked()[3:] == ["show"]
    thread.prepare(Background())
    assert asked()[4:] == ["preview_background", "show"]
    (tmp_path / "fault").write_text("none")
    thread.show(End())
    assert isinstance(delivered.get(timeout=20).error, WorkerError)
    (tmp_path / "fault").write_text("tells what it was asked")
    assert asked() == ["preview_open", "preview_background", "show"]
