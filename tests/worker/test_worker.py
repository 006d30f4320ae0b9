"""The worker as a real process, spoken to through its pipes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import matte_core
from matte_core.protocol import PROTOCOL, Array, Frame, read_frame, write_frame

MAIN = Path(matte_core.__file__).parent / "worker" / "__main__.py"
PATIENCE_SECONDS = 60


class Conversation:
    """One worker and its pipes."""

    def __init__(self, home):
        self.process = subprocess.Popen(
            [sys.executable, "-I", str(MAIN)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "MATTE_HOME": str(home)},
        )
        self.hello = read_frame(self.process.stdout)

    def ask(self, method, params=None, number=1, **arrays):
        values = {"id": number, "method": method, "params": params or {}}
        frames = {
            name: Array(array.dtype.name, array.shape, array.tobytes())
            for name, array in arrays.items()
        }
        write_frame(self.process.stdin, Frame("request", values, frames))

    def next(self, *kinds):
        """Return the next frame of one of these kinds."""
        limit = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < limit:
            frame = read_frame(self.process.stdout)
            assert frame is not None, self.process.stderr.read().decode()
            if frame.type in kinds:
                return frame
        raise AssertionError(f"none of {kinds} came")

    def end(self):
        self.process.stdin.close()
        status = self.process.wait(5)
        errors = self.process.stderr.read().decode()
        self.process.stdout.close()
        self.process.stderr.close()
        return status, errors


@pytest.fixture
def worker(tmp_path):
    conversation = Conversation(tmp_path)
    yield conversation
    if conversation.process.poll() is None:
        conversation.process.kill()
    conversation.process.wait()
    for pipe in (
        conversation.process.stdin,
        conversation.process.stdout,
        conversation.process.stderr,
    ):
        if not pipe.closed:
            pipe.close()


def disc(size):
    """Return a grainy picture of a disc, and a rough selection of it."""
    rows, columns = np.mgrid[:size, :size]
    distance = np.hypot(rows - size / 2, columns - size / 2)
    image = np.where((distance < size / 4)[..., None], (230, 180, 60), (30, 60, 120))
    grain = np.random.default_rng(1).integers(0, 20, (size, size, 1))
    return (image + grain).astype(np.uint8), ((distance < size / 3) * 255).astype(np.uint8)


def test_it_greets_and_leaves(worker):
    assert worker.hello.type == "hello"
    assert worker.hello.values["protocol"] == PROTOCOL
    assert worker.hello.values["version"] == matte_core.__version__
    status, errors = worker.end()
    assert status == 0, errors


def test_it_cuts_out_twice(worker):
    image, selection = disc(96)
    for number in (1, 2):
        worker.ask("cut_out", {"with_foreground": True}, number, image=image, selection=selection)
        answer = worker.next("result", "error")
        assert answer.type == "result", answer.values
        assert answer.values["id"] == number
        alpha = np.frombuffer(answer.arrays["alpha"].data, np.float32).reshape(96, 96)
        assert alpha[48, 48] == 1
        assert alpha[0, 0] == 0
        assert answer.arrays["foreground"].shape == (96, 96, 3)
        assert answer.values["values"]["note"]


def test_a_mask_is_multiplied_in(worker):
    image, selection = disc(96)
    mask = np.zeros((96, 96), np.float32)
    mask[:48] = 0.5
    worker.ask("cut_out", {}, image=image, selection=selection, mask=mask)
    answer = worker.next("result", "error")
    alpha = np.frombuffer(answer.arrays["alpha"].data, np.float32).reshape(96, 96)
    assert alpha[47, 48] == 0.5
    assert not alpha[48:].any()


@pytest.mark.parametrize(
    ("method", "arrays", "kind"),
    [
        ("sing", {}, "ProtocolError"),
        ("cut_out", {}, "ProtocolError"),
        ("cut_out", {"image": np.zeros((4, 4), np.uint8)}, "InputError"),
        (
            "cut_out",
            {"image": np.zeros((8, 8, 3), np.uint8), "selection": np.zeros((8, 8), np.uint8)},
            "InputError",
        ),
    ],
)
def test_a_bad_request_is_answered_in_words_and_the_next_one_works(worker, method, arrays, kind):
    worker.ask(method, **arrays)
    answer = worker.next("result", "error")
    assert answer.type == "error"
    assert answer.values["error"]["kind"] == kind
    assert answer.values["error"]["message"]
    worker.ask("check", number=2)
    answer = worker.next("result", "error")
    assert "numpy" in answer.values["values"]["packages"]


def test_a_request_can_be_cancelled(worker):
    image, selection = disc(1500)
    worker.ask("cut_out", image=image, selection=selection)
    worker.next("progress")
    write_frame(worker.process.stdin, Frame("cancel", {"id": 1}))
    answer = worker.next("result", "error")
    assert answer.type == "error"
    assert answer.values["error"]["kind"] == "Cancelled"


def test_it_ends_at_once_when_its_input_does(worker):
    image, selection = disc(1500)
    worker.ask("cut_out", image=image, selection=selection)
    worker.next("progress")
    worker.process.stdin.close()
    assert worker.process.wait(2) == 0


def test_garbage_ends_it_with_a_word_in_the_log(worker):
    worker.process.stdin.write(b"GET / HTTP/1.1\r\n\r\n")
    status, errors = worker.end()
    assert status == 0
    assert "Expected the start of a frame" in errors


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
def test_it_shows_life_while_it_waits(worker):
    assert worker.next("alive").type == "alive"
    worker.process.send_signal(signal.SIGKILL)
