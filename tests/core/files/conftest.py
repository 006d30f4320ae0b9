"""Pictures made by hand, byte by byte, of the kinds that programs hand over."""

import struct
import zlib

import cv2
import numpy as np
import pytest


class Build:
    """Encoders for what OpenCV does not write."""

    @staticmethod
    def exif(orientation: int, order: str = "<") -> bytes:
        mark = b"II" if order == "<" else b"MM"
        entry = struct.pack(order + "HHIHH", 274, 3, 1, orientation, 0)
        return mark + struct.pack(order + "HIH", 42, 8, 1) + entry + bytes(4)

    @staticmethod
    def jpeg(pixels: np.ndarray, *segments: tuple[int, bytes]) -> bytes:
        """A JPEG of RGB or gray pixels with segments (marker, content) put in."""
        stored = pixels if pixels.ndim == 2 else pixels[..., ::-1]
        jpeg = cv2.imencode(".jpg", stored, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()
        packed = b"".join(
            bytes((0xFF, marker)) + struct.pack(">H", 2 + len(content)) + content
            for marker, content in segments
        )
        return jpeg[:2] + packed + jpeg[2:]

    @staticmethod
    def png_chunk(kind: bytes, content: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + checksum

    @classmethod
    def png(
        cls, width: int, bits: int, color: int, rows: list[bytes], *chunks: tuple[bytes, bytes]
    ) -> bytes:
        """A PNG of raw rows: color 0 gray, 2 RGB, 3 palette, 4 gray and alpha, 6 RGBA."""
        size = struct.pack(">IIBBBBB", width, len(rows), bits, color, 0, 0, 0)
        pixels = zlib.compress(b"".join(b"\0" + row for row in rows))
        parts = [(b"IHDR", size), *chunks, (b"IDAT", pixels), (b"IEND", b"")]
        return b"\x89PNG\r\n\x1a\n" + b"".join(cls.png_chunk(*part) for part in parts)

    @staticmethod
    def tiff(
        width: int, height: int, data: bytes, tags: dict[int, list[int]], order: str = "<"
    ) -> bytes:
        """A TIFF of one strip; `tags` hold 16-bit numbers."""
        wanted = {259: [1], 284: [1], **tags, 256: [width], 257: [height], 278: [height]}
        longs = {273: 0, 279: len(data)}
        numbers = sorted({*wanted, *longs})
        spilled_at = 8 + 2 + 12 * len(numbers) + 4
        data_at = spilled_at + sum(2 * len(v) for v in wanted.values() if len(v) > 2)
        longs[273] = data_at
        entries = spilled = b""
        for tag in numbers:
            if tag in longs:
                entries += struct.pack(order + "HHII", tag, 4, 1, longs[tag])
                continue
            values = wanted[tag]
            raw = struct.pack(f"{order}{len(values)}H", *values)
            entries += struct.pack(order + "HHI", tag, 3, len(values))
            if len(raw) > 4:
                entries += struct.pack(order + "I", spilled_at + len(spilled))
                spilled += raw
            else:
                entries += raw.ljust(4, b"\0")
        mark = b"II" if order == "<" else b"MM"
        head = mark + struct.pack(order + "HIH", 42, 8, len(numbers))
        return head + entries + bytes(4) + spilled + data

    @staticmethod
    def profile(space: bytes = b"RGB ", length: int = 256) -> bytes:
        """The start of an ICC profile, and bytes that do not compress."""
        head = struct.pack(">I", length) + bytes(12) + space + bytes(16) + b"acsp"
        return head + np.random.default_rng(7).bytes(length - len(head))


@pytest.fixture(scope="session")
def build() -> type[Build]:
    return Build


@pytest.fixture(scope="session")
def photo() -> np.ndarray:
    """(24, 40, 3) uint8: smooth enough for JPEG, and no symmetry at all."""
    rows, columns = np.mgrid[0:24, 0:40]
    return np.dstack([rows * 10, columns * 6, 255 - rows * 3 - columns * 3]).astype(np.uint8)
