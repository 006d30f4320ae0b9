"""What the tests of the installer share: small stand-ins for what is large or not there.

The packages are stand-ins too: wheels of a few lines, made on the spot and installed by the real
pip into a real environment, so that no test needs a network.
"""

import base64
import hashlib
import shutil
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import matte_core
from matte_core.setup import environments, guide, homes, pythons
from matte_core.setup.places import Place
from matte_core.setup.plugin import Source

sys.path.insert(0, str(Path(__file__).resolve().parent))

MODULES = {
    "numpy": ["numpy/__init__.py"],
    "scipy": ["scipy/__init__.py", "scipy/sparse.py"],
    "scikit-learn": ["sklearn/__init__.py", "sklearn/neighbors.py"],
    "opencv-python-headless": ["cv2/__init__.py"],
    "onnxruntime": ["onnxruntime/__init__.py"],
    "pillow": ["PIL/__init__.py", "PIL/Image.py"],
}
CLI = """
import os, sys
from pathlib import Path
from matte_core.base.errors import DownloadError
from matte_core.base.messages import Message

def main():
    return run(sys.argv[1:])

def run(argv):
    home = Path(os.environ["MATTE_HOME"])
    if sys.argv[1:3] == ["models", "fetch"]:
        if "--mirror" not in sys.argv:
            raise DownloadError(
                Message("{name} cannot be reached.", name="The address"), "Try again."
            )
        write(home, sys.argv[3], b"fetched")
    elif sys.argv[1:3] == ["models", "add"]:
        write(home, "own", Path(sys.argv[3]).read_bytes())
    elif sys.argv[1] == "cutout":
        Path(sys.argv[sys.argv.index("-o") + 1]).write_bytes(b"cut out")
    return 0

def write(home, name, data):
    import hashlib, json
    (home / "models").mkdir(exist_ok=True)
    (home / "models" / (name + ".onnx")).write_bytes(data)
    described = {"name": name, "sha256": hashlib.sha256(data).hexdigest()}
    (home / "models" / (name + ".json")).write_text(json.dumps(described))
"""
WORKER = """
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
import matte_core
from matte_core.link.protocol import PROTOCOL, Array, Frame, read_frame, write_frame

hello = {"protocol": PROTOCOL, "version": matte_core.__version__}
write_frame(sys.stdout.buffer, Frame("hello", hello))
while (request := read_frame(sys.stdin.buffer)) is not None:
    values = {"note": "", "seconds": 0.1}
    alpha = Array("float32", request.arrays["image"].shape[:2], bytes(96 * 96 * 4))
    write_frame(sys.stdout.buffer, Frame("result", {"id": 1, "values": values}, {"alpha": alpha}))
"""


@dataclass
class Told:
    """A report callback that remembers."""

    lines: list[tuple[str, str]] = field(default_factory=list)

    def __call__(self, step: str, message: str) -> None:
        self.lines.append((step, message))

    @property
    def steps(self) -> list[str]:
        return [step for step, _ in self.lines]


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def host(tmp_path: Path) -> Place:
    """A place on this computer with a folder of its own, which is made and marked."""
    place = Place("host", tmp_path / "home folder" / "matte-für-gimp")
    homes.claim(place.home)
    return place


@pytest.fixture
def with_python(host: Place) -> Place:
    """A place whose environment is this Python."""
    python = host.python_of(host.environment)
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    return host


@pytest.fixture
def write_program(tmp_path: Path) -> Callable[[str, str], Path]:
    """Write a shell script that stands for a program of a system that is not here."""

    def write(path: str, script: str) -> Path:
        program = tmp_path / path
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        return program

    return write


@pytest.fixture
def make_wheel() -> Callable[[Path, str, dict[str, str]], Path]:
    """Write a wheel of a pure Python package, version 1."""
    return write_wheel


@pytest.fixture(scope="session")
def bare_environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with pip alone: making it takes longer than all that is tried with it."""
    place = Place("host", tmp_path_factory.mktemp("bare"))
    python = pythons.probe(sys.executable, place)
    assert python is not None
    environments._create(place, python, place.environment, Told(), place.home / "log")
    return place.environment


@pytest.fixture
def copied_environment(bare_environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an environment be a copy of the bare one, and all the rest be done as it is."""

    def create(place: Place, python: object, new: Path, report: object, log: object) -> None:
        shutil.copytree(bare_environment, new, symlinks=True)

    monkeypatch.setattr(environments, "_create", create)


def write_wheel(folder: Path, name: str, files: dict[str, str]) -> Path:
    """Write a wheel of a pure Python package, version 1."""
    stem = f"{name.replace('-', '_')}-1"
    contents = {
        **files,
        f"{stem}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n",
        f"{stem}.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    for path, text in contents.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode()
        record += f"{path},sha256={digest.rstrip('=')},{len(text.encode())}\n"
    wheel = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in contents.items():
            archive.writestr(path, text)
        archive.writestr(f"{stem}.dist-info/RECORD", f"{record}{stem}.dist-info/RECORD,,\n")
    return wheel


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """A folder of wheels that stand for the real packages."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    for name, modules in MODULES.items():
        write_wheel(folder, name, dict.fromkeys(modules, ""))
    return folder


@pytest.fixture
def requirements(tmp_path: Path, wheels: Path) -> Path:
    """The list that pins just those wheels."""
    listed = tmp_path / "requirements.txt"
    lines = []
    for name in MODULES:
        digest = hashlib.sha256(
            (wheels / f"{name.replace('-', '_')}-1-py3-none-any.whl").read_bytes()
        ).hexdigest()
        lines.append(f"{name}==1 --hash=sha256:{digest}\n")
    listed.write_text("".join(lines))
    return listed


@pytest.fixture
def source(tmp_path: Path, requirements: Path) -> Source:
    """A project laid out like the real one, with a library and a plug-in of a few lines."""
    root = tmp_path / "project"
    core = root / "matte_core"
    real = Path(matte_core.__file__).parent
    for folder in ("cli", "worker", "setup"):
        (core / folder).mkdir(parents=True)
    shutil.copy(real / "__init__.py", core)
    shutil.copy(real / "__main__.py", core)
    for name in ("base", "link"):
        shutil.copytree(real / name, core / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(requirements, core / "setup")
    (core / "cli" / "__init__.py").write_text(CLI)
    (core / "worker" / "__main__.py").write_text(WORKER)
    package = root / "plug-ins" / "matte" / "matte_plugin"
    (package / "__pycache__").mkdir(parents=True)
    (package / "__pycache__" / "actions.pyc").write_bytes(b"compiled")
    (package / "actions.py").write_text("ACTIONS = {}\n")
    (package / "set_up").mkdir()
    (package / "set_up" / "sample.py").write_text("")
    (package.parent / "matte.py").write_text("#!/usr/bin/env python3\n# plug-in-matte-cut-out\n")
    (root / "docs").mkdir()
    sections = "\n\n".join(f"## {heading}" for heading in dict.fromkeys(guide.TOPICS.values()))
    (root / "docs" / "guide.md").write_text(f"# Guide\n\n{sections}\n")
    return Source(root)
