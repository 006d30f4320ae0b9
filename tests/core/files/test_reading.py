import struct

import cv2
import numpy as np
import pytest
from PIL import Image, PngImagePlugin, features

from matte_core.base.errors import FileError
from matte_core.files import decode_picture, read_picture, read_plane


def write(folder, data, name="picture"):
    path = folder / name
    path.write_bytes(data)
    return path


def oriented(pixels, orientation):
    """What an upright picture looks like as stored with an EXIF orientation (its inverse)."""
    return {
        1: lambda p: p,
        2: np.fliplr,
        3: lambda p: np.rot90(p, 2),
        4: np.flipud,
        5: lambda p: p.swapaxes(0, 1),
        6: lambda p: np.rot90(p, 1),
        7: lambda p: np.rot90(p, 2).swapaxes(0, 1),
        8: lambda p: np.rot90(p, -1),
    }[orientation](pixels)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("order", ["<", ">"])
def test_jpeg_is_turned_upright(tmp_path, build, photo, orientation, order):
    stored = np.ascontiguousarray(oriented(photo, orientation))
    exif = b"Exif\0\0" + build.exif(orientation, order)
    picture = read_picture(write(tmp_path, build.jpeg(stored, (0xE1, exif))))
    assert picture.image.shape == photo.shape
    assert np.abs(picture.image.astype(int) - photo).mean() < 3
    assert picture.alpha is None


@pytest.mark.parametrize("orientation", [3, 6, 7])
def test_png_webp_and_tiff_are_turned_upright(tmp_path, build, photo, orientation):
    stored = np.ascontiguousarray(oriented(photo, orientation))
    rows = [row.tobytes() for row in stored]
    exif = build.exif(orientation)
    png = build.png(stored.shape[1], 8, 2, rows, (b"eXIf", exif))
    tiff = build.tiff(
        stored.shape[1],
        stored.shape[0],
        stored.tobytes(),
        {258: [8, 8, 8], 262: [2], 277: [3], 274: [orientation]},
    )
    lossless = cv2.imencode(".webp", stored[..., ::-1], [cv2.IMWRITE_WEBP_QUALITY, 101])[1]
    frame = lossless.tobytes()[12:]
    size = struct.pack("<I", stored.shape[1] - 1)[:3] + struct.pack("<I", stored.shape[0] - 1)[:3]
    chunks = b"VP8X" + struct.pack("<II", 10, 0x08) + size + frame
    chunks += b"EXIF" + struct.pack("<I", len(exif)) + exif
    webp = b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WEBP" + chunks
    for data in (png, tiff, webp):
        np.testing.assert_array_equal(read_picture(write(tmp_path, data)).image, photo)


def test_damaged_exif_does_not_spoil_a_sound_picture(tmp_path, build, photo):
    exif = b"Exif\0\0" + build.exif(6)[:12]
    picture = read_picture(write(tmp_path, build.jpeg(photo, (0xE1, exif))))
    assert picture.image.shape == photo.shape


def test_sixteen_bits_are_kept(tmp_path):
    values = np.arange(2 * 5 * 4, dtype=np.uint16).reshape(2, 5, 4) * 1600 + 7
    path = tmp_path / "deep.png"
    cv2.imwrite(str(path), values)
    picture = read_picture(path)
    assert picture.is_deep
    assert picture.image.dtype == picture.alpha.dtype == np.float32
    np.testing.assert_array_equal(np.rint(picture.image * 65535), values[..., [2, 1, 0]])
    np.testing.assert_array_equal(np.rint(picture.alpha * 65535), values[..., 3])


def test_palette_with_transparency(tmp_path, build):
    palette = bytes((255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30))
    data = build.png(4, 2, 3, [bytes([0b00011011])], (b"PLTE", palette), (b"tRNS", bytes((0, 128))))
    picture = read_picture(write(tmp_path, data))
    assert picture.image.reshape(-1).tolist() == list(palette)
    np.testing.assert_allclose(picture.alpha, [[0, 128 / 255, 1, 1]])


@pytest.mark.parametrize(
    ("bits", "row", "key", "gray"),
    [
        (1, bytes([0b10100000]), 1, [255, 0, 255, 0]),
        (2, bytes([0b00011011]), 1, [0, 85, 170, 255]),
        (8, bytes([0, 50, 100, 255]), 50, [0, 50, 100, 255]),
    ],
)
def test_transparent_gray_level(tmp_path, build, bits, row, key, gray):
    data = build.png(4, bits, 0, [row], (b"tRNS", struct.pack(">H", key)))
    picture = read_picture(write(tmp_path, data))
    assert picture.is_gray
    assert picture.image[0, :, 0].tolist() == gray
    level = key * 255 // (2**bits - 1)
    np.testing.assert_array_equal(picture.alpha[0] == 0, np.array(gray) == level)


