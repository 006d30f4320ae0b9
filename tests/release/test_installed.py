"""Each artifact, installed in a bare system without a network, cuts out a photo in GIMP."""

import json

import pytest
import trees

import matte_core

VERSIONS = sorted(trees.SUITES)
each_gimp = pytest.mark.parametrize("gimp", VERSIONS)


@each_gimp
@pytest.mark.parametrize(
    ("artifact", "environment"),
    [
        ("zip", "/mnt/scratch/home/.local/share/matte-for-gimp/env"),
        ("deb", "/usr/bin/python3"),
        ("wheel", "/mnt/scratch/venv/bin/python"),
    ],
)
def test_it_cuts_out_with_its_own_environment(installed, artifact, environment, gimp):
    assert f"ok: Environment: {environment}" in installed[artifact, gimp].check()


@each_gimp
def test_the_debian_package_leaves_nothing(installed, gimp):
    seen = installed["deb", gimp]
    assert seen.files["version.txt"].strip() == f"matte {matte_core.__version__}"
    before, after = (set(seen.files[name].splitlines()) for name in ("before.txt", "after.txt"))
    assert sorted(after - before) == []
    assert "/usr/bin/python3" in before


@each_gimp
def test_the_wheel_brings_the_command_and_the_plug_in(installed, gimp):
    seen = installed["wheel", gimp]
    assert seen.files["opencv.txt"].startswith("5.")
    assert seen.files["version.txt"].strip() == f"matte {matte_core.__version__}"
    left = {line.rpartition("/")[2] for line in seen.files["left.txt"].splitlines()}
    assert left == {"install.json", "mine.onnx", "mine.json"}


@each_gimp
def test_the_last_values_of_the_version_before_still_hold(installed, gimp):
    assert installed["wheel", gimp].told["layers"] == 2  # "new-layer", where a mask is the default


def test_what_flathub_builds_works_without_onnxruntime_and_is_noticed_when_updated(installed):
    """Only like a Flatpak: the commands of the manifest's last module, in one of the systems."""
    seen = installed["flatpak", min(VERSIONS)]
    words = seen.check()
    assert "ok: Environment: /app/extensions/Matte/env/bin/python" in words
    first, second = (json.loads(seen.files[name])["date"] for name in ("first.txt", "second.txt"))
    # GIMP 3.0 cannot tell the second version from the first one, until that has run once.
    assert first == second == f"2026 ({matte_core.__version__})"
    assert seen.told["date"] == "2026 (99.0)"
