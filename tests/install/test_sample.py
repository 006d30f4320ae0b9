import hashlib
import os
import sys
from pathlib import Path

import pytest

from matte_core.base.errors import SetupError
from matte_core.setup import homes, sample

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="its layout is that of POSIX")


@pytest.fixture
def place(host, copied_environment, source, told):
    """A place with pip in its environment, and a command line that cuts out."""
    from matte_core.setup import environments, library

    environments._create(host, None, host.environment, told, host.home)
    library.install(host, source)
    return host


@pytest.fixture
def photo_wheel(tmp_path, monkeypatch, make_wheel):
    """A folder with a wheel that stands for the one of scikit-image, and the list that pins it."""
    folder = tmp_path / "photos"
    folder.mkdir()
    wheel = make_wheel(folder, "scikit-image", {"skimage/data/astronaut.png": "a photo"})
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    listed = tmp_path / "sample-photo.txt"
    listed.write_text(f"scikit-image==1 --hash=sha256:{digest}\n")
    monkeypatch.setattr(sample, "REQUIREMENTS", listed)
    return wheel


def put_flower(place):
    images = next(place.environment.glob("lib/**/site-packages")) / "sklearn/datasets/images"
    images.mkdir(parents=True)
    (images / "flower.jpg").write_bytes(b"flower")
    (images.parents[1] / "__init__.py").touch()


def test_the_photo_is_taken_out_of_the_wheel_once(place, source, told, photo_wheel):
    assert not sample.is_done(place.home)
    (made,) = sample.show(place, None, source, told, wheels=photo_wheel.parent)
    assert made == place.home / "sample" / "astronaut-cut-out.png"
    assert made.is_file()
    assert sample.is_done(place.home)
    assert sorted(os.listdir(made.parent)) == ["astronaut-cut-out.png", "astronaut.png"]
    assert (made.parent / "astronaut.png").read_text() == "a photo"
    photo_wheel.unlink()
    sample.show(place, None, source, told, wheels=photo_wheel.parent)
    assert [message for _, message in told.lines].count("Downloading the sample photo") == 1


def test_a_wheel_that_is_not_the_pinned_one_is_not_opened(place, source, told, photo_wheel):
    photo_wheel.write_bytes(photo_wheel.read_bytes() + b"more")
    put_flower(place)
    (made,) = sample.show(place, None, source, told, wheels=photo_wheel.parent)
    assert made.name == "flower-cut-out.png"
    assert not (made.parent / "astronaut.png").exists()


def test_a_wheel_without_the_photo_is_no_reason_to_fail(
    place, source, told, photo_wheel, make_wheel, tmp_path
):
    wheel = make_wheel(photo_wheel.parent, "scikit-image", {"skimage/__init__.py": ""})
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    Path(sample.REQUIREMENTS).write_text(f"scikit-image==1 --hash=sha256:{digest}\n")
    put_flower(place)
    (made,) = sample.show(place, None, source, told, wheels=photo_wheel.parent)
    assert made.name == "flower-cut-out.png"


def test_a_command_line_that_fails_is_told(place, source, told, photo_wheel):
    (source.core / "cli" / "__init__.py").write_text(
        "def main():\n    print('matte: no subject was found')\n    return 1\n"
    )
    with pytest.raises(SetupError, match="no subject was found"):
        sample.show(place, None, source, told, wheels=photo_wheel.parent)
    assert not sample.is_done(place.home)
    assert "sample" not in homes.read_note(place.home)
