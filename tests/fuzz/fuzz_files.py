"""Files of pictures: each is decoded to what its header says, and written again, or refused."""

import io
import struct
import tempfile
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from hypothesis import strategies as st
from mutations import Change, change, changes
from PIL import Image, features
from properties import Property, refused

from matte_core.files import decode_picture, encode, encode_jpeg, read_picture, read_plane
from matte_core.files.opening import open_file
from matte_core.files.png import with_chunks

_MAX_MEGAPIXELS = 1.0


def _seeds() -> list[bytes]:
    rng = np.random.default_rng(11)
    small = rng.integers(0, 256, (9, 7, 4), np.uint8)
    deep = rng.integers(0, 1 << 16, (9, 7, 3), np.uint16)
    files = [
        cv2.imencode(ending, pixels)[1].tobytes()
        for ending in (".png", ".tif", ".webp", ".bmp", ".jpg")
        for pixels in (small[..., 0], small[..., :3], small)
        if not (ending == ".jpg" and pixels.shape[-1] == 4)
    ]
    files += [cv2.imencode(ending, deep)[1].tobytes() for ending in (".png", ".tif")]
    profile = bytes(16) + b"RGB " + bytes(16) + b"acsp" + bytes(24)
    exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"
    files.append(encode_jpeg(small[..., :3], icc_profile=profile))
    files += _by_pillow(small, exif)
    files.append(with_chunks(files[0], [(b"eXIf", exif), (b"tRNS", b"\0\x07")]))
    files.append(_riff(b"VP8X" + struct.pack("<IBBHHBHB", 10, 8, 0, 0, 6, 0, 8, 0), files[6], exif))
    return files


def _by_pillow(pixels: np.ndarray, exif: bytes) -> list[bytes]:
    """Animations, pages, palettes, CMYK, and metadata."""
    pictures = [Image.fromarray(pixels[..., :3]), Image.fromarray(pixels[::-1, :, :3].copy())]
    files = []
    for kind in ("PNG", "WEBP", "GIF", "TIFF", *(("AVIF",) if features.check("avif") else ())):
        file = io.BytesIO()
        pictures[0].save(file, kind, save_all=True, append_images=pictures[1:])
        files.append(file.getvalue())
    for kind in ("JPEG", "TIFF"):
        file = io.BytesIO()
        pictures[0].convert("CMYK").save(file, kind, exif=exif, dpi=(72, 72))
        files.append(file.getvalue())
    return files


def _riff(head: bytes, webp: bytes, exif: bytes) -> bytes:
    body = b"WEBP" + head + webp[12:] + b"EXIF" + struct.pack("<I", len(exif)) + exif
    return b"RIFF" + struct.pack("<I", len(body)) + body


_SEEDS = _seeds()
_FILES = st.tuples(
    st.integers(0, len(_SEEDS) - 1),
    changes,
    st.booleans(),
    st.booleans(),
)


def _file(case: tuple[int, list[Change], bool, bool]) -> bytes:
    seed, plan, is_near, is_mended = case
    data = change(_SEEDS[seed], plan, reach=64 if is_near else None)
    if is_mended and data.startswith(b"\x89PNG"):
        data = _with_checksums(data)
    if is_mended and data.startswith(b"RIFF") and len(data) > 8:
        data = data[:4] + struct.pack("<I", len(data) - 8) + data[8:]
    return data


def _with_checksums(png: bytes) -> bytes:
    """Put every chunk's checksum right, so that what lies in it is looked at."""
    at, parts = 8, [png[:8]]
    while at + 12 <= len(png):
        length = int.from_bytes(png[at : at + 4], "big")
        content = png[at + 8 : at + 8 + length]
        if len(content) < length:
            break
        kind = png[at + 4 : at + 8]
        parts += [png[at : at + 8], content, struct.pack(">I", zlib.crc32(kind + content))]
        at += 12 + length
    return b"".join([*parts, png[at:]])


def a_picture_is_read(case: tuple[Any, ...]) -> None:
    """It is as large as its header says, finite and in range; a mask of it too."""
    data = _file(case)
    with tempfile.TemporaryDirectory() as folder, refused():
        path = Path(folder) / "picture"
        path.write_bytes(data)
        stored = open_file(data, "picture", _MAX_MEGAPIXELS)[1].size
        picture = read_picture(path, max_megapixels=_MAX_MEGAPIXELS)
        height, width, channels = picture.image.shape
        assert channels == 3
        assert sorted((height, width)) == sorted(stored)
        if picture.image.dtype == np.float32:
            assert ((picture.image >= 0) & (picture.image <= 1)).all()
        if picture.alpha is not None:
            assert picture.alpha.shape == (height, width)
            assert ((picture.alpha >= 0) & (picture.alpha <= 1)).all()
        for keep in ("public", "all"):
            for kind in ("PNG", "TIFF", "WebP"):
                kept = picture.metadata.kept(keep)
                again = decode_picture(
                    encode(kind, np.zeros((2, 2, 4), np.uint8), metadata=kept), "again"
                )
                assert again.image.shape == (2, 2, 3)
        assert read_plane(path, "mask").shape == (height, width)


PROPERTIES = (Property("a picture is read", _FILES, a_picture_is_read, 250, 20_000),)
