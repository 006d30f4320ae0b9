import os
import stat
import sys
import zlib

import cv2
import numpy as np
import pytest

from matte_core.base.errors import FileError
from matte_core.files import encode_jpeg, encode_png, read_picture, write_whole
from matte_core.files.writing import quantize, stack_alpha


def listing(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("is_deep", [False, True])
def test_cut_out_comes_back_exactly(tmp_path, photo, is_deep):
    limit = 65535 if is_deep else 255
    alpha = np.linspace(0, 1, photo[..., 0].size, dtype=np.float32).reshape(photo.shape[:2])
    foreground = photo / np.float32(255) if is_deep else photo
    path = tmp_path / "cut.png"
    write_whole(path, encode_png(stack_alpha(quantize(foreground, is_deep=is_deep), alpha)))
    picture = read_picture(path)
    assert picture.is_deep is is_deep
    levels = np.rint(alpha * np.float64(limit))
    np.testing.assert_array_equal(np.rint(picture.alpha * np.float64(limit)), levels)
    np.testing.assert_allclose(picture.image, foreground, atol=1e-7)


@pytest.mark.parametrize(
    ("channels", "kind"),
    [(1, np.uint16), (2, np.uint8), (2, np.uint16), (3, np.uint16), (4, np.uint16)],
)
def test_picture_of_several_strips_is_whole_and_its_checksum_right(tmp_path, channels, kind):
    shape = (700, 2000, channels) if channels > 1 else (700, 2000)
    pixels = np.random.default_rng(0).integers(0, np.iinfo(kind).max, shape, kind, endpoint=True)
    data = encode_png(pixels)
    assert data.count(b"IDAT") > 4
    parts, at = [], 8
    while at < len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        parts += [data[at + 8 : at + 8 + length]] * (data[at + 4 : at + 8] == b"IDAT")
        at += length + 12
    zlib.decompress(b"".join(parts))  # which OpenCV and Pillow decode whatever its checksum
    path = tmp_path / "a.png"
    write_whole(path, data)
    picture = read_picture(path)
    limit = np.iinfo(kind).max
    top = limit if kind == np.uint16 else 1
    colors = pixels[..., : channels - 1] if channels in (2, 4) else pixels
    colors = colors.reshape(700, 2000, -1)
    np.testing.assert_array_equal(
        np.rint(picture.image * np.float64(top)), np.broadcast_to(colors, (700, 2000, 3))
    )
    if channels in (2, 4):
        np.testing.assert_array_equal(np.rint(picture.alpha * np.float64(limit)), pixels[..., -1])


def test_every_integer_survives_the_way_through_float():
    deep = np.arange(65536, dtype=np.float32).reshape(256, 256) / np.float32(65535)
    np.testing.assert_array_equal(quantize(deep, is_deep=True).ravel(), np.arange(65536))
    shallow = np.arange(256, dtype=np.float32).reshape(16, 16) / np.float32(255)
    np.testing.assert_array_equal(quantize(shallow, is_deep=False).ravel(), np.arange(256))


def test_profile_and_offset_are_written(tmp_path, build, photo):
    profile = build.profile(length=1_500_000)
    png, jpeg = tmp_path / "a.png", tmp_path / "a.jpg"
    write_whole(png, encode_png(photo, icc_profile=profile, offset_px=(3, -5)))
    write_whole(jpeg, encode_jpeg(photo, icc_profile=profile))
    assert read_picture(png).icc_profile == profile
    assert read_picture(jpeg).icc_profile == profile
    assert b"oFFs" + (-5).to_bytes(4, "big", signed=True) + (3).to_bytes(4, "big") in (
        png.read_bytes()
    )
    np.testing.assert_array_equal(read_picture(png).image, photo)
    assert cv2.imread(str(jpeg)).shape == photo.shape


def test_gray_gets_no_rgb_profile(build, photo):
    assert b"iCCP" not in encode_png(photo[..., 0], icc_profile=build.profile())


def test_jpeg_keeps_colors_at_full_resolution():
    stripes = np.zeros((16, 16, 3), np.uint8)
    stripes[:, ::2] = (255, 0, 0)
    stripes[:, 1::2] = (0, 0, 255)
    decoded = cv2.imdecode(np.frombuffer(encode_jpeg(stripes), np.uint8), cv2.IMREAD_COLOR_RGB)
    assert np.abs(decoded.astype(int) - stripes).max() < 60


def test_nothing_else_is_left_in_the_folder(tmp_path):
    write_whole(tmp_path / "new" / "deep" / "a.png", b"one")
    write_whole(tmp_path / "new" / "deep" / "a.png", b"two")
    assert (tmp_path / "new" / "deep" / "a.png").read_bytes() == b"two"
    assert listing(tmp_path / "new" / "deep") == ["a.png"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_result_has_the_usual_permissions(tmp_path):
    before = os.umask(0o027)
    try:
        write_whole(tmp_path / "a.png", b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.png").stat().st_mode) == 0o640


def test_failure_half_way_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.png"
    path.write_bytes(b"old")

    def no_space(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(FileError, match=r"a\.png cannot be written: No space left"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert listing(tmp_path) == ["a.png"]


def test_interruption_half_way_leaves_nothing(tmp_path, monkeypatch):
    def interrupt(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "a.png", b"new")
    assert listing(tmp_path) == []


def test_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FileError, match="cannot be written"):
        write_whole(tmp_path / "file" / "a.png", b"x")


def test_picture_too_large_for_jpeg():
    with pytest.raises(FileError, match=r"70000 x 1 pixels cannot be stored as JPEG"):
        encode_jpeg(np.zeros((1, 70000, 3), np.uint8))
