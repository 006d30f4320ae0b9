"""Which pictures of a folder are taken and what they become; nothing of GIMP is needed."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "plug-ins" / "matte"))

from matte_core.base.errors import FileError, InputError
from matte_core.batch.plan import make_plan


@pytest.fixture
def source(tmp_path):
    """A folder with pictures, other files, hidden ones, and folders inside."""
    folder = tmp_path / "in"
    names = ("b.JPG", "a.png", "notes.txt", ".hidden.png", "deeper/c.tif", ".secret/d.png")
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


def planned(source, target, **options):
    options = {"with_subfolders": False, **options}
    plan = make_plan(source, target, ".png", **options)
    return {
        job.source.relative_to(source).as_posix(): job.target.relative_to(target).as_posix()
        for job in plan.jobs
    }


def test_pictures_of_the_folder_alone(source, tmp_path):
    assert planned(source, tmp_path / "out") == {"a.png": "a.png", "b.JPG": "b.png"}


def test_folders_inside_keep_their_names_and_hidden_ones_are_passed_over(source, tmp_path):
    found = planned(source, tmp_path / "out", with_subfolders=True)
    assert found == {"a.png": "a.png", "b.JPG": "b.png", "deeper/c.tif": "deeper/c.png"}


def test_results_inside_the_folder_are_not_taken_for_pictures(source):
    target = source / "out"
    target.mkdir()
    (target / "a.png").touch()
    assert "out/a.png" not in planned(source, target, with_subfolders=True)


def test_pictures_of_one_name_get_results_of_their_own(source, tmp_path):
    (source / "A.jpg").touch()
    (source / "deeper" / "a.jpg").touch()
    found = planned(source, tmp_path / "out", with_subfolders=True)
    assert found["a.png"] == "a.png.png"
    assert found["A.jpg"] == "A.jpg.png"
    assert found["deeper/a.jpg"] == "deeper/a.png"


def test_what_makes_no_sense_is_refused(source, tmp_path):
    with pytest.raises(InputError, match="not a folder"):
        planned(source / "a.png", tmp_path / "out")
    with pytest.raises(InputError, match="among the pictures"):
        planned(source, source / "deeper" / "..")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no pictures"):
        planned(tmp_path / "empty", tmp_path / "out")


def test_a_picture_is_no_target(tmp_path):
    source = tmp_path / "x"
    (source / "x").mkdir(parents=True)
    (source / "a.png").touch()
    (source / "x" / "a.png").touch()
    plan = make_plan(source, tmp_path, ".png", with_subfolders=True)
    outer, inner = plan.jobs
    plan.check_target(outer)
    with pytest.raises(FileError, match="one of the pictures"):
        plan.check_target(inner)
