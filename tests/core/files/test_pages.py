"""Files with more than one picture in them: which one is read, and what is said of the others."""

import io
import sys

import numpy as np
import pytest
from PIL import Image, features

from matte_core.base.errors import FileError
from matte_core.files import decode_picture

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def plain(color, mode="RGB"):
    return Image.new("RGB", (16, 12), color).convert(mode)


def saved(kind, first, *others, **options):
    file = io.BytesIO()
    first.save(file, kind, save_all=True, append_images=list(others), **options)
    return file.getvalue()


@pytest.mark.parametrize(
    ("kind", "options", "words"),
    [
        ("PNG", {}, "It has 3 frames; only the first one is used."),
        ("WEBP", {"lossless": True}, "It has 3 frames; only the first one is used."),
        ("GIF", {}, "It has 3 frames; only the first one is used."),
        ("AVIF", {}, "It has 3 frames; only the first one is used."),
        ("TIFF", {}, "It has 3 pages; only the first one is used."),
    ],
)
def test_the_first_picture_is_read_and_the_others_are_told(kind, options, words):
    if kind == "AVIF" and not features.check("avif"):
        pytest.skip("this Pillow has no AVIF")
    data = saved(kind, plain(RED), plain(GREEN), plain(BLUE), **options)
    picture = decode_picture(data, "picture")
    assert np.abs(picture.image[6, 8].astype(int) - RED).max() <= 3
    assert picture.notes == (words,)


def test_a_picture_that_is_no_part_of_its_animation_is_read():
    data = saved("PNG", plain(RED), plain(GREEN), plain(BLUE), default_image=True)
    picture = decode_picture(data, "picture")
    assert picture.image[6, 8].tolist() == list(RED)
    assert picture.notes == (
        "It has 2 frames; only the picture that is shown without animation is used.",
    )


def test_thumbnails_in_a_tiff_are_no_pages():
    file = io.BytesIO()
    plain(RED).save(file, "TIFF", save_all=True, append_images=[plain(GREEN)], tiffinfo={254: 1})
    assert decode_picture(file.getvalue(), "picture").notes == ()


@pytest.mark.skipif(not features.check("avif"), reason="this Pillow has no AVIF")
def test_avif_keeps_profile_and_orientation(build):
    profile = build.profile()
    rows, columns = np.mgrid[0:24, 0:40]
    stored = np.dstack([rows * 10, columns * 6, 0 * rows]).astype(np.uint8)
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(stored).save(
        file, "AVIF", icc_profile=profile, exif=exif, quality=100, subsampling="4:4:4"
    )
    picture = decode_picture(file.getvalue(), "picture")
    assert picture.icc_profile == profile
    assert picture.image.shape == (40, 24, 3)
    assert np.abs(picture.image.astype(int) - np.rot90(stored, -1)).mean() < 3


def test_heic_is_read_where_its_reader_is_installed(build):
    pillow_heif = pytest.importorskip("pillow_heif")
    pillow_heif.register_heif_opener()
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    rows, columns = np.mgrid[0:64, 0:80]
    stored = np.dstack([rows * 3, columns * 3, 0 * rows]).astype(np.uint8)
    profile = build.profile()
    Image.fromarray(stored).save(file, "HEIF", quality=95, exif=exif.tobytes(), icc_profile=profile)
    picture = decode_picture(file.getvalue(), "picture")
    assert picture.icc_profile == profile
    assert picture.image.shape == (80, 64, 3)
    assert np.abs(picture.image.astype(int) - np.rot90(stored, -1)).mean() < 4


@pytest.mark.parametrize("brands", [b"heic\0\0\0\0mif1", b"mif1\0\0\0\0heic"])
def test_heic_names_its_reader_where_that_is_missing(monkeypatch, brands):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    data = b"\0\0\0\x14ftyp" + brands + bytes(40)
    with pytest.raises(FileError, match=r"is a HEIC photo.*package pillow-heif.*pip install"):
        decode_picture(data, "photo.heic")
