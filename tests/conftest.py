"""What tests share: where the real photos and networks lie, when they are there.

`shared/` beside the checkout (or the folder that `MATTE_SHARED` names) holds photos with
known answers and real networks. They may not be redistributed, so a newcomer has none; the
tests that need them then skip, saying so.
"""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A slow machine is no finding.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

ROOT = Path(__file__).resolve().parents[1]


def shared_folder() -> Path:
    return Path(os.environ.get("MATTE_SHARED") or ROOT.parent / "shared")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real photos and networks; the test is skipped where there is none."""
    folder = shared_folder()
    if not (folder / "data").is_dir():
        pytest.skip(f"needs the test photos and networks, and {folder} is not there")
    return folder
