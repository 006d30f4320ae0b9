"""`segment` on real photos and networks, and its stand-in where there is none."""

from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from matte_core.base.classes import VOC_CLASSES, VOC_COLORS, voc_color
from matte_core.base.errors import InputError, ModelError, NoSubjectError
from matte_core.base.messages import Message
from matte_core.networks import fetch_model
from matte_core.segmentation import Segmentation, color_map, segment


@cache
def seen(path: Path) -> Segmentation:
    """Return what is found in a photo of its own accord; it takes a second or two."""
    return segment(load(path))


def load(path: Path) -> np.ndarray:
    return cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    return (one & other).sum() / (one | other).sum()


@pytest.fixture(scope="module")
def networks(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MATTE_HOME", str(home))
        fetch_model("deeplab-513", mirror=str(shared / "models" / "intel_ir"))
        fetch_model("deeplab-257", mirror=str(shared / "models"))
    return home


@pytest.fixture
def photos(shared: Path, networks: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MATTE_HOME", str(networks))
    return shared / "data" / "photos"


@pytest.fixture
def no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATTE_HOME", str(tmp_path))


def test_colors_are_those_of_the_challenge() -> None:
    assert VOC_COLORS[0] == (0, 0, 0)
    assert VOC_COLORS[VOC_CLASSES.index("aeroplane")] == (128, 0, 0)
    assert VOC_COLORS[VOC_CLASSES.index("cat")] == (64, 0, 0)
    assert VOC_COLORS[VOC_CLASSES.index("person")] == (192, 128, 128)
    assert voc_color(255) == (224, 224, 192)
    assert color_map(np.array([[15, 8]], np.uint8)).tolist() == [[[192, 128, 128], [64, 0, 0]]]
    with pytest.raises(ValueError, match="256"):
        voc_color(256)


@pytest.mark.parametrize(
    ("name", "subject", "share"),
    [
        ("astronaut.png", "person", (0.35, 0.5)),
        ("grace_hopper.png", "person", (0.55, 0.7)),
        ("cat.png", "cat", (0.35, 0.5)),
        ("three_people.jpg", "person", (0.55, 0.75)),
        ("deeplab_demo_image2.jpg", "dog", (0.12, 0.18)),
    ],
)
def test_auto_finds_the_subject(
    photos: Path, name: str, subject: str, share: tuple[float, float]
) -> None:
    found = seen(photos / name)
    assert found.subject == (subject,)
    assert found.source == "network"
    assert found.note == ""
    assert found.mask.shape == found.probability.shape == load(photos / name).shape[:2]
    assert found.mask.dtype == bool
    assert found.probability.dtype == np.float32
    assert share[0] < found.mask.mean() < share[1]
    assert found.classes[0].share == pytest.approx(found.mask.mean(), abs=0.08)
    assert 0.8 < found.classes[0].confidence <= 1
    np.testing.assert_allclose(found.probabilities.sum(axis=0), 1, rtol=1e-5)


@pytest.mark.usefixtures("photos")
def test_the_golden_labels(shared: Path) -> None:
    folder = shared / "data" / "segmentation" / "golden"
    image = load(folder / "tfls_segmentation_input_rotation0.jpg")
    golden = cv2.imread(str(folder / "tfls_segmentation_golden_rotation0.png"), 0) // 10
    found = segment(image, model="deeplab-257", refine=False)
    assert (found.labels == segment(image, model="deeplab-257").labels).all()
    # Rounding may turn a label only where the best two scores are equal to six digits.
    assert (found.labels != golden).sum() <= 2


def test_people_come_first_when_they_cover_a_third(photos: Path) -> None:
    image = load(photos / "deeplab_demo_image1.jpg")
    found = segment(image)
    assert found.classes[0].name == "bicycle"
    assert found.subject == ("person",)
    both = segment(image, "person, bicycle")
    assert both.subject == ("bicycle", "person")
    assert both.mask.sum() > found.mask.sum()
    everything = segment(image, "everything")
    assert (everything.mask >= both.mask).all()


def test_floats_and_bytes_agree(photos: Path) -> None:
    other = segment(load(photos / "cat.png") / np.float64(255))
    assert overlap(seen(photos / "cat.png").mask, other.mask) > 0.97


def test_size_hardly_matters(photos: Path) -> None:
    image = load(photos / "grace_hopper.png")
    large = cv2.resize(image, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    small = seen(photos / "grace_hopper.png").mask.astype(np.uint8)
    grown = cv2.resize(small, large.shape[1::-1], interpolation=cv2.INTER_NEAREST) > 0
    assert overlap(segment(large).mask, grown) > 0.97


def test_what_is_not_there_is_said(photos: Path) -> None:
    image = load(photos / "cat.png")
    with pytest.raises(NoSubjectError, match=r"No person.*found: cat \(4"):
        segment(image, "person")
    with pytest.raises(NoSubjectError, match=r"one color"):
        segment(np.full((80, 100, 3), 128, np.uint8))
    with pytest.raises(InputError, match=r"no 'unicorn'.*aeroplane"):
        segment(image, "unicorn")
    with pytest.raises(InputError, match="No subject"):
        segment(image, " , ")
    with pytest.raises(ModelError, match="no model named"):
        segment(image, model="absent")


def test_a_selection_picks_one_of_several(photos: Path) -> None:
    image = load(photos / "tfls_cats_and_dogs.jpg")
    left = np.zeros(image.shape[:2], bool)
    left[:, : image.shape[1] // 3] = True
    found = segment(image, hint=left)
    assert found.source == "network"
    assert (found.mask & left).sum() > 0.8 * found.mask.sum()
    assert 0.05 < found.mask.mean() < 0.12
    assert found.probability[:, -100:].max() == 0


def test_a_selection_of_what_no_network_knows(photos: Path) -> None:
    image = load(photos / "cat.png")
    image[20:80, 20:90] = (250, 20, 20)
    hint = np.zeros(image.shape[:2], bool)
    hint[12:88, 12:98] = True
    found = segment(image, hint=hint)
    assert found.source == "grabcut"
    assert "selection" in found.note
    expected = np.zeros_like(hint)
    expected[20:80, 20:90] = True
    assert overlap(found.mask, expected) > 0.95


@pytest.mark.usefixtures("no_network")
def test_without_a_network_colors_stand_in() -> None:
    image = np.full((200, 300, 3), (40, 90, 40), np.uint8)
    expected = np.zeros((200, 300), bool)
    expected[60:150, 100:210] = True
    image[expected] = (200, 60, 50)
    found = segment(image)
    assert found.source == "grabcut"
    assert "models fetch" in found.note
    assert isinstance(found.note, Message)  # GIMP says it in its own language
    assert found.classes == ()
    assert overlap(found.mask, expected) > 0.95
    np.testing.assert_array_equal(found.labels, found.mask)
    again = segment(image)
    np.testing.assert_array_equal(found.probability, again.probability)


@pytest.mark.usefixtures("no_network")
def test_a_useless_selection_is_said() -> None:
    image = np.full((60, 60, 3), 90, np.uint8)
    with pytest.raises(NoSubjectError, match="empty"):
        segment(image, hint=np.zeros((60, 60), bool))
    with pytest.raises(InputError, match="same size"):
        segment(image, hint=np.zeros((6, 6), bool))
    with pytest.raises(InputError, match="must be bool"):
        segment(image, hint=np.zeros((60, 60), np.uint8))


@pytest.mark.usefixtures("no_network")
def test_the_path_of_a_deeplab_that_takes_bytes(shared: Path) -> None:
    image = load(shared / "data" / "photos" / "astronaut.png")
    path = shared / "models" / "deeplabv3_mnv2_voc_513_rgb_f16w.onnx"
    found = segment(image, model=path, refine=False)
    assert found.subject == ("person",)
    assert 0.35 < found.mask.mean() < 0.5
