"""The preview's thread against real child processes: only the newest counts, faults are told."""

import queue
import sys
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "plug-ins" / "matte"))

from matte_core.base.errors import SetupError, WorkerError
from matte_core.link import client as client_module
from matte_core.link.client import Worker
from matte_core.link.preview_thread import PreviewThread, Wanted

ODD_WORKER = Path(__file__).with_name("odd_worker.py")


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
        thread = PreviewThread(lambda: Worker(Path(python), tmp_path / "worker.log", ODD_WORKER))
        thread.listen(delivered.put, lambda fraction, step: None)
        thread.tell(Wanted("preview_open", {}))
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
        wanted = Wanted("show", {"number": number})
        thread.want(wanted)
        got = delivered.get(timeout=20)
        assert got.wanted is wanted
        assert got.answer.type == "result"
        assert got.error is None


def test_a_dead_worker_is_told_and_the_next_one_starts(open_thread, tmp_path):
    thread, delivered = open_thread("ends at once")
    thread.want(Wanted("show", {}))
    assert isinstance(delivered.get(timeout=20).error, WorkerError)
    (tmp_path / "fault").write_text("none")
    thread.want(Wanted("show", {}))
    assert delivered.get(timeout=20).answer.type == "result"


def test_a_view_that_cannot_be_shown_is_told_and_the_next_worker_asked(open_thread, tmp_path):
    thread, delivered = open_thread("view of another shape")
    thread.want(Wanted("preview", {}))
    error = delivered.get(timeout=20).error
    assert isinstance(error, WorkerError)
    assert "cannot be used: its picture is uint8 of shape (4, 6)" in error.message
    (tmp_path / "fault").write_text("none")
    thread.want(Wanted("show", {}))
    assert delivered.get(timeout=20).answer.type == "result"


def test_a_missing_environment_is_told(open_thread, tmp_path):
    thread, delivered = open_thread("none", python=tmp_path / "nowhere")
    thread.want(Wanted("show", {}))
    assert isinstance(delivered.get(timeout=20).error, SetupError)


def test_closing_ends_what_is_under_way(open_thread):
    thread, delivered = open_thread("none but slow")
    thread.want(Wanted("show", {}))
    thread.close()
    assert delivered.empty()
    thread.want(Wanted("show", {}))
    assert delivered.empty()


def test_only_the_newest_is_delivered(open_thread):
    thread, delivered = open_thread("works until told, then well")
    old, new = Wanted("show", {"is": "old"}), Wanted("show", {"is": "new"})
    thread.want(old)
    threading.Event().wait(1.5)
    thread.want(new)
    assert delivered.get(timeout=20).wanted is new
    assert delivered.empty()


def test_the_worker_starts_before_anything_is_wanted(open_thread):
    thread, _ = open_thread("none")
    worker = thread.release()
    assert worker is not None
    with worker:
        assert worker.call("anything", {}).type == "result"
    assert not worker.is_running


def test_a_released_worker_goes_on_where_it_was(open_thread):
    thread, delivered = open_thread("works until told, then well")
    thread.want(Wanted("show", {"is": "old"}))
    threading.Event().wait(1.0)
    worker = thread.release()
    assert delivered.empty()
    pid = worker.pid
    with worker as same:
        assert same.pid == pid, "it was started again"
        assert same.call("anything", {}).type == "result"


def test_nothing_is_released_where_nothing_runs(open_thread, tmp_path):
    thread, _ = open_thread("none", python=tmp_path / "nowhere")
    assert thread.release() is None


def test_what_stands_is_told_once_and_again_to_the_next_worker(open_thread, tmp_path):
    thread, delivered = open_thread("tells what it was asked")
    thread.tell(Wanted("preview_background", {}))

    def asked():
        thread.want(Wanted("show", {}))
        return delivered.get(timeout=20).answer.values["values"]["asked"]

    assert asked() == ["preview_open", "preview_background", "show"]
    assert asked()[3:] == ["show"]
    thread.tell(Wanted("preview_background", {}))
    assert asked()[4:] == ["preview_background", "show"]
    (tmp_path / "fault").write_text("none")
    thread.want(Wanted("end", {}))
    assert isinstance(delivered.get(timeout=20).error, WorkerError)
    (tmp_path / "fault").write_text("tells what it was asked")
    assert asked() == ["preview_open", "preview_background", "show"]
