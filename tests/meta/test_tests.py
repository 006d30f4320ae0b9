"""The tests themselves: each asserts something, and what is counted as covered is what it says."""

import ast
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
ASSERTING = re.compile(r"(^|\.)(raises|warns|fail|assert\w*|\w*_assert\w*|try_out)$")


def name_of(node):
    """Return a dotted name such as ``pytest.raises``; its last part for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{name_of(node.value)}.{node.attr}"
    return ""


def asserts(function, helpers):
    """Tell whether a function asserts something, by itself or by a helper of the same file."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assert | ast.Raise):
            return True
        if isinstance(node, ast.Call):
            called = name_of(node.func)
            if ASSERTING.search(called):
                return True
            helper = helpers.pop(called, None)
            if helper is not None and asserts(helper, helpers):
                return True
    return False


def idle(path):
    tree = ast.parse(path.read_bytes())
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for function in functions:
        if function.name.startswith("test_"):
            helpers = {held.name: held for held in functions if held is not function}
            if not asserts(function, helpers):
                yield f"{path.relative_to(ROOT)}:{function.lineno} {function.name}"


def test_every_test_asserts_something():
    assert [found for path in TESTS for found in idle(path)] == []


def test_an_idle_test_would_be_found(tmp_path):
    path = ROOT / "tests" / "meta" / "test_none.py"
    source = ast.parse("def helper():\n    pass\n\ndef test_it():\n    helper()\n")
    (function,) = [node for node in source.body if getattr(node, "name", "") == "test_it"]
    assert not asserts(function, {"helper": source.body[0]})
    assert not path.exists()


def test_what_is_counted_as_covered():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["coverage"]
    assert settings["run"]["include"] == ["${MATTE_CHECKOUT-.}/matte_core/*"]
    assert settings["report"]["fail_under"] >= 95
