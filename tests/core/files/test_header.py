"""Headers that contradict themselves: each is refused with what is wrong, and nothing else."""

import struct

import pytest

from matte_core.base.errors import FileError
from matte_core.files.header import describe, is_srgb, read_header, rgb_profile, sniff
from matte_core.files.tiff import exif_orientation

JPEG_FRAME = b"\xff\xc0\x00\x11\x08\x00\x04\x00\x05\x03" + bytes(9)
JPEG_SCAN = b"\xff\xda\x00\x02"


def bmp(width=2, height=2, bits=24, compression=0, extra=bytes(64)):
    head = struct.pack("<iiHHI", width, height, 1, bits, compression)
    return b"BM" + bytes(8) + struct.pack("<II", 54, 40) + head + extra


def webp(kind, content, size=None):
    body = b"WEBP" + kind + struct.pack("<I", len(content) if size is None else size) + content
    return b"RIFF" + struct.pack("<I", len(body)) + body


def tiff(entries, order="<", big=False):
    """A TIFF of (tag, kind, count, value) entries, all of them inline."""
    mark = b"II" if order == "<" else b"MM"
    if big:
        head = mark + struct.pack(order + "HHHQ", 43, 8, 0, 16)
        packed = [struct.pack(order + "HHQQ", *entry) for entry in entries]
        return head + struct.pack(order + "Q", len(entries)) + b"".join(packed)
    head = mark + struct.pack(order + "HI", 42, 8)
    packed = [struct.pack(order + "HHII", *entry) for entry in entries]
    return head + struct.pack(order + "H", len(entries)) + b"".join(packed)


SIZE = [(256, 3, 1, 5), (257, 3, 1, 4), (258, 3, 1, 8)]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"BM" + bytes(10), "header is truncated"),
        (bmp(compression=4), "contains a JPEG or PNG"),
        (bmp(width=-3), "width is -3"),
        (bmp(width=900, height=900), "truncated: "),
        (bmp(width=0), "size is 0 x 2"),
        (b"\xff\xd8\xff\xd9", "contains no picture"),
        (b"\xff\xd8\xff\xe0\x00\x40ab", "header is truncated"),
        (b"\xff\xd8\xff\xe0\x00\x01ab", "header is truncated"),
        (b"\xff\xd8\xff", "header is truncated"),
        (b"\xff\xd8\xff\xc0\x00\x04\x08\x00", "frame header is too short"),
        (b"\xff\xd8" + JPEG_SCAN, "its size is missing"),
        (b"\xff\xd8" + JPEG_FRAME.replace(b"\x05\x03", b"\x05\x04") + JPEG_SCAN, "CMYK"),
        (b"\xff\xd8" + JPEG_FRAME.replace(b"\x11\x08", b"\x11\x0c") + JPEG_SCAN, "12 bits"),
        (b"\xff\xd8\xff\x01" + JPEG_FRAME + JPEG_SCAN, "its end is missing"),
        (b"\x89PNG\r\n\x1a\n", "truncated after 8 bytes"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\0IEND\xae\x42\x60\x82", "contains no picture"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\0tEXt" + b"\x82\xdc\x7c\x8c", "checksum"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\x09IHDRabcdefgh", "truncated: "),
        (webp(b"VP8X", bytes(4)), "frame header is too short"),
        (webp(b"VP8 ", bytes(10)), "its frame is not valid"),
        (webp(b"VP8L", b"\x00" * 5), "lossless frame"),
        (webp(b"JUNK", b"ab"), "size is missing"),
        (webp(b"VP8X", bytes(10), size=400), "chunks is truncated"),
        (webp(b"VP8X", bytes(10))[:-4], "truncated: "),
        (tiff([])[:9], "directory is truncated"),
        (tiff([(256, 3, 9999, 1)]), "directory is truncated"),
        (b"II*\0\x08\0\0\0\xff\xff", "claims to have 65535 entries"),
        (tiff([*SIZE, (262, 3, 1, 5)]), "CMYK"),
        (tiff([*SIZE, (262, 3, 1, 99)]), "unusual colors"),
        (tiff([*SIZE, (339, 3, 1, 3)]), "floating-point"),
        (tiff([(256, 3, 1, 5), (257, 3, 1, 4), (258, 3, 1, 12)]), "12 bits"),
        (tiff([*SIZE, (277, 3, 1, 2)]), "gray and transparency"),
        (tiff([*SIZE, (262, 3, 1, 2), (277, 3, 1, 5)]), "5 channels"),
        (
            tiff([*SIZE[:2], (258, 3, 1, 16), (262, 3, 1, 6), (277, 3, 1, 3)]),
            "16-bit YCbCr",
        ),
        (
            tiff([*SIZE[:2], (258, 3, 1, 16), (262, 3, 1, 2), (277, 3, 1, 3), (284, 3, 1, 2)]),
            "separate planes",
        ),
        (tiff([*SIZE, (273, 4, 1, 900), (279, 4, 1, 10)]), "truncated: "),
        (tiff([(256, 5, 0, 0), *SIZE[1:]]), "does not contain whole numbers"),
    ],
)
def test_what_is_wrong_is_said(data, words):
    with pytest.raises(FileError) as caught:
        read_header(data, "photo")
    assert words in str(caught.value)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("big", [False, True])
def test_every_kind_of_tiff_tells_its_size(order, big):
    shift = 0 if order == "<" else (48 if big else 16)  # a short is at the start of its field
    entries = [(tag, kind, count, value << shift) for tag, kind, count, value in SIZE]
    header = read_header(tiff(entries, order, big), "photo")
    assert (header.format, header.width, header.height) == ("TIFF", 5, 4)


def test_a_profile_of_a_type_that_there_is_not_is_none():
    header = read_header(tiff([*SIZE, (34675, 99, 1, 0)]), "photo")
    assert header.icc_profile is None


def test_a_bmp_of_the_first_kind_tells_its_size():
    data = b"BM" + bytes(8) + struct.pack("<IIHHHH", 26, 12, 5, 4, 1, 24) + bytes(64)
    header = read_header(data, "photo")
    assert (header.format, header.width, header.height) == ("BMP", 5, 4)


@pytest.mark.parametrize("exif", [b"", b"XX*\0", b"II*\0\xff\xff\xff\xff"])
def test_a_damaged_exif_block_gives_no_orientation(exif):
    assert exif_orientation(exif) == 1


def test_an_orientation_that_there_is_not_is_none():
    assert exif_orientation(tiff([(274, 3, 1, 9)])) == 1
    assert exif_orientation(tiff([(274, 3, 1, 6)])) == 6


@pytest.mark.parametrize(
    ("start", "what"),
    [
        (b"\0\0\0\x18ftypheic", "a HEIC photo"),
        (b"\0\0\0\x18ftypqt  ", "a video, or a picture in a video container"),
        (b"\xef\xbb\xbf<?XML", "an XML document"),
        (b"hello", "text"),
        (b"\0\1", "a file of unknown format"),
    ],
)
def test_what_is_no_picture_is_named(start, what):
    assert sniff(start) is None
    assert describe(start) == what


def test_a_profile_of_other_colors_is_none():
    profile = bytes(16) + b"RGB " + bytes(16) + b"acsp"
    assert rgb_profile(profile) == profile
    assert rgb_profile(profile.replace(b"RGB ", b"CMYK")) is None
    assert rgb_profile(None) is None
    assert is_srgb(None)
    assert is_srgb("sRGB".encode("utf-16-be"))
    assert not is_srgb(profile)
