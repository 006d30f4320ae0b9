"""Telling things of one kind apart, and asking for one of them."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from matte_core.base.errors import InputError, NoSubjectError
from matte_core.boxes import Box
from matte_core.catalog.spec import ModelSpec
from matte_core.catalog.subject_words import Wanted, parse_subject
from matte_core.segmentation import Segmentation, segment
from matte_core.segmentation.instances import InstanceMap, PresentClass, find_instances, part
from matte_core.segmentation.subject import choose
from matte_core.segmentation.survey import Survey

CLASSES = ("background", "cat", "dog", "person", "tv set")


def certainty(*discs: tuple[int, int, int]) -> np.ndarray:
    """Draw discs (row, column, radius) of certainty 0.98 on nothing."""
    plane = np.full((120, 120), 0.02, np.float32)
    for row, column, radius in discs:
        cv2.circle(plane, (column, row), radius, 0.98, -1)
    return plane


def instances_of(*planes: np.ndarray) -> InstanceMap:
    height, width = planes[0].shape
    present = [
        PresentClass(name, index, float((plane > 0.5).mean()), 0.98)
        for index, (name, plane) in enumerate(zip(CLASSES[1:], planes, strict=False), start=1)
    ]
    return find_instances(Box(0, 0, height, width), present, planes, planes, (height, width))


def test_what_does_not_touch_is_numbered_from_the_left() -> None:
    found = instances_of(certainty((80, 90, 12), (30, 20, 20)))
    assert [one.name for one in found.instances] == ["cat 1", "cat 2"]
    first, second = found.instances
    assert first.class_name == "cat"
    assert first.box_px == (10, 0, 51, 41)
    assert second.box_px == (68, 78, 93, 103)
    assert first.share == pytest.approx(np.pi * 20**2 / 120**2, rel=0.05)
    assert first.confidence == pytest.approx(0.98)
    assert found.labels[30, 20] == 1
    assert found.labels[80, 90] == 2
    assert found.labels[110, 10] == 0


def test_a_head_belongs_to_what_it_sits_on() -> None:
    body, head = (100, 60, 40), (46, 60, 18)
    assert cv2.connectedComponents((certainty(body, head) > 0.5).astype(np.uint8))[0] == 2
    assert len(np.unique(part(certainty(body, head)))) == 3  # nothing, and both
    assert [one.name for one in instances_of(certainty(body, head)).instances] == ["cat 1"]
    at_the_side = instances_of(certainty((60, 76, 40), (60, 20, 18)))
    assert len(at_the_side.instances) == 2
    beneath = instances_of(certainty((40, 60, 36), (90, 60, 18)))
    assert len(beneath.instances) == 2
    as_large = instances_of(certainty((90, 60, 28), (36, 60, 28)))
    assert len(as_large.instances) == 2


def test_what_touches_is_parted_at_its_neck() -> None:
    plane = certainty((60, 38, 24), (60, 82, 24))
    assert cv2.connectedComponents((plane > 0.5).astype(np.uint8))[0] == 2
    found = instances_of(plane)
    assert [one.name for one in found.instances] == ["cat 1", "cat 2"]
    assert found.labels[60, 40] == 1
    assert found.labels[60, 80] == 2
    border = np.flatnonzero(np.diff(found.labels[60].astype(int)) == 1)
    assert 55 <= border[-1] <= 65


def test_what_has_no_neck_is_one() -> None:
    plane = np.full((120, 120), 0.02, np.float32)
    plane[20:100, 20:60] = plane[60:100, 20:100] = 0.98
    assert len(instances_of(plane).instances) == 1
    assert part(np.zeros((9, 9), np.float32)).max() == 0


def test_less_certainty_between_two_parts_them() -> None:
    plane = np.full((100, 160), 0.02, np.float32)
    plane[30:70, 20:140] = 0.98
    assert len(instances_of(plane).instances) == 1
    plane[30:70, 75:85] = 0.6
    assert len(instances_of(plane).instances) == 2


def test_specks_are_no_things() -> None:
    found = instances_of(certainty((60, 60, 30), (8, 8, 3)))
    assert [one.name for one in found.instances] == ["cat 1"]
    assert found.labels[8, 8] == 0
    weights = found.belonging((), ("cat 1",))
    assert weights is not None
    assert weights.at((120, 120), (120, 120))[8, 8] == 0
    assert weights.at((120, 120), (120, 120))[60, 60] == 1


def test_classes_are_numbered_each_by_itself() -> None:
    found = instances_of(certainty((30, 90, 20)), certainty((80, 20, 15), (90, 80, 15)))
    assert [one.name for one in found.instances] == ["cat 1", "dog 1", "dog 2"]
    weights = found.belonging(("cat",), ("dog 2",))
    assert weights is not None
    there = weights.at((240, 240), (240, 240))
    assert there[60, 180] == there[180, 160] == 1
    assert there[160, 40] == 0
    assert found.belonging(("cat", "dog"), ()) is None


def test_asking_for_single_things() -> None:
    def read(subject: str) -> list[tuple[str, str]]:
        return [(held.class_name, held.which) for held in parse_subject(subject, CLASSES)]

    assert read("Person 2") == [("person", "2")]
    assert read("tv set  left,dog") == [("tv set", "left"), ("dog", "")]
    assert parse_subject(["dog", "cat 2"], CLASSES) == parse_subject("dog, cat 2", CLASSES)
    assert read("cat 01, cat largest") == [("cat", "1"), ("cat", "largest")]
    wrongs = ("person 0", "person two", "person left 2", "left", "auto left", "person -1")
    wrongs += ("person at", "person at 0.3", "person at 1.2 0.5", "auto at 0.3 0.5", "at 0.3 0.5")
    for wrong in wrongs:
        with pytest.raises(InputError, match=f"'{wrong}'"):
            parse_subject(wrong, CLASSES)


def test_asking_for_what_is_at_a_place() -> None:
    found = parse_subject("TV set at .25  1, dog at 0 0.5", CLASSES)
    assert [(held.class_name, held.place) for held in found] == [
        ("tv set", (0.25, 1.0)),
        ("dog", (0.0, 0.5)),
    ]
    assert all(held.is_single for held in found)


def nowhere(across: float, along: float) -> Survey:
    raise AssertionError("no place is to be looked at")


def test_choosing_single_things() -> None:
    found = instances_of(
        certainty((20, 15, 9), (60, 60, 20), (30, 100, 12)), certainty((95, 20, 9))
    )
    present = [PresentClass("cat", 1, 0.1, 0.9), PresentClass("dog", 2, 0.02, 0.9)]

    def survey(things: InstanceMap) -> Survey:
        network = SimpleNamespace(spec=ModelSpec("tiny", classes=CLASSES))
        return Survey(network, None, tuple(present), things)

    def chosen(*wanted: Wanted) -> tuple[str, ...]:
        (choice,) = choose(wanted, [survey(found)], nowhere)
        return choice.names

    assert chosen(Wanted("cat", "left")) == ("cat 1",)
    assert chosen(Wanted("cat", "middle")) == ("cat 2",)
    assert chosen(Wanted("cat", "largest")) == ("cat 2",)
    assert chosen(Wanted("cat", "right"), Wanted("dog")) == ("cat 3", "dog")
    assert chosen(Wanted("cat", "right"), Wanted("cat")) == ("cat",)
    assert chosen(Wanted("dog", "middle")) == ("dog 1",)
    across, along = 100 / 120, 30 / 120
    assert chosen(Wanted("cat", place=(across, along))) == ("cat 3",)
    assert chosen(Wanted("cat", place=(along, across))) == ("cat 2",), "the nearest one"
    assert chosen(Wanted("dog", place=(across, along))) == ("dog 1",), "of its class alone"
    assert chosen(Wanted("cat", place=(0, 0)), Wanted("cat", "left")) == ("cat 1",)
    with pytest.raises(NoSubjectError, match=r"no cat 4.*right: cat 1 \(.*cat 3"):
        chosen(Wanted("cat", "4"))
    with pytest.raises(NoSubjectError, match=r"no dog 2.*right: dog 1 \("):
        chosen(Wanted("dog", "2"))
    too_many = replace(found, instances=found.instances[:3])
    with pytest.raises(NoSubjectError, match="No dog is large enough"):
        choose([Wanted("dog", "left")], [survey(too_many)], nowhere)


@pytest.fixture
def two_people(shared: Path, deeplab_home: Path, monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    """A photo of one woman, and beside her, mirrored, herself again."""
    monkeypatch.setenv("MATTE_HOME", str(deeplab_home))
    image = cv2.imread(str(shared / "data" / "photos" / "astronaut.png"))[:, :, ::-1]
    return np.concatenate([image, image[:, ::-1]], axis=1)


def name_at(found: Segmentation, across: float, along: float) -> str:
    """Return the person at a place; the main subject, which lies on top, is left out."""
    people = [one for one in found.instances if one.class_name == "person"]
    row, column = along * 512, across * 1024
    return next(
        one.name
        for one in people
        if one.box_px[0] <= row < one.box_px[2] and one.box_px[1] <= column < one.box_px[3]
    )


def test_one_of_two_people(two_people: np.ndarray) -> None:
    half = two_people.shape[1] // 2
    both = segment(two_people, "person")
    assert [one.name for one in both.instances if one.class_name == "person"] == [
        "person 1",
        "person 2",
    ]
    left = segment(two_people, "person left")
    right = segment(two_people, ["person 2"])
    assert left.subject == ("person 1",)
    assert right.subject == ("person 2",)
    assert left.mask[:, half:].mean() < 0.02
    assert right.mask[:, :half].mean() < 0.02
    together = left.mask | right.mask
    assert (together & both.mask).sum() > 0.95 * (together | both.mask).sum()
    assert name_at(both, 0.25, 0.7) == "person 1"
    assert name_at(both, 0.75, 0.7) == "person 2"
    with pytest.raises(NoSubjectError, match=r"no person 3.*person 1 \(.*person 2 \("):
        segment(two_people, "person 3")


def test_a_selection_sees_its_own_things(two_people: np.ndarray) -> None:
    hint = np.zeros(two_people.shape[:2], bool)
    hint[:, two_people.shape[1] // 2 :] = True
    found = segment(two_people, "person right", hint=hint)
    assert found.source == "network"
    assert found.mask[:, : two_people.shape[1] // 2].mean() < 0.05
    (one,) = [one for one in found.instances if one.class_name == "person"]
    assert one.box_px[3] == two_people.shape[1]


@pytest.mark.parametrize("name", ["three_people.jpg", "deeplab_demo_image1.jpg", "cat.png"])
def test_names_are_the_same_in_a_reduced_picture(
    shared: Path, deeplab_home: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("MATTE_HOME", str(deeplab_home))
    image = cv2.imread(str(shared / "data" / "photos" / name))[:, :, ::-1]
    places = []
    for long_side in (700, 2800):
        size = (np.array(image.shape[1::-1]) * (long_side / max(image.shape))).round().astype(int)
        sized = cv2.resize(image, size.tolist(), interpolation=cv2.INTER_AREA)
        found = segment(sized, "everything", "deeplab-513")
        places.append({one.name: np.array(one.box_px) / long_side for one in found.instances})
    small, large = places
    assert small.keys() == large.keys()
    for key, box in large.items():
        np.testing.assert_allclose(box, small[key], atol=0.03)
