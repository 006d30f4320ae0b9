from pathlib import Path

import pytest

from matte_core.base.errors import FileError, InputError
from matte_core.batch.pictures import Source
from matte_core.batch.plan import Job, Plan, make_plan, plan_folder


@pytest.fixture
def source(tmp_path):
    """A folder with pictures, other files, hidden ones, and subfolders."""
    folder = tmp_path / "in"
    names = ("b.JPG", "a.png", "notes.txt", ".hidden.png", "deeper/c.tif", ".secret/d.png")
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


def planned(source, target, *, recursive=False):
    return {
        job.source.relative_to(source).as_posix(): job.target.relative_to(target).as_posix()
        for job in plan_folder(source, target, ".png", recursive=recursive).jobs
    }


def test_pictures_of_the_folder_alone(source, tmp_path):
    assert planned(source, tmp_path / "out") == {"a.png": "a.png", "b.JPG": "b.png"}


def test_subfolders_keep_their_names_and_hidden_ones_are_skipped(source, tmp_path):
    found = planned(source, tmp_path / "out", recursive=True)
    assert found == {"a.png": "a.png", "b.JPG": "b.png", "deeper/c.tif": "deeper/c.png"}


def test_results_inside_the_folder_are_not_taken_for_pictures(source):
    target = source / "out"
    target.mkdir()
    (target / "a.png").touch()
    assert "out/a.png" not in planned(source, target, recursive=True)


def test_pictures_of_one_name_get_results_of_their_own(source, tmp_path):
    (source / "A.jpg").touch()
    (source / "deeper" / "a.jpg").touch()
    found = planned(source, tmp_path / "out", recursive=True)
    assert found["a.png"] == "a.png.png"
    assert found["A.jpg"] == "A.jpg.png"
    assert found["deeper/a.jpg"] == "deeper/a.png"


def test_two_pictures_never_become_one_file(source, tmp_path):
    for name in ("x.jpg", "x.tif", "x.jpg.bmp"):
        (source / name).touch()
    plan = plan_folder(source, tmp_path / "out", ".png", recursive=False)
    failures = {job.source.name: str(job.failure) for job in plan.jobs if job.failure}
    assert list(failures) == ["x.jpg.bmp"]
    assert "x.jpg.bmp and " in failures["x.jpg.bmp"]
    assert "would both become" in failures["x.jpg.bmp"]


def test_only_the_second_of_two_that_become_one_fails():
    def name(picture):
        return {"mask": Path("out") / f"{picture.path.stem}.png"}

    sources = [Source(Path(path)) for path in ("x/a.jpg", "x/A.png", "x/b.jpg", "x/b.jpg")]
    plan = make_plan(sources, name, ["a note"])
    assert plan.notes == ["a note"]
    assert [job.failure is None for job in plan.jobs] == [True, False, True, False]
    with pytest.raises(FileError, match=r"A.png and .*a.jpg would both become"):
        plan.check(plan.jobs[1], overwrite=True)


def test_what_makes_no_sense_is_refused(source, tmp_path):
    with pytest.raises(InputError, match="not a folder"):
        planned(source / "a.png", tmp_path / "out")
    with pytest.raises(InputError, match="mixed with the pictures"):
        planned(source, source / "deeper" / "..")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no pictures"):
        planned(tmp_path / "empty", tmp_path / "out")


def test_a_picture_is_no_target(tmp_path):
    source = tmp_path / "x"
    (source / "x").mkdir(parents=True)
    (source / "a.png").touch()
    (source / "x" / "a.png").touch()
    plan = plan_folder(source, tmp_path, ".png", recursive=True)
    outer, inner = plan.jobs
    plan.check(outer, overwrite=True)
    with pytest.raises(FileError, match="one of the input pictures"):
        plan.check(inner, overwrite=True)


def test_results_that_may_not_be_written(tmp_path):
    photo, mask, there = (tmp_path / name for name in ("photo.png", "mask.png", "there.png"))
    for path in (photo, mask, there):
        path.touch()
    (tmp_path / "link.png").hardlink_to(photo)
    (tmp_path / "x").mkdir()

    def check(target, *, overwrite):
        job = Job(photo, {"rgba": target}, {"mask": mask})
        Plan([Job(Path("missing.png"), {}), job]).check(job, overwrite=overwrite)
        return job

    assert not check(tmp_path / "new.png", overwrite=False).is_done
    assert check(there, overwrite=True).is_done
    with pytest.raises(FileError, match="already exists"):
        check(there, overwrite=False)
    for same in (photo, mask, tmp_path / "link.png", tmp_path / "x" / ".." / "photo.png"):
        with pytest.raises(FileError, match="one of the input pictures"):
            check(same, overwrite=True)
    with pytest.raises(FileError, match="is a folder"):
        check(tmp_path, overwrite=True)
