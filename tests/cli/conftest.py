"""A photo that is quick to cut out, and the command as a real process."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """An environment in which no network is installed."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("MATTE_")}
    home = str(tmp_path / "home")
    return {**clean, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "MATTE_HOME": home}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in the test's folder, with no network installed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MATTE_HOME", str(tmp_path / "home"))


@pytest.fixture
def command() -> list[str]:
    return [sys.executable, "-m", "matte_core"]


@pytest.fixture
def matte(tmp_path: Path, env: dict[str, str], command: list[str]) -> Run:
    """Run the command in the test's folder."""

    def run(*args: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *map(str, args)],
            cwd=tmp_path,
            env=env,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
        )

    return run


@pytest.fixture(scope="session")
def subject() -> np.ndarray:
    """(60, 80) bool: where the subject is in `photo`."""
    rows, columns = np.mgrid[0:60, 0:80]
    return np.hypot(rows - 30, columns - 38) < 18


@pytest.fixture(scope="session")
def photo(subject: np.ndarray) -> np.ndarray:
    """(60, 80, 3) uint8: an orange disc on a blue ground, a little rough."""
    noise = np.random.default_rng(5).integers(-6, 7, (60, 80, 3))
    flat = np.where(subject[..., None], (230, 140, 40), (30, 60, 150))
    return np.clip(flat + noise, 0, 255).astype(np.uint8)


@pytest.fixture
def save() -> Callable[[Path, np.ndarray], Path]:
    """Write RGB(A) or gray pixels by OpenCV alone, so that readers are not tested by writers."""

    def write(path: Path, pixels: np.ndarray) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        order = {2: None, 3: cv2.COLOR_RGB2BGR, 4: cv2.COLOR_RGBA2BGRA}[
            pixels.ndim if pixels.ndim == 2 else pixels.shape[2]
        ]
        stored = pixels if order is None else cv2.cvtColor(pixels, order)
        path.write_bytes(cv2.imencode(path.suffix, stored)[1].tobytes())
        return path

    return write


@pytest.fixture
def load() -> Callable[[Path], np.ndarray]:
    """Read RGB(A) or gray pixels by OpenCV alone."""

    def read(path: Path) -> np.ndarray:
        pixels = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)
        assert pixels is not None, f"{path} is not a picture"
        if pixels.ndim == 2:
            return pixels
        return cv2.cvtColor(
            pixels, cv2.COLOR_BGRA2RGBA if pixels.shape[2] == 4 else cv2.COLOR_BGR2RGB
        )

    return read
