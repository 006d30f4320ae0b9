"""Time and memory of the steps of a segmentation, in a process that starts with nothing loaded."""

from functools import partial
from typing import Any

from measured import note_step


def work(request: dict[str, Any]) -> list[tuple[str, float, float]]:
    """Segment one photo enlarged to 12 megapixels, twice; runs in the child.

    Returns the name, seconds, and peak resident MB of each step.
    """
    steps: list[tuple[str, float, float]] = []
    step = partial(note_step, steps)
    step("loading the library", _load)
    import cv2

    from matte_core import segment
    from matte_core.catalog.registry import resolve
    from matte_core.networks.loading import load_network

    step("starting the model's session", lambda: load_network(resolve(request["model"])))
    image = cv2.resize(cv2.imread(request["photo"])[:, :, ::-1], (4000, 3000))
    step("segment, first call", lambda: segment(image, model=request["model"]))
    step("segment, warm", lambda: segment(image, model=request["model"]))
    return steps


def _load() -> None:
    import matte_core.segmentation.segmenting  # noqa: F401
