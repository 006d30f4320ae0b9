"""What was found: listed, ticked, clicked on; asked of a real worker with a real network."""

import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "plug-ins" / "matte"))

from matte_core import matting
from matte_core.base.messages import Message
from matte_core.base.progress import silent
from matte_core.base.subjects import label_of
from matte_core.files import read_picture
from matte_core.link import parts
from matte_core.link.fields import SubjectChoice, ViewSettings
from matte_core.link.parts import FoundPart
from matte_core.link.preview_requests import PreviewOpenRequest, PreviewRequest
from matte_core.link.protocol import Array
from matte_core.segmentation import segment, segmenting
from matte_core.segmentation.survey import survey
from matte_core.segmentation.views import Views
from matte_core.worker.arrays import to_numpy
from matte_core.worker.preview_methods import PreviewMethods


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


def show(worker, path):
    open_image(worker, read_picture(path).image)
    return worker


def open_image(worker, image):
    array = Array("uint8", image.shape, image.tobytes())
    worker.call(PreviewOpenRequest(image=array))


@pytest.fixture(scope="module")
def opened(class_worker, shared):
    """The worker, with the photo of a boy on a bicycle; those that show another come later."""
    return show(class_worker, shared / "data" / "photos" / "deeplab_demo_image1.jpg")


def seen(worker, subject="auto", view="matte"):
    settings = ViewSettings(choice=SubjectChoice(subject), view=view)
    return worker.call(PreviewRequest(settings))


def test_what_is_found_is_listed_and_mapped(opened):
    result = seen(opened, view="original")
    found = result.parts
    classes = by_class(found)
    assert [held.name for held in classes] == ["subject", "bicycle", "person"]
    assert [held.color for held in classes] == [(224, 224, 192), (0, 128, 0), (192, 128, 128)]
    assert all(0.05 < held.share < 0.4 for held in classes)
    assert chosen(classes) == ["subject"]
    assert [label_of(held.name) for held in classes] == ["Main subject", "Bicycle", "Person"]
    # His chest, his front wheel, the meadow: as fractions of width and height.
    spots = [(0.75, 0.35), (0.48, 0.95), (0.1, 0.2)]
    numbers = [parts.at(result.map, *spot) for spot in spots]
    names = [None if number is None else found[number].class_name for number in numbers]
    assert names == ["subject", "subject", None], "the main subject lies on top"


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
    assert {held.class_name for held in result.parts} == {"subject", "bicycle", "person"}
    assert not any(held.is_chosen for held in result.parts)
    assert result.picture.shape[2] == 3


def test_people_are_told_apart(class_worker, shared):
    show(class_worker, shared / "data" / "photos" / "three_people.jpg")
    result = seen(class_worker, "person", view="original")
    found = result.parts
    people = [held for held in found if held.class_name == "person"]
    assert [held.name for held in people[:3]] == ["person", "person 1", "person 2"]
    assert [held.is_one_of_several for held in people[:3]] == [False, True, True]
    assert all(held.is_chosen for held in people)
    numbers = {*memoryview(result.map.data).cast("B")} - {0}
    assert all(found[number - 1].is_one_of_several for number in numbers), "a click means one"
    assert chosen(seen(class_worker, "person left", view="original").parts) == ["person 1"]


def test_what_is_chosen_is_what_the_photo_in_full_gives(class_worker, shared, monkeypatch):
    path = shared / "data" / "photos" / "tfls_cats_and_dogs.jpg"
    whole = read_picture(path).image
    height, width = (
        round(side * (400_000 / whole[..., 0].size) ** 0.5) for side in whole.shape[:2]
    )
    small = cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA)
    open_image(class_worker, small)
    result = seen(class_worker, "dog", view="original")
    across, along = 0.69, 0.37  # the poodle's face
    dogs = [held for held in result.parts if held.subject.startswith("dog at ")]
    clicked = min(dogs, key=lambda held: abs(float(held.subject.split()[2]) - across))
    monkeypatch.setenv("MATTE_HOME", str(class_worker._log.parent))
    found = segment(whole, clicked.subject)
    (name,) = found.subject
    assert name != clicked.name, "or this picture shows nothing: choose one counted differently"
    (box,) = (one.box_px for one in found.instances if one.name == name)
    assert box[0] < along * whole.shape[0] < box[2]
    assert box[1] < across * whole.shape[1] < box[3]


