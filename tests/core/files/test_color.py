"""Colors other than RGB: CMYK and CIELAB become sRGB."""

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from matte_core.files import read_picture
from matte_core.files.color import gray_profile, is_srgb, rgb_profile

# Cyan, magenta, yellow, black, white, and a mixture: how much ink.
INKS = np.array(
    [
        [
            [255, 0, 0, 0],
            [0, 255, 0, 0],
            [0, 0, 255, 0],
            [0, 0, 0, 255],
            [0, 0, 0, 0],
            [51, 0, 0, 102],
        ]
    ]
).astype(np.uint8)
SHOWN = [[0, 255, 255], [255, 0, 255], [255, 255, 0], [0, 0, 0], [255, 255, 255], [122, 153, 153]]


def test_cmyk_without_a_profile_is_seen_as_in_any_viewer(tmp_path, build):
    straight = build.tiff(6, 1, INKS.tobytes(), {258: [8] * 4, 262: [5], 277: [4], 332: [1]})
    large = Image.fromarray(np.kron(INKS, np.ones((16, 16, 1), np.uint8)), mode="CMYK")
    large.save(tmp_path / "a.jpg", quality=100, subsampling=0)
    (tmp_path / "a.tif").write_bytes(straight)
    picture = read_picture(tmp_path / "a.tif")
    assert np.abs(picture.image[0].astype(int) - SHOWN).max() <= 1
    assert "without a usable color profile" in picture.notes[0]
    decoded = read_picture(tmp_path / "a.jpg").image[8, 8::16].astype(int)
    assert np.abs(decoded - SHOWN).max() <= 3


def test_a_damaged_cmyk_profile_counts_as_none(tmp_path, build):
    profile = build.profile(b"CMYK", 4000)
    picture = Image.fromarray(INKS, mode="CMYK")
    picture.save(tmp_path / "a.tif", icc_profile=profile)
    read = read_picture(tmp_path / "a.tif")
    assert np.abs(read.image[0].astype(int) - SHOWN).max() <= 1
    assert read.icc_profile is None
    assert "without a usable color profile" in read.notes[0]


def test_cielab_becomes_srgb(tmp_path):
    wanted = np.array([[[200, 30, 40], [30, 90, 200], [128, 128, 128]]], np.uint8)
    lab = ImageCms.profileToProfile(
        Image.fromarray(wanted),
        ImageCms.createProfile("sRGB"),
        ImageCms.createProfile("LAB"),
        outputMode="LAB",
    )
    lab.save(tmp_path / "lab.tif")
    read = read_picture(tmp_path / "lab.tif")
    assert np.abs(read.image.astype(int) - wanted).max() <= 4
    assert "CIELAB" in read.notes[0]


def test_a_profile_of_other_colors_is_none():
    profile = bytes(16) + b"RGB " + bytes(16) + b"acsp"
    gray = profile.replace(b"RGB ", b"GRAY")
    assert rgb_profile(profile) == profile
    assert rgb_profile(gray) is None
    assert rgb_profile(None) is None
    assert gray_profile(gray) == gray
    assert gray_profile(profile.replace(b"RGB ", b"CMYK")) is None
    assert is_srgb(None)
    assert is_srgb("sRGB".encode("utf-16-be"))
    assert not is_srgb(profile)


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_goes_through_its_profile(tmp_path, kind):
    """A profile that little CMS itself makes: inks as in the arithmetic, but of half strength."""
    profile = ink_profile()
    picture = Image.fromarray(np.kron(INKS, np.ones((16, 16, 1), np.uint8)), mode="CMYK")
    file = tmp_path / f"a.{kind.lower()}"
    options = {"quality": 100, "subsampling": 0} if kind == "JPEG" else {}
    picture.save(file, kind, icc_profile=profile, **options)
    read = read_picture(file)
    assert read.notes == ("It is in CMYK colors; the result is in sRGB.",)
    decoded = read.image[8, 8::16].astype(int)
    white, black = decoded[4], decoded[3]
    assert white.min() >= 252
    assert abs(int(black.mean()) - 119) <= 6  # half of the lightness


def ink_profile():
    """Return a CMYK profile: lightness falls with ink, evenly, to one half."""
    grid = 2
    table = bytearray()
    for number in range(grid**4):
        inks = [(number >> (3 - channel)) & 1 for channel in range(4)]
        lightness = 0xFF00 * (1 - 0.5 * max(inks))
        for value in (lightness, 0x8000, 0x8000):
            table += round(value).to_bytes(2, "big")
    ramp = (0).to_bytes(2, "big") + (0xFFFF).to_bytes(2, "big")
    identity = b"".join(
        round((row == column) * 65536).to_bytes(4, "big") for row in range(3) for column in range(3)
    )
    lut = b"mft2" + bytes(4) + bytes([4, 3, grid, 0]) + identity + bytes([0, 2, 0, 2])
    lut += ramp * 4 + bytes(table) + ramp * 3
    white = b"XYZ " + bytes(4) + b"".join(x.to_bytes(4, "big") for x in (63190, 65536, 54061))
    text = b"text" + bytes(4) + b"none\0"
    name = b"desc" + bytes(4) + (5).to_bytes(4, "big") + b"inks\0" + bytes(78)
    tags = [(b"desc", name), (b"cprt", text), (b"wtpt", white), (b"A2B0", lut), (b"A2B1", lut)]
    body, table_of_tags, at = b"", len(tags).to_bytes(4, "big"), 128 + 4 + 12 * len(tags)
    for key, content in tags:
        content += bytes(-len(content) % 4)
        table_of_tags += key + (at + len(body)).to_bytes(4, "big")
        table_of_tags += len(content).to_bytes(4, "big")
        body += content
    head = (at + len(body)).to_bytes(4, "big") + bytes(4) + bytes([2, 0x40, 0, 0]) + b"prtr"
    head += b"CMYK" + b"Lab " + bytes(12) + b"acsp" + bytes(28)
    head += b"".join(x.to_bytes(4, "big") for x in (63190, 65536, 54061)) + bytes(48)
    profile = head + table_of_tags + body
    assert ImageCms.ImageCmsProfile(io.BytesIO(profile)).profile.xcolor_space == "CMYK"
    return profile
