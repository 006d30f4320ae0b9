from dataclasses import dataclass

import pytest

from matte_core.segmentation import Instance
from matte_core.segmentation.things import things_of


@dataclass
class Found:
    instances: tuple
    subject: tuple


def thing(name, box, place=None):
    return Instance(name, name.rsplit(" ", 1)[0], 0.1, 0.9, box, (0.5, 0.5), place)


LEFT, RIGHT = thing("subject 1", (0, 0, 90, 40)), thing("subject 2", (0, 50, 90, 99))
PERSON, DOG = thing("person 1", (2, 1, 90, 41)), thing("dog 1", (50, 48, 90, 99))
CLICKED = thing("subject at 0.1 0.2", (0, 0, 5, 5), (0.1, 0.2))


@pytest.mark.parametrize(
    ("instances", "subject", "wanted"),
    [
        ((LEFT, RIGHT, PERSON, DOG), ("subject",), [("person 1", "subject 1"), ("subject 2",) * 2]),
        ((LEFT, RIGHT), ("subject",), [("subject 1",) * 2, ("subject 2",) * 2]),
        ((LEFT, RIGHT, PERSON, DOG), ("person", "dog"), [("person 1",) * 2, ("dog 1",) * 2]),
        ((LEFT, RIGHT, PERSON), ("subject 2",), [("subject 2",) * 2]),
        ((LEFT, CLICKED), ("subject at 0.1 0.2",), []),
        ((), ("subject",), []),
    ],
)
def test_a_subject_consists_of_things_named_by_what_they_are(instances, subject, wanted):
    things = things_of(Found(instances, subject))
    assert [(thing.name, thing.subject) for thing in things] == wanted
    assert all(thing.center in ((20, 45), (74.5, 45), (21, 46), (73.5, 70)) for thing in things)
