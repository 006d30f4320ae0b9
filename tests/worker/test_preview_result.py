"""What the preview shows is what OK makes: the same worker, asked for both."""

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "plug-ins" / "matte"))

from matte_core.files import read_picture
from matte_core.link.client import Worker
from matte_core.link.protocol import Array
from matte_core.networks.store import fetch_model

EDGE = {"shift_px": -2.0, "smooth_px": 2.0, "feather_px": 3.0, "contrast": 0.2}
SCALE = 0.5


@pytest.fixture(scope="module")
def worker(shared, tmp_path_factory):
    """A worker that has got a network."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MATTE_HOME", str(folder))
        fetch_model("deeplab-513", mirror=str(shared / "models" / "intel_ir"))
        started = Worker(Path(sys.executable), folder / "worker.log").__enter__()
    with started:
        yield started


@pytest.fixture(scope="module")
def photo(shared):
    return read_picture(shared / "data" / "photos" / "astronaut.png").image


def sent(image):
    return {"image": Array(image.dtype.name, image.shape, image.tobytes())}


def received(array, dtype=np.uint8):
    return np.frombuffer(array.data, dtype).reshape(array.shape)


def matte(answer):
    return received(answer.arrays["picture"])[..., 0] / np.float32(255)


@pytest.fixture(scope="module")
def result(worker, photo):
    """The alpha that OK makes of the photo at full size."""
    answer = worker.call("cut_out", {"edge": EDGE}, sent(photo))
    return received(answer.arrays["alpha"], np.float32)


def test_a_photo_that_is_small_enough_is_shown_as_it_becomes(worker, photo, result):
    worker.call("preview_open", {}, sent(photo))
    shown = matte(worker.call("preview", {"view": "matte", "edge": EDGE}))
    assert abs(shown - result).max() <= 0.5 / 255 + 1e-6


def test_a_part_at_full_size_is_nearly_what_it_becomes(worker, photo, result):
    size = (round(photo.shape[1] * SCALE), round(photo.shape[0] * SCALE))
    reduced = cv2.resize(photo, size, interpolation=cv2.INTER_AREA)
    worker.call("preview_open", {}, sent(reduced))
    # Her hair and a shoulder, with both sides of the outline in it.
    top, bottom, left, right = 20, 300, 90, 400
    height, width = photo.shape[:2]
    params = {
        "view": "matte",
        "edge": {name: value * SCALE for name, value in EDGE.items()} | {"contrast": 0.2},
        "detail_edge": EDGE,
        "part": [top / height, left / width, bottom / height, right / width],
    }
    part = photo[top:bottom, left:right].copy()
    shown = matte(worker.call("preview_detail", params, sent(part)))
    difference = abs(shown - result[top:bottom, left:right])
    assert difference.mean() < 0.02
    assert (difference > 0.25).mean() < 0.02