@pytest.fixture
def half_seen(shared, tmp_path, monkeypatch):
    """A preview of two cats of which the first look over the picture misses the one on the right.

    Returns a function that shows what a subject is, and counts how often alpha is estimated.
    """
    monkeypatch.setenv("MATTE_HOME", str(tmp_path))
    cat = read_picture(shared / "data" / "photos" / "cat.png").image
    wall = np.full((cat.shape[0], cat.shape[1] // 4, 3), 120, np.uint8)
    both = np.concatenate([cat, wall, cat[:, ::-1], wall], axis=1)
    blind = both.copy()
    blind[:, cat.shape[1] :] = 120
    monkeypatch.setattr(
        segmenting,
        "survey",
        lambda network, views, *more, **options: survey(network, Views.of(blind), *more, **options),
    )
    matted = []
    plain = matting.estimate_alpha
    monkeypatch.setattr(
        matting,
        "estimate_alpha",
        lambda *more, **options: (matted.append(1), plain(*more, **options))[1],
    )
    methods = PreviewMethods()
    methods.open(PreviewOpenRequest(image=Array("uint8", both.shape, both.tobytes())), silent)

    def show(subject):
        settings = ViewSettings(choice=SubjectChoice(subject), view="matte")
        return methods.show(PreviewRequest(settings), silent), len(matted)

    return show


def test_a_click_looks_closer_where_nothing_was_found(half_seen):
    first, _ = half_seen("auto")
    assert [held.name for held in first.parts] == ["subject"]
    spot = (0.7, 0.5)
    assert parts.at(first.map, *spot) is None
    place = parts.place(*spot)
    assert place == "subject at 0.700 0.500"
    both, _ = half_seen(f"{parts.argument(first.parts)}, {place}")
    assert [held.name for held in both.parts] == ["subject", place]
    assert chosen(both.parts) == ["subject", place]
    assert both.parts[1].is_clicked
    assert label_of(place, 1) == "Clicked object 1"
    assert parts.argument(both.parts) == f"subject, {place}"
    assert parts.at(both.map, *spot) == 1
    alphas = [to_numpy(result.picture)[..., 0] for result in (first, both)]
    half = alphas[0].shape[1] // 2
    assert (alphas[1][:, half:] > 200).mean() > 0.2 > (alphas[0][:, half:] > 200).mean()
    # It stays in the list, and on the map, when it is deselected.
    assert parts.argument(parts.toggled(both.parts, place)) == "subject"
    again, _ = half_seen("subject")
    assert [held.name for held in again.parts] == ["subject", place]
    assert chosen(again.parts) == ["subject"]
    assert parts.at(again.map, *spot) == 1
    alone, _ = half_seen(place)
    assert chosen(alone.parts) == [place]


def test_a_click_that_finds_nothing_costs_no_matting(half_seen):
    first, before = half_seen("auto")
    result, after = half_seen("subject, subject at 0.980 0.050")
    assert chosen(result.parts) == ["subject"]
    assert result.note == "Nothing was found at 0.980 0.050."
    assert before == after == 1
    np.testing.assert_array_equal(to_numpy(first.picture), to_numpy(result.picture))
    alone, _ = half_seen("subject at 0.980 0.050")
    assert "Nothing was found" in alone.note
    assert not chosen(alone.parts)


@pytest.mark.parametrize("subject", ["auto", "subject"])
def test_what_no_model_knows_is_listed_as_the_main_subject(tmp_path, monkeypatch, subject):
    monkeypatch.setenv("MATTE_HOME", str(tmp_path))
    sprite = np.full((90, 120, 3), (255, 0, 255), np.uint8)
    sprite[30:60, 40:80] = (20, 160, 40)

    def blind(*more, **options):
        seen_here = survey(*more, **options)
        things = replace(
            seen_here.things, instances=(), labels=np.zeros_like(seen_here.things.labels)
        )
        return replace(seen_here, present=(), things=things)

    monkeypatch.setattr(segmenting, "survey", blind)
    methods = PreviewMethods()
    methods.open(PreviewOpenRequest(image=Array("uint8", sprite.shape, sprite.tobytes())), silent)
    settings = ViewSettings(choice=SubjectChoice(subject), view="matte")
    result = methods.show(PreviewRequest(settings), silent)
    assert [(held.name, held.is_chosen) for held in result.parts] == [("subject", True)]
    assert result.parts[0].share == pytest.approx(1 / 9, abs=0.02)
    assert parts.at(result.map, 0.5, 0.5) == 0
    assert parts.at(result.map, 0.1, 0.1) is None
    assert to_numpy(result.picture)[45, 60, 0] > 250
