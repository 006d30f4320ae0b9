from argparse import Namespace
from pathlib import Path

import pytest

from matte_core.cli.jobs import Companion, plan_command
from matte_core.cli.options import UsageError

MASK = {"mask": "-mask"}
ALL = {"rgba": "", "alpha": "-alpha", "mask": "-mask"}


def plan(out, named, suffixes, **more):
    return plan_command(Namespace(out=str(out), recursive=False), named, suffixes, **more)


def test_one_picture_to_a_file(tmp_path):
    (job,) = plan(tmp_path / "x.png", ["a.jpg"], MASK).jobs
    assert job.results == {"mask": tmp_path / "x.png"}


def test_one_picture_to_several_files_beside_each_other(tmp_path):
    (job,) = plan(tmp_path / "x.png", ["a.jpg"], ALL).jobs
    assert {kind: path.name for kind, path in job.results.items()} == {
        "rgba": "x.png",
        "alpha": "x-alpha.png",
        "mask": "x-mask.png",
    }


@pytest.mark.parametrize("out", ["folder", "folder/", "made.before"])
def test_one_picture_to_a_folder(tmp_path, out):
    (tmp_path / "made.before").mkdir()
    (job,) = plan(f"{tmp_path}/{out}", ["in/a.jpg"], MASK).jobs
    assert job.results == {"mask": tmp_path / out.strip("/") / "a-mask.png"}


def test_result_names_do_not_pile_up(tmp_path):
    (job,) = plan(tmp_path, ["in/a-mask.png"], {"trimap": "-trimap"}).jobs
    assert job.results["trimap"].name == "a-trimap.png"


def test_missing_companion_fails_that_picture_alone(tmp_path):
    (tmp_path / "a.png").write_bytes(b"")
    companions = [Companion(tmp_path, "trimap", "-trimap")]
    jobs = plan(tmp_path / "out", ["x/a.jpg", "x/b.jpg"], MASK, companions=companions).jobs
    assert jobs[0].companions == {"trimap": tmp_path / "a.png"}
    assert jobs[0].inputs == [Path("x/a.jpg"), tmp_path / "a.png"]
    assert "contains no trimap for b.jpg" in str(jobs[1].failure)


def test_folder_needs_a_folder(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jpg").write_bytes(b"")
    with pytest.raises(UsageError, match="need an output folder"):
        plan(tmp_path / "x.png", [str(tmp_path / "in")], MASK)


def test_extension_says_what_can_be_written(tmp_path):
    with pytest.raises(UsageError, match="JPEG has no transparency"):
        plan(tmp_path / "x.JPG", ["a.jpg"], MASK)
    jobs = plan(tmp_path / "x.JPG", ["a.png"], {"composite": ""}, extensions=(".png", ".jpg")).jobs
    assert jobs[0].results["composite"].name == "x.JPG"
    jobs = plan(tmp_path / "o", ["a.png"], {"composite": ""}, extensions=(".jpg", ".png")).jobs
    assert jobs[0].results["composite"].name == "a.jpg"
