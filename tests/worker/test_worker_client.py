"""The client against real child processes, each with one fault: words, and nothing left running."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "plug-ins" / "matte"))

from matte_core.base.errors import Cancelled, ProtocolError, SetupError, WorkerError
from matte_core.link import client as client_module
from matte_core.link import log as log_module
from matte_core.link.client import Worker, worker_command
from matte_core.link.fields import ColorsArray, ImageArray
from matte_core.link.protocol import Array
from matte_core.link.requests import CutOutRequest, Request

ODD_WORKER = Path(__file__).with_name("odd_worker.py")
CUT_OUT = CutOutRequest(image=Array("uint8", (1000, 1000, 3), bytes(3_000_000)))


@dataclass(frozen=True)
class Echo:
    size: int
    image: ColorsArray | None = None


@dataclass(frozen=True)
class EchoRequest(Request[Echo]):
    """A request of a name that only the odd worker knows."""

    method = "echo"
    result_type = Echo
    image: ImageArray | None = None


@pytest.fixture
def worker(tmp_path, monkeypatch):
    """Return a maker of clients whose worker has the given fault; checks that all ended."""
    monkeypatch.setenv("MATTE_CHECKOUT", str(ROOT))
    monkeypatch.setenv("MATTE_FAULT", str(tmp_path / "fault"))
    # Which lines are run is not measured in a stranger: it would take three times as long.
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
    monkeypatch.setattr(client_module, "START_SECONDS", 5.0)
    monkeypatch.setattr(client_module, "SILENCE_SECONDS", 0.5)
    monkeypatch.setattr(client_module, "END_SECONDS", 0.5)
    started = []
    plain_popen = subprocess.Popen

    def remembered_popen(*arguments, **options):
        process = plain_popen(*arguments, **options)
        if ODD_WORKER in process.args:  # not what other tests run beside these
            started.append(process)
        return process

    monkeypatch.setattr(subprocess, "Popen", remembered_popen)

    def make(fault):
        (tmp_path / "fault").write_text(fault)
        return Worker(worker_command(sys.executable, ODD_WORKER), tmp_path / "logs" / "worker.log")

    yield make
    assert started
    assert all(process.poll() is not None for process in started)


def test_pixels_go_there_and_back(worker):
    pixels = os.urandom(3_000_000)
    seen = []
    with worker("none") as client:
        for _ in range(2):
            result = client.call(
                EchoRequest(Array("uint8", (1000, 1000, 3), pixels)),
                lambda fraction, step: seen.append((fraction, step)),
            )
    assert result.size == 3_000_000
    assert result.image.data == pixels
    assert (0.5, "Half") in seen


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        ("ends at once", WorkerError, "ended before it was done"),
        ("prints at once", ProtocolError, "Hell"),
        ("huge header", ProtocolError, "a header of 4294967295 bytes"),
        ("nested header", ProtocolError, "not JSON"),
        ("other protocol", ProtocolError, "did not send the greeting"),
        ("old version", SetupError, r"0\.0\.0"),
        ("closes its output", WorkerError, "ended before it was done"),
        ("leaves a child at once", WorkerError, "status 3"),
        ("never reads", WorkerError, "did not respond for"),
        ("ends while it is sent to", WorkerError, "status 4"),
        ("closes its input", WorkerError, "did not respond for"),
        ("reads only", WorkerError, "did not respond for"),
        ("ends while working", WorkerError, r"status 3.*worker\.log"),
        ("ends half-way through a frame", ProtocolError, "ended after"),
        ("stops half-way through a frame", WorkerError, "did not respond for"),
        ("ends while it sends", ProtocolError, "ended after 1048576 of 17179869184 bytes"),
        ("prints while working", ProtocolError, "DEBU"),
        ("strange frame", ProtocolError, "song"),
        ("strange progress", ProtocolError, "without a fraction"),
        ("progress that is no number", ProtocolError, "not JSON"),
        ("an error without words", ProtocolError, "without saying why"),
        ("leaves a child", WorkerError, "status 3"),
        ("answers another question", ProtocolError, "a different request"),
        ("no result", ProtocolError, "it has no alpha"),
        ("result of another size", ProtocolError, r"shape \(3, 5\)"),
        ("result of another shape", ProtocolError, r"shape \(1000, 1000, 1\)"),
        ("result of another type", ProtocolError, "alpha is uint8"),
        ("result that is no number", ProtocolError, "1000000 values that are out of range"),
        ("result beyond all bounds", ProtocolError, "1000000 values that are out of range"),
        ("result without bounds", ProtocolError, "1000000 values that are out of range"),
        ("values that are none", ProtocolError, "its values"),
        ("no note", ProtocolError, "no note"),
        ("a note that is no text", ProtocolError, "its note is 5"),
    ],
)
def test_a_fault_is_said_and_leaves_no_process(worker, fault, error, words):
    with pytest.raises(error, match=words) as caught, worker(fault) as client:
        client.call(CUT_OUT)
    assert "Set Up and Check" in caught.value.hint


def test_a_worker_that_never_greets_is_given_up(worker, monkeypatch):
    monkeypatch.setattr(client_module, "START_SECONDS", 0.5)
    with pytest.raises(WorkerError, match="did not respond"), worker("never greets"):
        pass


def test_cancel_ends_a_worker_that_does_not_listen(worker):
    def cancel(fraction, step):
        if step:
            raise Cancelled

    started = time.monotonic()
    with pytest.raises(Cancelled), worker("works for ever") as client:
        client.call(CUT_OUT, cancel)
    assert time.monotonic() - started < 10


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
def test_a_worker_that_the_system_ends_is_said_to_lack_memory(worker):
    def kill(fraction, step):
        os.kill(client.pid, signal.SIGKILL)

    words = r"memory runs out.*scale the image down"
    with pytest.raises(WorkerError, match=words), worker("works for ever") as client:
        client.call(CUT_OUT, kill)


def test_patience_can_be_named(worker, monkeypatch):
    monkeypatch.setattr(client_module, "SILENCE_SECONDS", 60.0)
    monkeypatch.setenv("MATTE_PATIENCE", "0.3")
    with pytest.raises(WorkerError, match="did not respond for 0"), worker("reads only") as client:
        client.call(CUT_OUT)
    for nonsense in ("soon", "-1", "nan", "inf", ""):
        monkeypatch.setenv("MATTE_PATIENCE", nonsense)
        assert client_module._patience(7.0) == 7.0


def test_cancel_keeps_a_worker_that_listens(worker):
    def cancel(fraction, step):
        if step:
            raise Cancelled

    with worker("works until told") as client:
        with pytest.raises(Cancelled):
            client.call(CUT_OUT, cancel)
        with pytest.raises(Cancelled):
            client.call(CUT_OUT, cancel)


def test_standard_error_goes_to_the_log(worker, tmp_path):
    with pytest.raises(WorkerError), worker("ends at once"):
        pass
    assert "no luck today" in (tmp_path / "logs" / "worker.log").read_text()


def test_the_log_is_rotated(worker, tmp_path, monkeypatch):
    monkeypatch.setattr(log_module, "LOG_BYTES", 10)
    for _ in range(6):
        with pytest.raises(WorkerError), worker("ends at once"):
            pass
    names = sorted(path.name for path in (tmp_path / "logs").iterdir())
    assert names == ["worker.1.log", "worker.2.log", "worker.3.log", "worker.log"]


def test_a_log_that_cannot_be_written_stops_nobody(worker, tmp_path):
    (tmp_path / "logs").write_text("a file where the folder should be")
    with worker("none") as client:
        assert client.call(EchoRequest()).size == 0


def test_a_missing_environment_is_said(tmp_path):
    missing = tmp_path / "env" / "bin" / "python"
    with pytest.raises(SetupError, match="Set Up and Check"), Worker([missing], tmp_path / "log"):
        pass


def test_a_python_that_was_taken_away_is_said(tmp_path):
    link = tmp_path / "python"
    link.symlink_to(tmp_path / "gone")
    with pytest.raises(SetupError, match=r"links to .*gone"), Worker([link], tmp_path / "log"):
        pass


def test_a_python_that_does_not_start_is_said(tmp_path):
    broken = tmp_path / "python"
    broken.write_text("not a program")
    with pytest.raises(SetupError, match="does not start"), Worker([broken], tmp_path / "log"):
        pass


def test_a_worker_started_early_greets_when_it_is_entered(worker) -> None:
    client = worker("none")
    client.start()
    started = client.pid
    with client:
        assert client.pid == started
        assert client.call(EchoRequest(image=Array("uint8", (2, 2, 3), bytes(12)))).size == 12
    assert not client.is_running
