"""The built-in model gives the same answer with and without ONNX Runtime."""

import numpy as np
import pytest

import matte_core
from matte_core.base.errors import ModelError
from matte_core.catalog.published import BUILT_IN
from matte_core.catalog.registry import model_path
from matte_core.networks import loading, session
from matte_core.networks.onnxruntime_session import OnnxRuntimeSession
from matte_core.networks.opencv_session import OpenCVSession

PATH = str(model_path(BUILT_IN))


@pytest.fixture
def without_onnxruntime(monkeypatch):
    monkeypatch.setattr(session, "find_spec", lambda _name: None)
    loading._load.cache_clear()
    yield
    loading._load.cache_clear()


def test_the_answers_are_the_same_at_every_size():
    rng = np.random.default_rng(5)
    data = model_path(BUILT_IN).read_bytes()
    one, other = OnnxRuntimeSession(PATH), OpenCVSession(data)
    assert one.dtype == other.dtype == np.float32
    # More sizes than are kept, and the first one again.
    for size in ((256, 256), (384, 128), (96, 192), (128, 160), (32, 32), (256, 256)):
        tensor = rng.normal(0, 0.6, (1, 3, *size)).astype(np.float32)
        found, wanted = other.run(tensor), one.run(tensor)
        assert found.shape == wanted.shape
        assert np.abs(found - wanted).max() < 1e-3


def test_a_picture_is_cut_out_alike(without_onnxruntime, monkeypatch):
    y, x = np.mgrid[:180, :240] / 180
    disc = ((y - 0.5) ** 2 + (x - 0.66) ** 2 < 0.1)[..., None]
    grain = np.random.default_rng(2).integers(0, 40, (180, 240, 1))
    picture = np.where(disc, [220, 150, 60], [40, 90, 50 * (1 + x.mean())] + grain).astype(np.uint8)
    found = matte_core.segment(picture)
    monkeypatch.undo()
    loading._load.cache_clear()
    wanted = matte_core.segment(picture)
    assert np.abs(found.probability - wanted.probability).max() < 1e-3
    assert 0.05 < wanted.mask.mean() < 0.6


def test_other_models_are_refused_without_onnxruntime(without_onnxruntime, tmp_path):
    with pytest.raises(ModelError, match="needs ONNX Runtime"):
        session.open_session(str(tmp_path / "own.onnx"))
    with pytest.raises(ModelError, match="needs ONNX Runtime"):
        session.open_session(b"")


def test_a_size_that_does_not_fit_is_an_error():
    with pytest.raises(ModelError, match=r"shape \(1, 3, 5, 7\)"):
        OpenCVSession(model_path(BUILT_IN).read_bytes()).run(np.zeros((1, 3, 5, 7), np.float32))
