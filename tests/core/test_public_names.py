"""The names that other programs import, and what importing them costs."""

import subprocess
import sys

import pytest

import matte_core

CONTRACT = {
    "segment",
    "Segmentation",
    "make_trimap",
    "estimate_alpha",
    "estimate_foreground",
    "composite",
    "cut_out",
    "CutOut",
    "__version__",
}

# The folders that import the standard library alone are those of tests/meta/test_layers.py.
LIGHT = ["matte_core", "matte_core.cli", "matte_core.worker.server"]


def test_the_contract_is_there():
    assert set(matte_core.__all__) == CONTRACT
    assert set(dir(matte_core)) == CONTRACT
    for name in CONTRACT:
        assert getattr(matte_core, name) is not None


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_thing"):
        _ = matte_core.no_such_thing


@pytest.mark.parametrize("module", LIGHT)
def test_it_imports_nothing_heavy(module):
    heavy = "{'numpy', 'scipy', 'cv2', 'sklearn', 'onnxruntime', 'google'}"
    code = f"import sys, {module}; print(*sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
