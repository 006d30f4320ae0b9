from pathlib import Path

import pytest

from matte_core.base.errors import FileError
from matte_core.batch.pictures import Source
from matte_core.cli.inputs import find_companion, list_pictures, plain_stem
from matte_core.cli.options import UsageError


def fill(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    return folder


def names(listing):
    return [str(source.below / source.path.name) for source in listing.sources]


def test_folder_is_sorted_and_only_pictures_are_taken(tmp_path):
    folder = fill(tmp_path / "in", "b.JPG", "a.png", "notes.txt", ".hidden.png", "c.xcf", "d.tiff")
    listing = list_pictures([str(folder)], out=tmp_path / "out")
    assert names(listing) == ["a.png", "b.JPG", "d.tiff"]
    assert listing.notes == [
        f"{folder}: skipped 2 files without the extension of a picture that can be read."
    ]
    assert not listing.is_single


def test_folders_inside_are_taken_when_asked_for(tmp_path):
    folder = fill(tmp_path / "in", "z.png", "sub/a.png", "sub/deep/b.png", ".git/c.png")
    assert names(list_pictures([str(folder)], out=tmp_path / "out")) == ["z.png"]
    listing = list_pictures([str(folder)], out=tmp_path / "out", recursive=True)
    assert names(listing) == ["z.png", str(Path("sub/a.png")), str(Path("sub/deep/b.png"))]


def test_results_are_not_taken_as_inputs(tmp_path):
    folder = fill(
        tmp_path / "in", "a.jpg", "a-mask.png", "b-alpha.png", "c-trimap.png", "-mask.png"
    )
    listing = list_pictures([str(folder)], out=tmp_path / "out")
    assert names(listing) == ["a.jpg"]
    assert "skipped 4 files named like results" in listing.notes[0]
    masks = list_pictures([str(folder)], out=tmp_path / "out", wanted=["-mask"])
    assert names(masks) == ["-mask.png", "a-mask.png"]


def test_masks_by_any_name_are_taken_where_none_is_called_mask(tmp_path):
    folder = fill(tmp_path / "in", "a.png", "b.png")
    listing = list_pictures([str(folder)], out=tmp_path / "out", wanted=["-mask"])
    assert names(listing) == ["a.png", "b.png"]


def test_output_folder_inside_is_not_looked_into(tmp_path):
    folder = fill(tmp_path / "in", "a.png", "out/a.png", "sub/b.png")
    listing = list_pictures([str(folder)], out=folder / "out", recursive=True)
    assert names(listing) == ["a.png", str(Path("sub/b.png"))]


def test_output_folder_that_is_the_input_is_refused(tmp_path):
    folder = fill(tmp_path / "in", "a.png")
    with pytest.raises(UsageError, match="mixed with the pictures"):
        list_pictures([str(folder)], out=folder / ".." / "in")


def test_named_file_is_taken_whatever_its_name(tmp_path):
    fill(tmp_path, "a-mask.png", "scan")
    listing = list_pictures(
        [str(tmp_path / "a-mask.png"), str(tmp_path / "scan"), "missing.jpg"], out=tmp_path / "o"
    )
    assert [source.path.name for source in listing.sources] == ["a-mask.png", "scan", "missing.jpg"]
    assert list_pictures(["one.jpg"], out=tmp_path / "o").is_single


def test_empty_folder_is_told(tmp_path):
    listing = list_pictures([str(tmp_path)], out=tmp_path / "o")
    assert listing.sources == []
    assert listing.notes == [f"{tmp_path}: no pictures found."]


@pytest.mark.parametrize(
    ("name", "stem"),
    [("a.jpg", "a"), ("a-mask.png", "a"), ("a-mask-alpha.png", "a-mask"), ("-mask.png", "-mask")],
)
def test_plain_stem(name, stem):
    assert plain_stem(Path(name)) == stem


def test_companion_by_its_ending_before_its_plain_name(tmp_path):
    folder = fill(tmp_path / "trimaps", "cat.png", "cat-trimap.png", "dog.tif")
    find = find_companion
    assert find(Source(Path("cat.jpg")), folder, "trimap", "-trimap").name == "cat-trimap.png"
    assert find(Source(Path("dog.jpg")), folder, "trimap", "-trimap").name == "dog.tif"
    assert find(Source(Path("any.jpg")), Path("one.png"), "trimap", "-trimap") == Path("one.png")


def test_companion_in_the_same_folder_inside(tmp_path):
    folder = fill(tmp_path / "trimaps", "cat.png", "b/cat.png")
    found = find_companion(Source(Path("in/b/cat.jpg"), Path("b")), folder, "trimap", "-trimap")
    assert found == folder / "b" / "cat.png"


def test_photo_is_not_its_own_companion(tmp_path):
    folder = fill(tmp_path, "cat.png")
    with pytest.raises(FileError, match=r"no alpha for cat\.png.*cat-alpha\.png or cat\.png"):
        find_companion(Source(folder / "cat.png"), folder, "alpha", "-alpha")


def test_two_companions_are_one_too_many(tmp_path):
    folder = fill(tmp_path, "cat-mask.png", "cat-mask.bmp")
    with pytest.raises(FileError, match=r"2 files that could be the mask for cat\.jpg"):
        find_companion(Source(Path("cat.jpg")), folder, "mask", "-mask")