def test_gray_becomes_three_equal_channels(tmp_path, photo):
    path = tmp_path / "gray.png"
    cv2.imwrite(str(path), photo[..., 0])
    picture = read_picture(path)
    assert picture.is_gray
    for channel in range(3):
        np.testing.assert_array_equal(picture.image[..., channel], photo[..., 0])


def test_opaque_alpha_is_no_transparency(tmp_path, photo):
    path = tmp_path / "opaque.png"
    cv2.imwrite(str(path), np.dstack([photo, np.full(photo.shape[:2], 255, np.uint8)]))
    assert read_picture(path).alpha is None


@pytest.mark.parametrize("order", ["<", ">"])
def test_tiff_colors_are_not_multiplied_by_alpha(tmp_path, build, order):
    pixels = bytes([200, 100, 50, 128, 10, 20, 30, 255])
    tags = {258: [8] * 4, 262: [2], 277: [4]}
    straight = build.tiff(2, 1, pixels, {**tags, 338: [2]}, order)
    picture = read_picture(write(tmp_path, straight))
    assert picture.image.tolist() == [[[200, 100, 50], [10, 20, 30]]]
    np.testing.assert_allclose(picture.alpha, [[128 / 255, 1]])
    multiplied = build.tiff(
        2, 1, bytes([100, 50, 25, 128, 10, 20, 30, 255]), {**tags, 338: [1]}, order
    )
    divided = read_picture(write(tmp_path, multiplied)).image.astype(int)
    assert np.abs(divided - [[[199, 100, 50], [10, 20, 30]]]).max() <= 1  # Pillow rounds down


def test_tiff_of_sixteen_bits(tmp_path, build):
    numbers = [20000, 10000, 5000, 32768, 1, 2, 3, 65535]
    data = build.tiff(
        2, 1, struct.pack("<8H", *numbers), {258: [16] * 4, 262: [2], 277: [4], 338: [2]}
    )
    picture = read_picture(write(tmp_path, data))
    assert np.rint(picture.image * 65535).tolist() == [[[20000, 10000, 5000], [1, 2, 3]]]
    multiplied = build.tiff(
        1,
        1,
        struct.pack("<4H", 10000, 5000, 2500, 32768),
        {258: [16] * 4, 262: [2], 277: [4], 338: [1]},
    )
    np.testing.assert_allclose(
        read_picture(write(tmp_path, multiplied)).image[0, 0] * 65535,
        [20000, 10000, 5000],
        rtol=1e-3,
    )


@pytest.mark.parametrize("bits", [8, 16])
def test_tiff_with_white_as_zero(tmp_path, build, bits):
    data = struct.pack("<2B" if bits == 8 else "<2H", 0, 2**bits - 1)
    picture = read_picture(
        write(tmp_path, build.tiff(2, 1, data, {258: [bits], 262: [0], 277: [1]}))
    )
    white = 255 if bits == 8 else 1
    assert picture.image[0, :, 0].tolist() == [white, 0]


@pytest.mark.parametrize(
    ("tags", "what"),
    [
        ({258: [32], 262: [1], 277: [1], 339: [3]}, "floating-point"),
        ({258: [32] * 3, 262: [2], 277: [3], 339: [3] * 3}, "RGB colors in 3 channels of floating"),
        ({258: [16], 262: [1], 277: [1], 339: [2]}, "signed"),
        ({258: [12] * 3, 262: [2], 277: [3]}, "RGB colors in 3 channels of 12 bits"),
        ({258: [16] * 2, 262: [1], 277: [2], 338: [2]}, "gray levels in 2 channels of 16 bits"),
        ({258: [16] * 3, 262: [2], 277: [3], 284: [2]}, "in separate planes"),
        ({258: [16] * 4, 262: [5], 277: [4], 284: [2]}, "CMYK colors in separate planes"),
        ({258: [8], 262: [9999], 277: [1]}, "unusual colors"),
    ],
)
def test_unusual_tiff_is_refused(tmp_path, build, tags, what):
    with pytest.raises(FileError, match=f"{what}.*cannot be read"):
        read_picture(write(tmp_path, build.tiff(2, 1, bytes(64), tags)))


def test_gray_tiffs_of_other_depths(tmp_path, build):
    both = build.tiff(2, 1, bytes([9, 255, 200, 51]), {258: [8] * 2, 262: [1], 277: [2], 338: [2]})
    picture = read_picture(write(tmp_path, both))
    assert picture.is_gray
    assert picture.image[0, :, 0].tolist() == [9, 200]
    np.testing.assert_allclose(picture.alpha, [[1, 0.2]], atol=1e-6)
    twelve = build.tiff(2, 1, bytes([0xFF, 0xF8, 0x00]), {258: [12], 262: [1], 277: [1]})
    picture = read_picture(write(tmp_path, twelve))
    np.testing.assert_allclose(picture.image[0, :, 0], [1, 0x800 / 0xFFF], atol=1e-4)


