"""What the worker loads before the first request."""

import pytest

from matte_core.link.requests import CheckRequest, CutOutRequest
from matte_core.networks import loading
from matte_core.worker.preview import Preview
from matte_core.worker.server import load_methods, warm_up


@pytest.mark.parametrize("error", [FileNotFoundError, ImportError, MemoryError])
def test_without_the_built_in_model_the_other_actions_work(monkeypatch, error) -> None:
    tried = []

    def fail(path):
        tried.append(path.name)
        raise error("of the model")

    monkeypatch.setattr(loading, "load_network", fail)
    assert {CheckRequest, CutOutRequest} <= set(load_methods())
    assert tried == ["subject.onnx"]


def test_the_first_subject_is_found_without_an_error(monkeypatch) -> None:
    seen = []
    show = Preview.show

    def watched(*arguments):
        seen.append(show(*arguments))
        return seen[-1]

    monkeypatch.setattr(Preview, "show", watched)
    warm_up()
    opacity = seen[0][..., 3]
    assert opacity[32, 32] > 200 > 50 > opacity[2, 2]
