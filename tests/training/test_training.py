"""The network's training: two steps on four made-up pictures, and what is exported from it."""

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is for training only, and not installed")
for package in ("efficientnet_lite_pytorch", "onnx"):
    pytest.importorskip(package, reason="training/requirements.txt is not installed")

onnxruntime = pytest.importorskip("onnxruntime")
FOLDER = str(Path(__file__).resolve().parents[2] / "training")
NAMES = ("00001", "00002", "00003", "00004")  # none of them is set aside


@pytest.fixture
def training(monkeypatch):
    monkeypatch.syspath_prepend(FOLDER)
    yield
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", "")).startswith(FOLDER):
            del sys.modules[name]


@pytest.fixture
def pictures(tmp_path):
    rng = np.random.default_rng(0)
    for kind in ("photos", "labels"):
        (tmp_path / kind / "caltech101").mkdir(parents=True)
    for number, name in enumerate(NAMES):
        alpha = np.zeros((90, 120), np.uint8)
        cv2.circle(alpha, (40 + 10 * number, 45), 25, 255, -1, cv2.LINE_AA)
        photo = rng.integers(0, 120, (90, 120, 3), np.uint8)
        photo[alpha > 127] = 230
        cv2.imwrite(str(tmp_path / "photos" / "caltech101" / f"{name}.jpg"), photo)
        cv2.imwrite(str(tmp_path / "labels" / "caltech101" / f"{name}.png"), alpha)
    return tmp_path


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_two_steps_and_the_network_that_comes_of_them(training, pictures):
    import torch
    from export import export
    from model import Answer, SubjectNet
    from train import main

    out = pictures / "out"
    main(
        [str(pictures / "photos"), str(pictures / "labels"), str(out)]
        + ["--steps", "2", "--processes", "1", "--minutes", "5", "--scratch"]
    )
    learned = torch.load(out / "final.pt")
    assert learned["step"] == 2
    net = SubjectNet(pretrained=False)
    net.load_state_dict(learned["mean"])
    export(net, pictures / "subject.onnx")

    shown = np.random.default_rng(1).standard_normal((1, 3, 96, 64)).astype(np.float32)
    (answer,) = onnxruntime.InferenceSession(pictures / "subject.onnx").run(None, {"image": shown})
    assert answer.shape == (1, 1, 48, 32)
    assert answer.min() >= 0
    assert answer.max() <= 1
    with torch.no_grad():
        expected = Answer(net).eval()(torch.from_numpy(shown)).numpy()
    np.testing.assert_allclose(answer, expected, atol=2e-3)  # float16 weights
    assert (pictures / "subject.onnx").stat().st_size < 5_000_000


def test_what_is_learned_from_is_in_range(training, pictures):
    from photos import load, set_aside
    from samples import KINDS, Samples

    assert not any(set_aside(f"caltech101/{name}") for name in NAMES)
    labeled = load(pictures / "photos", pictures / "labels", validation=False)
    assert [one.name for one in labeled] == [f"caltech101/{name}" for name in NAMES]
    samples = Samples(labeled, seed=4)
    for kind in KINDS:
        for _ in range(20):
            picture, alpha = getattr(samples, kind)(64)
            assert picture.shape == (64, 64, 3)
            assert alpha.shape == (64, 64)
            assert alpha.min() >= 0
            assert alpha.max() <= 1
            assert np.isfinite(picture).all()
            assert alpha.any() != (kind == "nothing") or kind == "drawing"
    shown, answers = samples.batch(3, 64)
    assert shown.shape == (3, 3, 64, 64)
    assert answers.shape == (3, 1, 32, 32)
    assert np.abs(shown).max() <= 1.01
