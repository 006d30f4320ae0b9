"""The examples in docstrings give what they say."""

import doctest
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

import matte_core

ROOT = Path(__file__).resolve().parents[2]
MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in sorted((ROOT / "matte_core").rglob("*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name):
    tested = doctest.testmod(import_module(name), extraglobs={"np": np}, report=True)
    assert tested.attempted > 0
    assert tested.failed == 0


@pytest.mark.parametrize(
    "name", ["composite", "estimate_alpha", "estimate_foreground", "make_trimap"]
)
def test_what_needs_no_model_has_an_example(name):
    assert ">>> " in getattr(matte_core, name).__doc__
