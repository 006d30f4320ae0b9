"""Errors keep their class and words on the way from one process to the other."""

import inspect
import json

import pytest

from matte_core.base import errors

KINDS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, errors.MatteError)
]


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_crosses_the_pipe(kind):
    described = json.loads(json.dumps(errors.to_wire(kind("It broke.", "Mend it."))))
    rebuilt = errors.from_wire(described)
    assert type(rebuilt) is kind
    assert str(rebuilt) == "It broke. Mend it."


@pytest.mark.parametrize("described", [{}, {"kind": "SystemExit", "message": "x"}, {"kind": 3}])
def test_an_unknown_kind_becomes_a_worker_error(described):
    assert type(errors.from_wire(described)) is errors.WorkerError


def test_the_docstring_draws_the_whole_tree():
    for kind in KINDS:
        assert kind.__name__ in errors.__doc__