def test_channels_that_are_left_out_are_told(tmp_path, build):
    tags = {258: [8] * 5, 262: [2], 277: [5], 338: [2, 0]}
    picture = read_picture(write(tmp_path, build.tiff(1, 1, bytes([1, 2, 3, 255, 9]), tags)))
    assert picture.image.tolist() == [[[1, 2, 3]]]
    assert "more channels" in picture.notes[0]


@pytest.mark.parametrize("extension", [".jpg", ".png", ".tif", ".webp", ".bmp"])
@pytest.mark.parametrize("share", [0.3, 0.7, 0.97])
def test_cut_off_file_is_noticed(tmp_path, capfd, extension, share):
    noise = np.random.default_rng(3).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    data = cv2.imencode(extension, noise)[1].tobytes()
    whole = write(tmp_path, data, "whole" + extension)
    assert read_picture(whole).image.shape == noise.shape
    cut = write(tmp_path, data[: int(len(data) * share)], "cut" + extension)
    with pytest.raises(FileError, match=r"cut\.\w+ is damaged"):
        read_picture(cut)
    assert capfd.readouterr().err == ""


def test_changed_byte_in_a_png_is_noticed(tmp_path, photo):
    data = bytearray(cv2.imencode(".png", photo)[1].tobytes())
    data[len(data) // 2] ^= 0x55
    with pytest.raises(FileError, match=r"checksum of its IDAT"):
        read_picture(write(tmp_path, bytes(data)))


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "empty"),
        (b"GIF89a" + bytes(40), "not a valid GIF file"),
        (b"\0\0\0\x18ftypqt  " + bytes(20), "a video"),
        (b"\0\0\0\x18ftypcrx " + bytes(20), "a raw photo"),
        (b"\xef\xbb\xbf<?XML", "an XML document"),
        (b"gimp xcf v011\0", "XCF"),
        (b"<!DOCTYPE html><title>404</title>", "a web page"),
        (b"a letter\nto a friend", "text"),
        (b"\x00\x01\x02\x03", "of unknown format"),
        (b"\xff\xd8\xff", "damaged"),
        (b"\x89PNG\r\n\x1a\n", "damaged"),
        (b"II*\0" + b"\xff" * 8, "damaged"),
        (b"RIFF\x04\0\0\0WEBP", "damaged"),
        (b"BM", "damaged"),
    ],
)
def test_what_is_no_picture_is_named(tmp_path, data, what):
    with pytest.raises(FileError, match=what):
        read_picture(write(tmp_path, data, "odd.png"))


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(FileError, match="does not exist"):
        read_picture(tmp_path / "nowhere.png")
    with pytest.raises(FileError, match="is a folder"):
        read_picture(tmp_path)


@pytest.mark.parametrize("extension", [".jpg", ".png", ".tif", ".webp", ".bmp"])
def test_size_is_bounded_before_decoding(tmp_path, extension):
    path = write(tmp_path, cv2.imencode(extension, np.zeros((100, 200, 3), np.uint8))[1].tobytes())
    with pytest.raises(FileError, match=r"200 x 100 pixels.*--max-megapixels"):
        read_picture(path, max_megapixels=0.0199)
    assert read_picture(path, max_megapixels=0.02).image.shape == (100, 200, 3)


def test_a_header_that_lies_costs_no_memory(tmp_path, build):
    bomb = bytearray(build.png(1, 8, 0, [b"\0"]))
    size = struct.pack(">IIBBBBB", 60000, 60000, 8, 0, 0, 0, 0)
    bomb[8:33] = build.png_chunk(b"IHDR", size)
    with pytest.raises(FileError, match=r"60000 x 60000 pixels, 3600 megapixels"):
        read_picture(write(tmp_path, bytes(bomb)))


@pytest.mark.parametrize("name", ["Füße und 猫.png", "emoji 🐈.png", "name with 'quotes' & %.png"])
def test_any_file_name(tmp_path, build, name):
    path = write(tmp_path, build.png(1, 8, 2, [b"\1\2\3"]), name)
    assert read_picture(path).image.tolist() == [[[1, 2, 3]]]


