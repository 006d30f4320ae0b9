"""What was found: listed, ticked, clicked on; asked of a real worker with a real network."""

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "plug-ins" / "matte"))

from matte_core.base.messages import Message
from matte_core.files import read_picture
from matte_core.link import parts
from matte_core.link.client import Worker, worker_command
from matte_core.link.fields import SubjectChoice, ViewSettings
from matte_core.link.parts import FoundPart
from matte_core.link.preview_requests import PreviewOpenRequest, PreviewRequest
from matte_core.link.protocol import Array
from matte_core.networks.store import fetch_model
from matte_core.segmentation import segment
from matte_core.worker.arrays import to_numpy


def part(name, is_chosen=False):
    kind, _, number = name.rpartition(" ")
    is_single = bool(number) and bool(kind)
    return FoundPart(name, f"<{name}>", kind or name, 0.1, (1, 2, 3), is_chosen, is_single)


def chosen(found):
    return [held.name for held in found if held.is_chosen]


def by_class(found):
    return [held for held in found if not held.is_one_of_several]


def test_ticking_changes_the_argument():
    found = [part("person", True), part("dog"), part("sofa")]
    assert parts.argument(found) == "<person>"
    both = parts.toggled(found, "dog")
    assert parts.argument(both) == "<person>, <dog>"
    assert parts.argument(parts.toggled(both, "person")) == "<dog>"
    assert parts.argument(parts.toggled(found, "person")) == ""


def test_a_class_and_its_things_go_together():
    found = [part("person", True), part("person 1", True), part("person 2", True), part("dog")]
    assert parts.argument(found) == "<person>"
    second = parts.toggled(found, "person 1")
    assert chosen(second) == ["person 2"]
    assert parts.argument(parts.toggled(second, "dog")) == "<person 2>, <dog>"
    assert chosen(parts.toggled(second, "person 1")) == ["person", "person 1", "person 2"]
    assert chosen(parts.toggled(second, "person")) == ["person", "person 1", "person 2"]
    assert chosen(parts.toggled(found, "person")) == []


def test_a_click_finds_what_lies_there():
    found_map = Array("uint8", (2, 3), bytes([0, 0, 1, 2, 0, 0]))
    assert parts.at(found_map, 0.9, 0.1) == 0
    assert parts.at(found_map, 0.0, 0.99) == 1
    assert parts.at(found_map, 0.5, 0.5) is None
    assert parts.at(found_map, 1.0, 1.0) is None


@pytest.fixture(scope="module")
def worker(shared, tmp_path_factory):
    """A worker that has got a network."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MATTE_HOME", str(folder))
        fetch_model("deeplab-513", mirror=str(shared / "models" / "intel_ir"))
        started = Worker(worker_command(sys.executable), folder / "worker.log").__enter__()
    with started:
        yield started


def show(worker, path):
    open_image(worker, read_picture(path).image)
    return worker


def open_image(worker, image):
    array = Array("uint8", image.shape, image.tobytes())
    worker.call(PreviewOpenRequest(image=array))


@pytest.fixture(scope="module")
def opened(worker, shared):
    """The worker, with the photo of a boy on a bicycle; those that show another come later."""
    return show(worker, shared / "data" / "photos" / "deeplab_demo_image1.jpg")


def seen(worker, subject="auto", view="matte"):
    settings = ViewSettings(choice=SubjectChoice(subject), view=view)
    return worker.call(PreviewRequest(settings))


def test_what_is_found_is_listed_and_mapped(opened):
    result = seen(opened)
    found = result.parts
    classes = by_class(found)
    assert [held.name for held in classes] == ["bicycle", "person"]
    assert [held.color for held in classes] == [(0, 128, 0), (192, 128, 128)]
    assert all(0.05 < held.share < 0.3 for held in classes)
    assert chosen(classes) == ["person"]
    # His chest, his front wheel, the meadow: as fractions of width and height.
    spots = [(0.75, 0.35), (0.48, 0.95), (0.1, 0.2)]
    numbers = [parts.at(result.map, *spot) for spot in spots]
    names = [None if number is None else found[number].class_name for number in numbers]
    assert names == ["person", "bicycle", None]


def test_several_parts_become_one(opened):
    alphas = {}
    for subject in ("person", "bicycle", "person, bicycle"):
        result = seen(opened, subject)
        alphas[subject] = to_numpy(result.picture)[..., 0]
        assert sorted(chosen(by_class(result.parts))) == sorted(subject.split(", "))
    either = np.maximum(alphas["person"], alphas["bicycle"])
    both = alphas["person, bicycle"]
    largest = max((alphas[name] > 200).sum() for name in ("person", "bicycle"))
    assert (both > 200).sum() > 1.2 * largest
    assert ((both > 200) & (either < 50)).mean() < 0.02


def test_a_subject_that_is_not_there_leaves_the_list_to_choose_from(opened):
    result = seen(opened, "cat")
    assert "cat" in result.note
    assert isinstance(result.note, Message), "GIMP shows it in its own language"
    assert {held.class_name for held in result.parts} == {"bicycle", "person"}
    assert not any(held.is_chosen for held in result.parts)
    assert result.picture.shape[2] == 3


def test_people_are_told_apart(worker, shared):
    show(worker, shared / "data" / "photos" / "three_people.jpg")
    result = seen(worker)
    found = result.parts
    people = [held for held in found if held.class_name == "person"]
    assert [held.name for held in people[:3]] == ["person", "person 1", "person 2"]
    assert [held.is_one_of_several for held in people[:3]] == [False, True, True]
    assert all(held.is_chosen for held in people)
    numbers = {*memoryview(result.map.data).cast("B")} - {0}
    assert all(found[number - 1].is_one_of_several for number in numbers), "a click means one"
    assert chosen(seen(worker, "person left").parts) == ["person 1"]


def test_what_is_chosen_is_what_the_photo_in_full_gives(worker, shared, monkeypatch):
    path = shared / "data" / "photos" / "tfls_cats_and_dogs.jpg"
    whole = read_picture(path).image
    height, width = (
        round(side * (400_000 / whole[..., 0].size) ** 0.5) for side in whole.shape[:2]
    )
    small = cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA)
    open_image(worker, small)
    result = seen(worker, "dog", view="original")
    across, along = 0.69, 0.37  # the poodle's face
    clicked = result.parts[parts.at(result.map, across, along)]
    assert clicked.class_name == "dog"
    assert clicked.is_one_of_several
    monkeypatch.setenv("MATTE_HOME", str(worker._log.parent))
    found = segment(whole, clicked.subject)
    (name,) = found.subject
    assert name != clicked.name, "or this picture shows nothing: choose one counted differently"
    (box,) = (one.box_px for one in found.instances if one.name == name)
    assert box[0] < along * whole.shape[0] < box[2]
    assert box[1] < across * whole.shape[1] < box[3]
