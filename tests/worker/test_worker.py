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
from matte_core.link.fields import EdgeControls
from matte_core.link.protocol import PROTOCOL, Frame, read_frame, write_frame
from matte_core.link.records import decode
from matte_core.link.requests import (
    CheckRequest,
    CutOutRequest,
    DecontaminateRequest,
    MatteRequest,
    RelightRequest,
    SegmentRequest,
    TrimapRequest,
    request_frame,
)
from matte_core.worker.arrays import from_numpy, to_numpy

MAIN = Path(matte_core.__file__).parent / "worker" / "__main__.py"
PATIENCE_SECONDS = 60
ALL = (0, 96, 0, 96)


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

    def send(self, kind, **fields):
        """Send a request that is made of values and numpy arrays."""
        fields = {
            name: from_numpy(value) if isinstance(value, np.ndarray) else value
            for name, value in fields.items()
        }
        request = kind(**fields)
        write_frame(self.process.stdin, request_frame(1, request))
        return request

    def ask(self, kind, **fields):
        """Send a request and return its result, checked as the client does."""
        request = self.send(kind, **fields)
        answer = self.next("result", "error")
        assert answer.type == "result", answer.values
        assert answer.values["id"] == 1
        result = decode(request.result_type, answer.values["values"], answer.arrays)
        request.check(result)
        return result

    def error(self, kind, **fields):
        """Send a request and return the error that it is answered with."""
        self.send(kind, **fields)
        return self.next("error").values["error"]

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
    for _ in range(2):
        result = worker.ask(CutOutRequest, image=image, selection=selection, with_foreground=True)
        alpha = to_numpy(result.alpha)
        assert alpha[48, 48] == 1
        assert alpha[0, 0] == 0
        assert result.foreground.shape == (96, 96, 3)
        assert result.note == ""
        assert result.seconds > 0