def test_color_profile_is_found(tmp_path, build, photo):
    import zlib

    profile = build.profile(length=70000)
    parts = [profile[:65519], profile[65519:]]
    segments = [(0xE2, b"ICC_PROFILE\0" + bytes((i, 2)) + part) for i, part in enumerate(parts, 1)]
    assert read_picture(write(tmp_path, build.jpeg(photo, *segments))).icc_profile == profile
    chunk = b"name\0\0" + zlib.compress(profile)
    png = build.png(1, 8, 2, [b"\1\2\3"], (b"iCCP", chunk))
    assert read_picture(write(tmp_path, png)).icc_profile == profile
    gray = b"name\0\0" + zlib.compress(build.profile(b"GRAY"))
    png = build.png(1, 8, 2, [b"\1\2\3"], (b"iCCP", gray))
    assert read_picture(write(tmp_path, png)).icc_profile is None
    png = build.png(3, 8, 0, [b"\1\2\3"], (b"iCCP", gray))
    assert read_picture(write(tmp_path, png)).icc_profile == build.profile(b"GRAY")


def test_plane_of_gray_and_of_white_on_transparent(tmp_path, build):
    gray = write(tmp_path, build.png(3, 8, 0, [bytes([0, 128, 255])]))
    assert read_plane(gray, "mask").tolist() == [[0, 128, 255]]
    layer = build.png(3, 8, 4, [bytes([255, 0, 255, 128, 255, 255])])
    assert read_plane(write(tmp_path, layer), "mask").tolist() == [[0, 128, 255]]


def test_plane_of_a_cut_out_is_its_transparency(tmp_path, build):
    pixels = bytes([250, 10, 10, 0, 10, 250, 10, 99, 10, 10, 250, 255])
    path = write(tmp_path, build.png(3, 8, 6, [pixels]))
    assert read_plane(path, "alpha").tolist() == [[0, 99, 255]]


def test_plane_keeps_sixteen_bits(tmp_path, build):
    path = write(tmp_path, build.png(2, 16, 0, [struct.pack(">2H", 1000, 65535)]))
    plane = read_plane(path, "alpha")
    assert plane.dtype == np.float32
    assert np.rint(plane * 65535).tolist() == [[1000, 65535]]


def test_photo_is_no_trimap(tmp_path, build, photo):
    with pytest.raises(FileError, match=r"is a color picture, not a trimap"):
        read_plane(write(tmp_path, build.jpeg(photo)), "trimap")


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        ({259: [50001]}, "is a TIFF with WebP compression, which cannot be read"),
        (
            {322: [256], 323: [256]},
            "is a TIFF with tiles that are listed as strips, which cannot be read",
        ),
        ({259: [32809]}, "is a TIFF with ThunderScan compression, which cannot be read"),
        (
            {262: [6], 277: [3], 258: [8, 8, 8], 530: [2, 1]},
            "is a TIFF with subsampled colors without compression, which cannot be read",
        ),
    ],
)
def test_an_intact_tiff_that_cannot_be_read_is_not_called_damaged(build, tags, words):
    data = build.tiff(8, 4, bytes(10), {258: [4], 262: [1], 277: [1], **tags})
    with pytest.raises(FileError, match=words):
        decode_picture(data, "picture")


def test_a_big_tiff_with_the_most_significant_byte_first_is_not_called_damaged():
    with pytest.raises(FileError, match="is a TIFF with 64-bit offsets, the most significant"):
        decode_picture(b"MM\0+\0\x08\0\0" + bytes(100), "picture")


def test_an_intact_picture_that_cannot_be_read_is_not_called_damaged(tmp_path):
    large = bytearray(cv2.imencode(".bmp", np.zeros((4, 4), np.uint8))[1])
    large[46:50] = (300).to_bytes(4, "little")  # colors in its palette
    large[54:54] = bytes(4 * 44)
    with pytest.raises(FileError, match="kind that cannot be read: invalid palette size"):
        decode_picture(bytes(large), "picture")
    if not features.check("avif"):
        return
    Image.new("RGB", (16, 16), "teal").save(tmp_path / "small.avif")
    data = (tmp_path / "small.avif").read_bytes()
    sizes = b"ispe" + bytes(4)
    side = (30_000).to_bytes(4, "big")
    huge = data.replace(sizes + (16).to_bytes(4, "big") * 2, sizes + side * 2)
    assert huge != data
    with pytest.raises(FileError, match="an AVIF picture of a size or a kind that cannot be read"):
        decode_picture(huge, "picture")
    with pytest.raises(FileError, match="picture is damaged"):
        decode_picture(huge[:-9], "picture")


def test_what_confuses_the_decoder_is_told_in_words(build, monkeypatch):
    def confused(*_args):
        return [][0]

    monkeypatch.setattr(PngImagePlugin.PngImageFile, "load_prepare", confused)
    with pytest.raises(FileError) as told:
        decode_picture(build.png(8, 8, 0, [bytes(8)] * 4), "picture")
    assert "is damaged: it is not a valid PNG file" in str(told.value)
