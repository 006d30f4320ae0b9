"""What is said of a photo beside its pixels, and what of it goes along with the cut-out."""

import io
import struct

import numpy as np
import pytest
from PIL import Image, IptcImagePlugin, PngImagePlugin
from PIL.TiffImagePlugin import IFDRational

from matte_core.files import decode_picture, encode, encode_jpeg
from matte_core.files.metadata import Metadata

XMP = b"""<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
 xmlns:aux="http://ns.adobe.com/exif/1.0/aux/" xmlns:tiff="http://ns.adobe.com/tiff/1.0/"
 xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
 exif:GPSLatitude="52,31N" aux:SerialNumber='B0DY77' tiff:Orientation="6" photoshop:City="Ulm">
<exif:GPSLongitude>13,24E</exif:GPSLongitude>
<dc:creator><rdf:Seq><rdf:li>Ada</rdf:li></rdf:Seq></dc:creator>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end='w'?>"""
IPTC = b"\x1c\x02\x78\0\x07Caption\x1c\x02\x5a\0\x03Ulm"
BLOCK = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + len(IPTC).to_bytes(4, "big") + IPTC + b"\0"


def exif(orientation=6):
    made = Image.Exif()
    made[0x010F], made[0x013B], made[0x0112] = "Maker", "Ada", orientation
    made[0x8769] = {
        0x829A: IFDRational(1, 60),
        0xA431: "B0DY77",
        0x927C: b"secret notes",
        0xA002: 40,
    }
    made[0x8825] = {1: "N", 2: (52.0, 31.0, 0.0)}
    return made


def photo(kind, **options):
    rows, columns = np.mgrid[0:24, 0:40]
    pixels = np.dstack([rows * 10, columns * 6, 0 * rows]).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, exif=exif().tobytes(), **options)
    return file.getvalue()


def jpeg():
    data = photo("JPEG", dpi=(300, 300), xmp=XMP)
    return data[:2] + b"\xff\xed" + (len(BLOCK) + 2).to_bytes(2, "big") + BLOCK + data[2:]


def opened(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WebP"])
@pytest.mark.parametrize("keep", ["public", "all", "none"])
def test_what_is_kept_in_a_cut_out(kind, keep):
    picture = decode_picture(jpeg(), "photo")
    assert picture.image.shape == (40, 24, 3)
    pixels = np.dstack([picture.image, np.full((40, 24), 200, np.uint8)])
    result = encode(kind, pixels, metadata=picture.metadata.kept(keep))
    found = opened(result)
    np.testing.assert_array_equal(np.asarray(found), pixels)
    if kind != "WebP":
        assert found.info["dpi"] == pytest.approx((300, 300), abs=0.01)
    known = found.getexif()
    assert known.get(0x0112, 1) == 1, "it would be turned again"
    inner, place = known.get_ifd(0x8769), known.get_ifd(0x8825)
    xmp = found.info.get("xmp", b"")
    iptc = {} if kind == "WebP" else IptcImagePlugin.getiptcinfo(found) or {}
    if kind == "PNG":
        block = bytes.fromhex("".join(found.info.get("Raw profile type iptc", "").split()[2:]))
        iptc = {(2, 120): b"Caption"} if IPTC[:12] in block else {}
    if keep == "none":
        assert not any((inner, place, xmp, iptc, known.get(0x010F)))
        return
    assert (known[0x010F], known[0x013B]) == ("Maker", "Ada")
    assert float(inner[0x829A]) == pytest.approx(1 / 60)
    assert b"Ada" in xmp
    assert b"Orientation" not in xmp
    assert 0xA002 not in inner
    if kind != "WebP":
        assert iptc[(2, 120)] == b"Caption"
    if keep == "all":
        assert place[1] == "N"
        assert inner[0xA431] == "B0DY77"
        assert b"GPSLatitude" in xmp
    else:
        for word in (b"B0DY77", b"secret", b"GPS", b"52,31", b"Ulm"):
            assert word not in result, word
            assert word not in xmp, word
        assert not place
        assert (2, 90) not in iptc


def test_a_composite_keeps_it_too():
    kept = decode_picture(jpeg(), "photo").metadata.kept("public")
    found = opened(encode_jpeg(np.zeros((8, 8, 3), np.uint8), metadata=kept))
    assert found.info["dpi"] == (300, 300)
    assert found.getexif()[0x013B] == "Ada"
    assert b"Ada" in found.info["xmp"]
    assert IptcImagePlugin.getiptcinfo(found)[(2, 120)] == b"Caption"


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP"])
def test_it_is_found_in_every_format(kind):
    data = photo(kind, **({} if kind == "WEBP" else {"dpi": (72, 72)}))
    picture = decode_picture(data, "photo")
    assert not picture.metadata.is_damaged
    if kind != "WEBP":
        assert picture.metadata.dpi == pytest.approx((72, 72), abs=0.02)
    again = Image.Exif()
    again.load(picture.metadata.kept("public").exif)
    assert again[0x013B] == "Ada"
    assert 0x0112 not in again


def test_a_thumbnail_is_not_passed_on():
    """It would still show the background."""
    small = io.BytesIO()
    Image.new("RGB", (16, 16), (1, 2, 3)).save(small, "JPEG")
    thumbnail = small.getvalue()
    made = exif().tobytes()
    # A second directory, of the thumbnail, after all else.
    head, at = bytearray(made), len(made) - 6
    count = int.from_bytes(made[14:16], "big" if made[6:8] == b"MM" else "little")
    order = "big" if made[6:8] == b"MM" else "little"
    next_at = 6 + 8 + 2 + 12 * count
    head[next_at : next_at + 4] = at.to_bytes(4, order)
    entries = [(0x0201, 4, 1, at + 2 + 24 + 4), (0x0202, 4, 1, len(thumbnail))]
    second = len(entries).to_bytes(2, order)
    for tag, type_, number, value in entries:
        second += tag.to_bytes(2, order) + type_.to_bytes(2, order)
        second += number.to_bytes(4, order) + value.to_bytes(4, order)
    whole = bytes(head) + second + bytes(4) + thumbnail
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "JPEG", exif=whole)
    assert thumbnail in file.getvalue()
    picture = decode_picture(file.getvalue(), "photo")
    result = encode("PNG", picture.image, metadata=picture.metadata.kept("all"))
    assert thumbnail not in result
    assert opened(result).getexif()[0x013B] == "Ada"


