"""The matting benchmark, run from the command line on two small generated images."""

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from gimp_matting import GimpCommand, GimpFailed, estimate

COMMAND = [sys.executable, str(Path(__file__).with_name("matting.py"))]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Write two soft discs over noise, with true alpha and trimap."""
    for kind in ("Images", "GroundTruth", "Trimap1"):
        (tmp_path / kind).mkdir()
    y, x = np.mgrid[:40, :44]
    for number in (1, 2):
        alpha = ((14 - np.hypot(y - 20, x - 18 - number)) / 6 + 0.5).clip(0, 1)
        noise = np.random.default_rng(number).integers(0, 30, (40, 44, 3))
        image = alpha[..., None] * [40, 80, 220] + (1 - alpha[..., None]) * [150, 90, 20] + noise
        trimap = np.select([alpha == 0, alpha == 1], [0, 255], 128)
        name = f"P{number}.png"
        cv2.imwrite(str(tmp_path / "Images" / name), image.clip(0, 255).astype(np.uint8))
        cv2.imwrite(str(tmp_path / "GroundTruth" / name), np.rint(alpha * 255).astype(np.uint8))
        cv2.imwrite(str(tmp_path / "Trimap1" / name), trimap.astype(np.uint8))
    return tmp_path


def test_tables_and_sheet(data: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.png"
    options = ["--data", str(data), "--trimaps", "Trimap1", "--methods", "ours,reference"]
    ran = subprocess.run(
        [*COMMAND, *options, "--sheet", str(sheet)], capture_output=True, text=True, check=True
    )
    lines = {line.split("|")[1].strip(): line for line in ran.stdout.splitlines() if "|" in line}
    assert "### Trimap1: 2 photos" in ran.stdout
    for method in ("ours", "KNN reference"):
        mse = float(lines[method].split("|")[3])
        assert 0 < mse < 0.1
    assert float(lines["time / KNN reference"].split("|")[2]) > 0
    assert cv2.imread(str(sheet)).shape[1] == 5 * 324


def test_an_empty_folder_is_reported(tmp_path: Path) -> None:
    ran = subprocess.run(
        [*COMMAND, "--data", str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1
    assert "--data" in ran.stdout


def test_a_gimp_that_does_not_start_is_reported(tmp_path: Path) -> None:
    image, trimap = np.zeros((8, 8, 3), np.uint8), np.full((8, 8), 128, np.uint8)
    with pytest.raises(GimpFailed, match="no-such-gimp"):
        estimate(GimpCommand(["no-such-gimp"], tmp_path, str(tmp_path)), [(image, trimap)])
    gimp = GimpCommand(["echo", "not a gimp"], tmp_path, str(tmp_path))
    with pytest.raises(GimpFailed, match="not a gimp"):
        estimate(gimp, [(image, trimap)])
