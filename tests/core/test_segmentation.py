"""`segment` on real photos, with the built-in model alone and with one that knows classes."""

from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from matte_core import cut_out
from matte_core.base.classes import VOC_CLASSES, voc_color
from matte_core.base.errors import InputError, ModelError, NoSubjectError
from matte_core.networks import fetch_model
from matte_core.segmentation import Segmentation, color_map, segment


@cache
def seen(path: Path, subject: str) -> Segmentation:
    """Return what is found in a photo; it takes a second or two."""
    return segment(load(path), subject)


def load(path: Path) -> np.ndarray:
    return cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    return (one & other).sum() / (one | other).sum()


@pytest.fixture(scope="session")
def networks(shared: Path, deeplab_home: Path) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MATTE_HOME", str(deeplab_home))
        fetch_model("deeplab-257", mirror=str(shared / "models"))
    return deeplab_home


@pytest.fixture
def photos(shared: Path, networks: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MATTE_HOME", str(networks))
    return shared / "data" / "photos"


@pytest.fixture
def nothing_downloaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATTE_HOME", str(tmp_path))


def test_colors_are_those_of_the_challenge() -> None:
    assert voc_color(0) == (0, 0, 0)
    assert voc_color(VOC_CLASSES.index("aeroplane")) == (128, 0, 0)
    assert voc_color(VOC_CLASSES.index("cat")) == (64, 0, 0)
    assert voc_color(VOC_CLASSES.index("person")) == (192, 128, 128)
    assert voc_color(255) == (224, 224, 192)
    assert color_map(np.array([[15, 8]], np.uint8)).tolist() == [[[192, 128, 128], [64, 0, 0]]]
    with pytest.raises(ValueError, match="256"):
        voc_color(256)


@pytest.mark.usefixtures("nothing_downloaded")
@pytest.mark.parametrize(
    ("name", "share"),
    [
        ("astronaut.png", (0.4, 0.62)),  # with her helmet
        ("grace_hopper.png", (0.5, 0.7)),
        ("cat.png", (0.3, 0.45)),
        ("deeplab_demo_image2.jpg", (0.15, 0.24)),  # a dog and a cat
        ("tfls_cats_and_dogs.jpg", (0.22, 0.36)),
    ],
)
def test_the_main_subject_is_found_with_nothing_downloaded(
    shared: Path, name: str, share: tuple[float, float]
) -> None:
    image = load(shared / "data" / "photos" / name)
    found = segment(image)
    assert found.subject == ("subject",)
    assert (found.source, found.note) == ("network", "")
    assert found.mask.shape == found.probability.shape == image.shape[:2]
    assert (found.mask.dtype, found.probability.dtype) == (bool, np.float32)
    assert share[0] < found.mask.mean() < share[1]
    assert found.classes[0].name == "subject"
    assert found.classes[0].share == pytest.approx(found.mask.mean(), abs=0.08)
    assert 0.75 < found.classes[0].confidence <= 1
    np.testing.assert_array_equal(found.labels, found.mask)


@pytest.mark.parametrize(
    ("name", "subject", "share"),
    [
        ("astronaut.png", "person", (0.35, 0.5)),
        ("three_people.jpg", "person", (0.55, 0.75)),
        ("deeplab_demo_image2.jpg", "dog", (0.12, 0.18)),
    ],
)
def test_a_class_is_found_by_name(
    photos: Path, name: str, subject: str, share: tuple[float, float]
) -> None:
    found = seen(photos / name, subject)
    assert found.subject == (subject,)
    assert share[0] < found.mask.mean() < share[1]
    assert found.classes[0].name == "subject"
    assert subject in [one.name for one in found.classes]


@pytest.mark.usefixtures("nothing_downloaded")
def test_a_class_that_no_model_knows_says_what_to_install(shared: Path) -> None:
    image = load(shared / "data" / "photos" / "cat.png")
    with pytest.raises(ModelError, match=r"“person” needs a model.*models fetch deeplab-513"):
        segment(image, "person")
    with pytest.raises(InputError, match=r"'unicorn'.*subject"):
        segment(image, "unicorn")


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
    found = segment(image, model="deeplab-513")
    assert found.classes[0].name == "bicycle"
    assert found.subject == ("person",)
    both = segment(image, "person, bicycle")
    assert both.subject == ("bicycle", "person")
    assert both.mask.sum() > found.mask.sum()
    everything = segment(image, "everything")
    assert (everything.mask >= both.mask).mean() > 0.99


def test_floats_and_bytes_agree(photos: Path) -> None:
    other = segment(load(photos / "cat.png") / np.float64(255))
    assert overlap(seen(photos / "cat.png", "auto").mask, other.mask) > 0.97


def test_size_hardly_matters(photos: Path) -> None:
    image = load(photos / "grace_hopper.png")
    large = cv2.resize(image, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    small = seen(photos / "grace_hopper.png", "auto").mask.astype(np.uint8)
    grown = cv2.resize(small, large.shape[1::-1], interpolation=cv2.INTER_NEAREST) > 0
    assert overlap(segment(large).mask, grown) > 0.97


@pytest.mark.parametrize("color", [(128, 128, 128), (255, 255, 255), (255, 0, 0), (20, 60, 200)])
def test_a_picture_of_one_color_is_said_to_be_one(color: tuple[int, int, int]) -> None:
    flat = np.full((80, 100, 3), color, np.uint8)
    grain = np.random.default_rng(0).integers(0, 2, (80, 100, 1), np.uint8)
    for image in (flat, np.minimum(flat, 253) + grain, np.float32(flat / 255)):
        with pytest.raises(NoSubjectError, match="all one color"):
            cut_out(image)


def test_what_is_not_there_is_said(photos: Path) -> None:
    image = load(photos / "cat.png")
    with pytest.raises(NoSubjectError, match=r"No person.*found: subject \(.*cat \(4"):
        segment(image, "person")
    with pytest.raises(InputError, match=r"'unicorn'.*aeroplane"):
        segment(image, "unicorn")
    with pytest.raises(InputError, match="No subject"):
        segment(image, " , ")
    with pytest.raises(ModelError, match=r"no model named"):
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


@pytest.mark.usefixtures("nothing_downloaded")
def test_a_place_that_nothing_was_found_at_is_looked_at(shared: Path) -> None:
    image = load(shared / "data" / "photos" / "deeplab_demo_image2.jpg")
    image = np.concatenate([image, np.full((40, image.shape[1], 3), 90, np.uint8)])
    both = segment(image)
    assert [one.name for one in both.instances] == ["subject 1", "subject 2"]
    dog = segment(image, "subject at 0.2 0.4")
    assert dog.subject == ("subject 1",)
    assert dog.mask[:, image.shape[1] // 2 :].mean() < 0.02
    assert overlap(dog.mask | segment(image, "subject right").mask, both.mask) > 0.9


@pytest.mark.usefixtures("nothing_downloaded")
def test_a_useless_selection_is_said() -> None:
    image = np.full((60, 60, 3), 90, np.uint8)
    with pytest.raises(NoSubjectError, match="empty"):
        segment(image, hint=np.zeros((60, 60), bool))
    with pytest.raises(InputError, match="same size"):
        segment(image, hint=np.zeros((6, 6), bool))
    with pytest.raises(InputError, match="must be bool"):
        segment(image, hint=np.zeros((60, 60), np.uint8))


@pytest.mark.usefixtures("nothing_downloaded")
def test_the_path_of_a_deeplab_that_takes_bytes(shared: Path) -> None:
    image = load(shared / "data" / "photos" / "astronaut.png")
    path = shared / "models" / "deeplabv3_mnv2_voc_513_rgb_f16w.onnx"
    found = segment(image, model=path, refine=False)
    assert found.subject == ("person",)
    assert 0.35 < found.mask.mean() < 0.5