def test_a_mask_is_multiplied_in(worker):
    image, selection = disc(96)
    mask = np.zeros((96, 96), np.float32)
    mask[:48] = 0.5
    alpha = to_numpy(worker.ask(CutOutRequest, image=image, selection=selection, mask=mask).alpha)
    assert alpha[47, 48] == 0.5
    assert not alpha[48:].any()


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
    alphas = [
        to_numpy(worker.ask(MatteRequest, trimap=trimap, trimap_box=ALL, **images).alpha)
        for images in ({"image": own}, {"image": image // 90, "colors": own})
    ]
    assert (alphas[0] == alphas[1]).all()


def test_16_bits_give_what_the_same_colors_give_as_floats(worker):
    image, selection = disc(96)
    deep = image.astype(np.uint16) * 257 + np.arange(96, dtype=np.uint16)[:, None, None]
    own = np.divide(deep, np.float32(65535), dtype=np.float32)
    soft = cv2.GaussianBlur(selection.astype(np.float32) / 255, (0, 0), 2)
    lights = np.full((9, 9, 4), 255, np.uint8)
    scene = {"mask": soft, "background": lights, "place": (0.0, 0.0, 9.0, 9.0), "wrap": 1.0}
    cut = {"selection": selection, "with_foreground": True, "with_background": True}
    for kind, fields in (
        (CutOutRequest, {**cut, "decontaminate": 0.5, "clears_hidden": True}),
        (CutOutRequest, {**cut, "decontaminate": 0.0}),
        (MatteRequest, {"trimap": painted(96), "trimap_box": ALL, "with_foreground": True}),
        (DecontaminateRequest, {"mask": soft}),
        (RelightRequest, scene),
    ):
        more = [{"foreground": colors} if kind is RelightRequest else {} for colors in (deep, own)]
        found = worker.ask(kind, image=deep, **more[0], **fields)
        wanted = worker.ask(kind, image=own, **more[1], **fields)
        foreground, floats = to_numpy(found.foreground), to_numpy(wanted.foreground)
        assert foreground.dtype == np.uint16
        assert (foreground == np.floor(floats * np.float32(65535) + np.float32(0.5))).all()
        assert (to_numpy(found.changed) == to_numpy(wanted.changed)).all()
        unchanged = to_numpy(found.changed) == 0
        assert (foreground[unchanged] == deep[unchanged]).all()
        if kind is CutOutRequest:
            assert (to_numpy(found.alpha) == to_numpy(wanted.alpha)).all()
            difference = to_numpy(found.background) - to_numpy(wanted.background) * 65535.0
            assert np.abs(difference).max() < 1


def test_a_painted_trimap_is_matted(worker):
    image, _ = disc(96)
    result = worker.ask(
        MatteRequest, image=image, trimap=painted(96), trimap_box=ALL, with_foreground=True
    )
    alpha = to_numpy(result.alpha)
    assert alpha[48, 48] == 1
    assert alpha[0, 0] == 0
    assert alpha[48, 70] > 0.9, "within the disc, in the unknown region"
    assert alpha[48, 77] < 0.1
    foreground, changed = to_numpy(result.foreground), to_numpy(result.changed)
    assert (foreground[alpha == 1] == image[alpha == 1]).all()
    assert ((changed == 255) == (foreground != image).any(axis=2)).all()
    assert 0.2 < result.unknown_share < 0.3


def test_beyond_the_trimaps_box_is_background_and_what_is_clear_is_unknown(worker):
    image, _ = disc(96)
    trimap = painted(96)
    trimap[40:60, 40:60, 1] = 0
    result = worker.ask(MatteRequest, image=image, trimap=trimap, trimap_box=(0, 96, 0, 50))
    alpha = to_numpy(result.alpha)
    assert not alpha[:, 50:].any()
    assert alpha[48, 30] == 1
    error = worker.error(MatteRequest, image=image, trimap=painted(96, opacity=200), trimap_box=ALL)
    assert error["kind"] == "InputError", "half opaque is not known"


def test_the_edge_is_adjusted(worker):
    image, _ = disc(96)
    areas = []
    for edge in (EdgeControls(), EdgeControls(shift_px=3), EdgeControls(contrast=1.0)):
        result = worker.ask(
            MatteRequest, image=image, trimap=painted(96), trimap_box=ALL, edge=edge
        )
        alpha = to_numpy(result.alpha)
        areas.append(alpha.sum())
    assert areas[1] > areas[0] + 300
    assert set(np.unique(alpha)) == {0, 1}


def test_a_trimap_is_made_of_a_mask(worker):
    _, selection = disc(96)
    trimap = to_numpy(
        worker.ask(TrimapRequest, mask=selection, radius_px=5, shape="rectangle").trimap
    )
    assert set(np.unique(trimap)) == {0, 128, 255}
    assert trimap[48, 48] == 255
    assert trimap[48, 48 + 30] == 128
    error = worker.error(TrimapRequest, mask=np.ones((9, 9), np.float32))
    assert "covers the whole layer" in str(error["message"])


def test_colors_are_cleaned_and_the_subject_is_measured(worker):
    image, selection = disc(96)
    alpha = cv2.GaussianBlur(selection.astype(np.float32) / 255, (0, 0), 2)
    alpha[alpha < 0.01] = 0
    result = worker.ask(DecontaminateRequest, image=image, mask=alpha, opacity=np.ones_like(alpha))
    left, top, right, bottom = result.box
    assert (top, left) == (left, top)
    assert 8 < left < 16
    assert 80 < right <= 96 - left + 1
    assert bottom == right
    foreground = to_numpy(result.foreground)
    assert (foreground[alpha == 1] == image[alpha == 1]).all()
    error = worker.error(DecontaminateRequest, image=image, mask=np.ones_like(alpha), name="Me")
    assert "Me" in str(error["message"])


def test_a_new_background_lights_the_subject(worker):
    image, selection = disc(96)
    alpha = selection.astype(np.float32) / 255
    # White to the left of the subject's middle, nothing at all to the right of it.
    background = np.zeros((48, 48, 4), np.uint8)
    background[:, :24] = 255
    scene = {"image": image, "foreground": image, "mask": alpha, "background": background}
    scene["place"] = (0.0, 0.0, 48.0, 48.0)
    lit = worker.ask(RelightRequest, **scene, wrap=1.0, wrap_px=2.0)
    foreground, changed = to_numpy(lit.foreground), to_numpy(lit.changed)
    assert (foreground[48, 48] == image[48, 48]).all()
    edge = np.flatnonzero(alpha[48])[[0, -1]]
    brighter = foreground[48, edge].astype(int) - image[48, edge]
    assert brighter[0].min() > 20
    assert brighter[1].max() <= 1
    assert ((changed > 0) == (foreground != image).any(axis=2)).all()
    matched = to_numpy(worker.ask(RelightRequest, **scene, match=1.0).foreground)
    assert matched[48, 48].sum() > image[48, 48].sum()
    error = worker.error(RelightRequest, **{**scene, "place": (0.0, 0.0, 48.0)}, match=1.0)
    assert "place" in str(error["message"])
    background[..., 3] = 0
    lit = worker.ask(RelightRequest, **scene, match=1.0, wrap=1.0)
    assert not to_numpy(lit.changed).any()


def test_a_subject_and_a_map_of_classes_without_a_network(worker):
    image, selection = disc(96)
    alpha = to_numpy(worker.ask(SegmentRequest, image=image, selection=selection).alpha)
    assert set(np.unique(alpha)) == {0, 1}
    assert alpha[48, 48] == 1
    result = worker.ask(SegmentRequest, image=image, selection=selection, output="classes")
    colors, legend = to_numpy(result.map), result.legend
    assert [entry.name for entry in legend] == ["background", "subject"]
    assert sum(entry.share for entry in legend) == pytest.approx(1)
    assert tuple(colors[48, 48]) == legend[1].color
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
    values = {"id": 1, "method": method, "params": {}}
    arrays = {name: from_numpy(array) for name, array in arrays.items()}
    write_frame(worker.process.stdin, Frame("request", values, arrays))
    answer = worker.next("result", "error")
    assert answer.type == "error"
    assert answer.values["error"]["kind"] == kind
    assert answer.values["error"]["message"]
    assert "numpy" in dict(worker.ask(CheckRequest).packages)


def test_a_request_can_be_cancelled(own_worker):
    image, selection = disc(1500)
    own_worker.send(CutOutRequest, image=image, selection=selection)
    own_worker.next("progress")
    write_frame(own_worker.process.stdin, Frame("cancel", {"id": 1}))
    answer = own_worker.next("result", "error")
    assert answer.type == "error"
    assert answer.values["error"]["kind"] == "Cancelled"


def test_it_ends_at_once_when_its_input_does(own_worker):
    image, selection = disc(1500)
    own_worker.send(CutOutRequest, image=image, selection=selection)
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
