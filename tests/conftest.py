"""What tests share: how they start, and where the real photos and models are, if anywhere.

`shared/` beside the checkout (or the folder that `MATTE_SHARED` names) holds photos with
known answers and real networks. They may not be redistributed, so a newcomer has none; the
tests that need them then skip, saying so.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# A slow machine is no finding.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

ROOT = Path(__file__).resolve().parents[1]


def start_alike() -> None:
    """Forget how the tests were started: by a terminal, a script in the background, a CI.

    Neither here nor in the processes that the tests start may it decide what comes out.
    """
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    for name in ("APPDIR", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR"):
        os.environ.pop(name, None)
    for number in signal.valid_signals() - {signal.SIGPIPE, signal.SIGXFSZ}:
        if signal.getsignal(number) is signal.SIG_IGN:
            # Of no effect here either. But what is handled is back at its default in a child, which
            # would go on ignoring what is ignored.
            signal.signal(number, lambda *_: None)


start_alike()


def shared_folder() -> Path:
    return Path(os.environ.get("MATTE_SHARED") or ROOT.parent / "shared")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real photos and networks; the test is skipped where there is none."""
    folder = shared_folder()
    if not (folder / "data").is_dir():
        pytest.skip(f"needs the test photos and networks, and {folder} is not there")
    return folder


@pytest.fixture(scope="session")
def deeplab_home(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for `MATTE_HOME` in which DeepLab is installed."""
    from matte_core.networks import fetch_model

    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MATTE_HOME", str(folder))
        fetch_model("deeplab-513", mirror=str(shared / "models" / "intel_ir"))
    return folder


@pytest.fixture
def serve() -> Iterator[Callable[[type[BaseHTTPRequestHandler]], str]]:
    """Serve on this machine by a handler; returns the address."""
    with ExitStack() as running:

        def start(handler: type[BaseHTTPRequestHandler]) -> str:
            server = running.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), handler))
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            running.callback(thread.join)
            running.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_address[1]}"

        yield start


NAMESPACE = ["unshare", "--mount", "--map-root-user"]
# Runs in a mount namespace of its own, so that nothing stays mounted: $1 becomes a disk of its
# own with the contents of $2, and what is on it after the command ends up in $3.
ON_A_DISK = """
mount -t tmpfs -o "$4" tmpfs "$1" && cp -a "$2/." "$1" || exit 99
disk=$1 left=$3; shift 4
"$@"
status=$?
cp -a "$disk/." "$left"
exit $status
"""


@dataclass
class Disk:
    """A small disk of its own, for one command at a time."""

    path: Path  # where it is while a command runs
    contents: Path  # what it holds to begin with
    left: Path  # what the last command left on it

    def run(
        self, limits: str, *command: object, **options: Any
    ) -> subprocess.CompletedProcess[str]:
        """Run a command while the disk is there; ``limits``: ``size=…``, ``nr_inodes=…``."""
        shutil.rmtree(self.left, ignore_errors=True)
        self.left.mkdir()
        places = [self.path, self.contents, self.left, limits]
        script = [*NAMESPACE, "sh", "-c", ON_A_DISK, "sh", *places, *command]
        done = subprocess.run(
            list(map(str, script)), capture_output=True, text=True, timeout=120, **options
        )
        assert done.returncode != 99, done.stderr
        return done

    def keep(self) -> None:
        """Let the next command find what the last one left."""
        shutil.rmtree(self.contents)
        self.left.rename(self.contents)

    def files(self) -> dict[str, bytes]:
        """Return the files that the last command left."""
        return {
            path.relative_to(self.left).as_posix(): path.read_bytes()
            for path in self.left.rglob("*")
            if path.is_file()
        }


@pytest.fixture
def small_disk(tmp_path: Path) -> Disk:
    """A disk that is soon full; the test is skipped where none can be made without harm."""
    if shutil.which("unshare") is None or subprocess.run([*NAMESPACE, "true"]).returncode:
        pytest.skip("a disk of its own needs a mount namespace, which this machine does not give")
    disk = Disk(tmp_path / "disk", tmp_path / "contents", tmp_path / "left")
    disk.path.mkdir()
    disk.contents.mkdir()
    return disk
