"""What the tests of the preview share."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from matte_core.link.client import Worker, worker_command


@contextmanager
def started(home: Path) -> Iterator[Worker]:
    """Start a worker that has the models of a home, beside the built-in one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MATTE_HOME", str(home))
        worker = Worker(worker_command(sys.executable), home / "worker.log").__enter__()
    with worker:
        yield worker


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """A worker on a machine that has downloaded nothing."""
    with started(tmp_path_factory.mktemp("home")) as worker:
        yield worker


@pytest.fixture(scope="module")
def class_worker(deeplab_home: Path) -> Iterator[Worker]:
    """A worker that has DeepLab too."""
    with started(deeplab_home) as worker:
        yield worker
