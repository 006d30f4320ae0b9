"""The real worker with one fault at the beginning of a step, seen through the client."""

import os
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "plug-ins" / "matte"))

from matte_core.base.errors import Cancelled, NoSubjectError, WorkerError
from matte_core.link import client as client_module
from matte_core.link.client import Worker, worker_command
from matte_core.link.protocol import Array
from matte_core.link.requests import CutOutRequest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="its faults are POSIX signals and limits")

SPOILED = Path(__file__).with_name("spoiled_worker.py")
STEPS = ("segmenting", "making the trimap", "matting", "cleaning")


def disc(size):
    """Return a grainy picture of a disc and a rough selection of it, as a request's arrays."""
    rows, columns = np.mgrid[:size, :size]
    distance = np.hypot(rows - size / 2, columns - size / 2)
    image = np.where((distance < size / 4)[..., None], (230, 180, 60), (30, 60, 120))
    image = (image + np.random.default_rng(1).integers(0, 20, (size, size, 1))).astype(np.uint8)
    selection = ((distance < size / 3) * 255).astype(np.uint8)
    return {
        name: Array("uint8", values.shape, values.tobytes())
        for name, values in (("image", image), ("selection", selection))
    }


@pytest.fixture
def spoiled(tmp_path, monkeypatch):
    """Return a maker of clients whose worker is the real one with a fault."""
    monkeypatch.setenv("MATTE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MATTE_CHECKOUT", str(ROOT))
    monkeypatch.setenv("MATTE_FAULT", str(tmp_path / "fault"))
    # No memory is set aside for threads or kept when it is freed, so that little stays little.
    monkeypatch.setenv("MALLOC_ARENA_MAX", "1")
    monkeypatch.setenv("MALLOC_MMAP_THRESHOLD_", str(1 << 17))

    def make(fault):
        (tmp_path / "fault").write_text(fault)
        return Worker(worker_command(sys.executable, SPOILED), tmp_path / "worker.log")

    return make


def cut_out(client, size=48, **options):
    return client.call(CutOutRequest(**disc(size), with_foreground=True), **options)


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step(spoiled, step):
    with (
        pytest.raises(WorkerError, match="memory runs out"),
        spoiled(f"killed at {step}") as client,
    ):
        cut_out(client)


@pytest.mark.parametrize(
    ("fault", "size", "words"),
    [
        ("crashes at matting", 48, "Segmentation fault"),
        ("out of memory at cleaning", 48, "not enough memory.*scale the image down"),
        # Real limits: OpenCV raises, and OpenBLAS ends the process.
        ("runs short of memory at segmenting", 900, "not enough memory.*scale the image down"),
        ("runs short of memory at matting", 900, "not enough memory.*scale the image down"),
        ("fails at segmenting", 48, "KeyError.*report it together with the log"),
        ("fails without a log at matting", 48, "KeyError.*report it together with the log"),
    ],
)
def test_a_step_that_fails_says_what_to_do(spoiled, fault, size, words):
    with pytest.raises(WorkerError, match=words), spoiled(fault) as client:
        cut_out(client, size)


def test_a_library_that_prints_harms_nothing(spoiled, tmp_path):
    with spoiled("prints at matting") as client:
        result = cut_out(client)
    assert None not in (result.alpha, result.foreground, result.changed)
    assert b"from C" in (tmp_path / "worker.log").read_bytes()


@pytest.mark.parametrize("fault", ["stands still at matting", "stopped at cleaning"])
def test_a_worker_that_stands_still_is_ended(spoiled, monkeypatch, fault):
    monkeypatch.setattr(client_module, "SILENCE_SECONDS", 3.0)
    monkeypatch.setattr(client_module, "END_SECONDS", 0.5)
    with (
        pytest.raises(WorkerError, match="did not respond for 3 seconds"),
        spoiled(fault) as client,
    ):
        cut_out(client)


def test_cancelling_where_it_stands_still(spoiled, monkeypatch):
    monkeypatch.setattr(client_module, "END_SECONDS", 0.5)
    since = time.monotonic()

    def cancel(fraction, step):
        if step and time.monotonic() > since + 0.5:
            raise Cancelled

    with pytest.raises(Cancelled), spoiled("stands still at matting") as client:
        cut_out(client, progress=cancel)


def test_cancelling_at_every_step(spoiled):
    """One worker bears a cancel at each of its reports, and then still cuts out."""
    steps = []
    with spoiled("none at matting") as client:
        cut_out(client, progress=lambda _fraction, step: steps.append(step))
        named = list(dict.fromkeys(step for step in steps if step))
        assert len(named) >= 4
        for step in named:

            def cancel(_fraction, now, step=step):
                if now == step:
                    raise Cancelled

            with pytest.raises(Cancelled):
                cut_out(client, progress=cancel)
        assert client.is_running
        assert cut_out(client).alpha.shape == (48, 48)


def test_a_worker_whose_client_is_gone_ends_though_a_step_does_not(spoiled):
    begun = threading.Event()

    def close_its_input(_fraction, step):
        if step and not begun.is_set():
            begun.set()
            client._process.stdin.close()

    fault = "stands still at matting"
    with pytest.raises(WorkerError, match="status 0"), spoiled(fault) as client:
        cut_out(client, progress=close_its_input)
    assert begun.is_set()


def test_after_an_error_the_worker_goes_on(spoiled):
    with spoiled("none at matting") as client:
        with pytest.raises(NoSubjectError):
            client.call(CutOutRequest(image=Array("uint8", (9, 9, 3), bytes(243))))
        assert cut_out(client).alpha.shape == (48, 48)
