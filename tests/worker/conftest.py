"""What the tests of the preview share."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from matte_core.link.client import Worker, worker_command


@pytest.fixture(scope="module")
def worker(deeplab_home: Path) -> Iterator[Worker]:
    """A worker that has DeepLab."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MATTE_HOME", str(deeplab_home))
        started = Worker(worker_command(sys.executable), deeplab_home / "worker.log").__enter__()
    with started:
        yield started
