"""The worker as a real process, spoken to through its pipes."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import pytest

import matte_core
from matte_core.link.protocol import PROTOCOL, Array, Frame, read_frame, write_frame

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


@contextmanager
def conversation(home):
    """Start a worker, and leave none behind."""
    started = Conversation(home)
    process = started.process
    try:
        yield started
    finally:
        if not process.stdin.closed:
            process.stdin.close()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if not pipe.closed:
                pipe.close()


@pytest.fixture(scope="module")
def worker(tmp_path_factory):
    """A worker that answers one test after the other."""
    with conversation(tmp_path_factory.mktemp("home")) as started:
        yield started


@pytest.fixture
def own_worker(tmp_path):
    """A worker that may be ended."""
    with conversation(tmp_path) as started:
        yield started


def disc(size):
    """Return a grainy picture of a disc, and a rough selection of it."""
    rows, columns = np.mgrid[:size, :size]
    distance = np.hypot(rows - size / 2, columns - size / 2)
    image = np.where((distance < size / 4)[..., None], (230, 180, 60), (30, 60, 120))
    grain = np.random.default_rng(1).integers(0, 20, (size, size, 1))
    return (image + grain).astype(np.uint8), ((distance < size / 3) * 255).astype(np.uint8)


def test_it_greets_and_leaves(own_worker):
    assert own_worker.hello.type == "hello"
    assert own_worker.hello.values["protocol"] == PROTOCOL
    assert own_worker.hello.values["version"] == matte_core.__version__
    status, errors = own_worker.end()
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
        assert "template" in answer.values["values"]["note"]


def test_a_mask_is_multiplied_in(worker):
    image, selection = disc(96)
    mask = np.zeros((96, 96), np.float32)
    mask[:48] = 0.5
    worker.ask("cut_out", {}, image=image, selection=selection, mask=mask)
    answer = worker.next("result", "error")
    alpha = np.frombuffer(answer.arrays["alpha"].data, np.float32).reshape(96, 96)
    assert alpha[47, 48] == 0.5
    assert not alpha[48:].any()


def values_of(array, dtype=np.float32):
    return np.frombuffer(array.data, dtype).reshape(array.shape)


def painted(size, opacity=255):
    """Return a trimap of the disc as a layer holds it: gray level and opacity."""
    rows, columns = np.mgrid[:size, :size]
    distance = np.hypot(rows - size / 2, columns - size / 2)
    gray = np.select([distance < size / 5, distance > size / 3], [252, 3], 97)
    return np.dstack([gray, np.full_like(gray, opacity)]).astype(np.uint8)


def test_alpha_is_estimated_in_the_pictures_own_colors(worker):
    image, _ = disc(96)
    own = (image / 255).astype(np.float32)
    trimap = painted(96)
    alphas = []
    for number, arrays in enumerate(({"image": own}, {"image": image // 90, "colors": own})):
        worker.ask("matte", {"box": [0, 96, 0, 96]}, number, trimap=trimap, **arrays)
        alphas.append(values_of(worker.next("result", "error").arrays["alpha"]))
    assert (alphas[0] == alphas[1]).all()


def test_a_painted_trimap_is_matted(worker):
    image, _ = disc(96)
    params = {"box": [0, 96, 0, 96], "with_foreground": True}
    worker.ask("matte", params, image=image, trimap=painted(96))
    answer = worker.next("result", "error")
    assert answer.type == "result", answer.values
    alpha = values_of(answer.arrays["alpha"])
    assert alpha[48, 48] == 1
    assert alpha[0, 0] == 0
    assert alpha[48, 70] > 0.9, "within the disc, in the unknown region"
    assert alpha[48, 77] < 0.1
    foreground = values_of(answer.arrays["foreground"], np.uint8)
    assert (foreground[alpha == 1] == image[alpha == 1]).all()
    changed = values_of(answer.arrays["changed"], np.uint8)
    assert ((changed == 255) == (foreground != image).any(axis=2)).all()
    assert 0.2 < answer.values["values"]["unknown_share"] < 0.3


def test_beyond_the_trimaps_box_is_background_and_what_is_clear_is_unknown(worker):
    image, _ = disc(96)
    trimap = painted(96)
    trimap[40:60, 40:60, 1] = 0
    worker.ask("matte", {"box": [0, 96, 0, 50]}, image=image, trimap=trimap)
    answer = worker.next("result", "error")
    alpha = values_of(answer.arrays["alpha"])
    assert not alpha[:, 50:].any()
    assert alpha[48, 30] == 1
    everywhere = {"box": [0, 96, 0, 96]}
    worker.ask("matte", everywhere, 2, image=image, trimap=painted(96, opacity=200))
    answer = worker.next("result", "error")
    assert answer.values["error"]["kind"] == "InputError", "half opaque is not known"


def test_the_edge_is_adjusted(worker):
    image, _ = disc(96)
    areas = []
    for number, edge in enumerate(({}, {"shift_px": 3}, {"contrast": 1.0})):
        params = {"box": [0, 96, 0, 96], "edge": edge}
        worker.ask("matte", params, number, image=image, trimap=painted(96))
        alpha = values_of(worker.next("result", "error").arrays["alpha"])
        areas.append(alpha.sum())
    assert areas[1] > areas[0] + 300
    assert set(np.unique(alpha)) == {0, 1}


def test_a_trimap_is_made_of_a_mask(worker):
    _, selection = disc(96)
    params = {"radius_px": 5, "shape": "rectangle"}
    worker.ask("trimap", params, mask=selection)
    answer = worker.next("result", "error")
    trimap = values_of(answer.arrays["trimap"], np.uint8)
    assert set(np.unique(trimap)) == {0, 128, 255}
    assert trimap[48, 48] == 255
    assert trimap[48, 48 + 30] == 128
    worker.ask("trimap", params, 2, mask=np.ones((9, 9), np.float32))
    answer = worker.next("result", "error")
    assert "everything" in str(answer.values["error"]["message"])


def test_colors_are_cleaned_and_the_subject_is_measured(worker):
    image, selection = disc(96)
    alpha = cv2.GaussianBlur(selection.astype(np.float32) / 255, (0, 0), 2)
    alpha[alpha < 0.01] = 0
    worker.ask("decontaminate", {}, image=image, mask=alpha, opacity=np.ones_like(alpha))
    answer = worker.next("result", "error")
    left, top, right, bottom = answer.values["values"]["box"]
    assert (top, left) == (left, top)
    assert 8 < left < 16
    assert 80 < right <= 96 - left + 1
    assert bottom == right
    foreground = values_of(answer.arrays["foreground"], np.uint8)
    assert (foreground[alpha == 1] == image[alpha == 1]).all()
    worker.ask("decontaminate", {"name": "Me"}, 2, image=image, mask=np.ones_like(alpha))
    answer = worker.next("result", "error")
    assert "Me" in str(answer.values["error"]["message"])


def test_a_new_background_lights_the_subject(worker):
    image, selection = disc(96)
    alpha = selection.astype(np.float32) / 255
    # White to the left of the subject's middle, nothing at all to the right of it.
    background = np.zeros((48, 48, 4), np.uint8)
    background[:, :24] = 255
    arrays = {"image": image, "foreground": image, "mask": alpha, "background": background}
    place = [0.0, 0.0, 48.0, 48.0]
    worker.ask("relight", {"wrap": 1.0, "wrap_px": 2.0, "place": place}, **arrays)
    lit = worker.next("result", "error").arrays
    foreground, changed = (values_of(lit[name], np.uint8) for name in ("foreground", "changed"))
    assert (foreground[48, 48] == image[48, 48]).all()
    edge = np.flatnonzero(alpha[48])[[0, -1]]
    brighter = foreground[48, edge].astype(int) - image[48, edge]
    assert brighter[0].min() > 20
    assert brighter[1].max() <= 1
    assert ((changed > 0) == (foreground != image).any(axis=2)).all()
    worker.ask("relight", {"match": 1.0, "place": place}, 2, **arrays)
    matched = values_of(worker.next("result", "error").arrays["foreground"], np.uint8)
    assert matched[48, 48].sum() > image[48, 48].sum()
    worker.ask("relight", {"match": 1.0, "wrap": 1.0, "place": place[:3]}, 3, **arrays)
    assert "place" in str(worker.next("result", "error").values["error"]["message"])
    background[..., 3] = 0
    worker.ask("relight", {"match": 1.0, "wrap": 1.0, "place": place}, 4, **arrays)
    lit = worker.next("result", "error").arrays
    assert not values_of(lit["changed"], np.uint8).any()


def test_a_subject_and_a_map_of_classes_without_a_network(worker):
    image, selection = disc(96)
    worker.ask("segment", {"want": "hard"}, image=image, selection=selection)
    alpha = values_of(worker.next("result", "error").arrays["alpha"])
    assert set(np.unique(alpha)) == {0, 1}
    assert alpha[48, 48] == 1
    worker.ask("segment", {"want": "classes"}, 2, image=image, selection=selection)
    answer = worker.next("result", "error")
    colors = values_of(answer.arrays["map"], np.uint8)
    legend = answer.values["values"]["legend"]
    assert [entry["name"] for entry in legend] == ["background", "subject"]
    assert sum(entry["share"] for entry in legend) == pytest.approx(1)
    assert colors[48, 48].tolist() == legend[1]["color"]
    assert colors[0, 0].tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("method", "arrays", "kind"),
    [
        ("sing", {}, "ProtocolError"),
        ("cut_out", {}, "ProtocolError"),
        ("matte", {"image": np.zeros((4, 4, 3), np.uint8)}, "ProtocolError"),
        (
            "matte",
            {"image": np.zeros((4, 4, 3), np.uint8), "trimap": np.zeros((4, 4), np.uint8)},
            "ProtocolError",
        ),
        ("trimap", {"selection": np.zeros((4, 4), np.uint8)}, "ProtocolError"),
        ("cut_out", {"image": np.zeros((4, 4), np.uint8)}, "ProtocolError"),
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


def test_a_request_can_be_cancelled(own_worker):
    image, selection = disc(1500)
    own_worker.ask("cut_out", image=image, selection=selection)
    own_worker.next("progress")
    write_frame(own_worker.process.stdin, Frame("cancel", {"id": 1}))
    answer = own_worker.next("result", "error")
    assert answer.type == "error"
    assert answer.values["error"]["kind"] == "Cancelled"


def test_it_ends_at_once_when_its_input_does(own_worker):
    image, selection = disc(1500)
    own_worker.ask("cut_out", image=image, selection=selection)
    own_worker.next("progress")
    own_worker.process.stdin.close()
    assert own_worker.process.wait(2) == 0


def test_garbage_ends_it_with_a_word_in_the_log(own_worker):
    own_worker.process.stdin.write(b"GET / HTTP/1.1\r\n\r\n")
    status, errors = own_worker.end()
    assert status == 0
    assert "Expected the start of a frame" in errors


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
def test_it_shows_life_while_it_waits(own_worker):
    assert own_worker.next("alive").type == "alive"
    own_worker.process.send_signal(signal.SIGKILL)