def test_damaged_metadata_is_told_and_left_out(build):
    data = build.jpeg(np.zeros((8, 8, 3), np.uint8), (0xE1, b"Exif\0\0II*\0\xff\xff\xff\x7f"))
    picture = decode_picture(data, "photo")
    assert picture.metadata.exif == b""


@pytest.mark.parametrize("is_deep", [False, True])
def test_gray_with_its_profile_stays_gray(build, is_deep):
    profile = build.profile(b"GRAY")
    gray = np.arange(24, dtype=np.uint16).reshape(4, 6) * (2000 if is_deep else 10)
    both = np.dstack([gray, gray[::-1]]).astype(np.uint16 if is_deep else np.uint8)
    limit = 65535 if is_deep else 255
    for kind in ("PNG", "TIFF"):
        data = encode(kind, both, icc_profile=profile, metadata=Metadata(dpi=(150, 150)))
        assert profile in data or kind == "PNG"
        if kind == "TIFF" and is_deep:
            continue  # of gray and alpha with 16 bits neither library reads a TIFF
        read = decode_picture(data, "cut-out")
        assert read.is_gray
        assert read.icc_profile == profile
        np.testing.assert_array_equal(np.rint(read.image[..., 0] * (limit if is_deep else 1)), gray)
        np.testing.assert_array_equal(np.rint(read.alpha * limit), gray[::-1])


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_a_tiff_comes_back_exactly(bits, channels):
    rng = np.random.default_rng(bits + channels)
    dtype = np.uint8 if bits == 8 else np.uint16
    pixels = rng.integers(0, 2**bits, (37, 29, channels), dtype=dtype)
    pixels = pixels[..., 0] if channels == 1 else pixels
    read = decode_picture(encode("TIFF", pixels), "picture")
    scale = 1 if bits == 8 else 65535
    wanted = pixels if channels != 1 else np.dstack([pixels] * 3)
    np.testing.assert_array_equal(np.rint(read.image * scale), wanted[..., :3])
    if channels == 4:
        np.testing.assert_array_equal(np.rint(read.alpha * (2**bits - 1)), pixels[..., 3])


def test_what_is_behind_the_pixels_is_read_without_decoding_them(build, monkeypatch):
    """Of a picture with 16 bits, which another library decodes."""
    exif = build.exif(6)
    pixels = [bytes(range(6 * column, 6 * column + 6)) * 4 for column in range(3)]
    whole = build.png(4, 16, 2, pixels, (b"sBIT", b"\x0c\x0c\x0c"), (b"bKGD", bytes(6)))
    end = whole.rindex(b"IEND") - 4
    late = [build.png_chunk(b"tEXt", b"Raw profile type iptc\0\niptc\n0\n"),
            build.png_chunk(b"pHYs", struct.pack(">IIB", 11811, 11811, 1)),
            build.png_chunk(b"eXIf", exif)]  # fmt: skip
    data = whole[:end] + b"".join(late) + whole[end:]
    decoded = []
    monkeypatch.setattr(
        PngImagePlugin.PngImageFile, "load_prepare",
        lambda self, load=PngImagePlugin.PngImageFile.load_prepare: (
            decoded.append(self.size), load(self)
        ),
    )  # fmt: skip
    picture = decode_picture(data, "picture")
    assert picture.image.shape == (4, 3, 3), "turned upright"
    assert picture.metadata.dpi == pytest.approx((300, 300), abs=0.1)
    assert set(decoded) <= {(1, 1)}
