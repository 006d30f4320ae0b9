"""Sentences remember what they were made from, also on the other side of the pipe."""

import json

import pytest

from matte_core.base.errors import InputError, from_wire, to_wire
from matte_core.base.messages import Message, translated
from matte_core.base.messages import from_wire as words_from_wire

GERMAN = {
    "The {name} is {n:.1f} times too large.": "{name}: {n:.1f}-mal zu groß.",
    "mask of “{layer}”": "Maske von „{layer}“",
    "Make it smaller.": "Verkleinern Sie es.",
}


def german(template):
    return GERMAN.get(template, template)


def test_words_are_the_english_sentence():
    words = Message("The {name} is {n:.1f} times too large.", name="mask", n=2.34)
    assert words == "The mask is 2.3 times too large."
    assert Message("A {brace} without values.") == "A {brace} without values."


def test_words_are_said_in_another_language_inner_ones_too():
    name = Message("mask of “{layer}”", layer="Photo")
    words = Message("The {name} is {n:.1f} times too large.", name=name, n=2.34)
    assert translated(words, german) == "Maske von „Photo“: 2.3-mal zu groß."
    assert translated("Make it smaller.", german) == "Verkleinern Sie es."
    assert translated("Unknown.", german) == "Unknown."
    assert translated("", lambda _text: "a catalog's header") == ""


def test_an_error_crosses_the_pipe_with_its_templates():
    name = Message("mask of “{layer}”", layer="Photo {1}")
    message = Message("The {name} is {n:.1f} times too large.", name=name, n=2)
    described = json.loads(json.dumps(to_wire(InputError(message, Message("Make it smaller.")))))
    rebuilt = from_wire(described)
    assert str(rebuilt) == "The mask of “Photo {1}” is 2.0 times too large. Make it smaller."
    assert translated(rebuilt.message, german) == "Maske von „Photo {1}“: 2.0-mal zu groß."
    assert translated(rebuilt.hint, german) == "Verkleinern Sie es."


@pytest.mark.parametrize(
    "described",
    [
        {"template": "Has {no} value.", "values": {"other": 1}},
        {"template": "Is {text:.1f}.", "values": {"text": "no number"}},
        {"template": "Reads {x.y}.", "values": {"x": 1}},
        {"template": "Opens {", "values": {"x": 1}},
    ],
)
def test_values_that_do_not_fit_leave_the_template(described):
    assert words_from_wire(described) == described["template"]


@pytest.mark.parametrize("described", ["plain", 3, None, {}, {"template": 3, "values": {}}])
def test_what_is_no_description_becomes_text(described):
    assert words_from_wire(described) == str(described)
    assert not isinstance(words_from_wire(described), Message)
