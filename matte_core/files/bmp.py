"""The header of a BMP file."""

import struct

from matte_core.files.header import Damaged, Header, Unsupported

_CORE_HEADER_BYTES = 12


def parse(data: bytes) -> Header:
    """Read the header of a BMP file."""
    try:
        pixels_at, header_bytes = struct.unpack_from("<II", data, 10)
        if header_bytes == _CORE_HEADER_BYTES:
            width, height, _, bits = struct.unpack_from("<HHHH", data, 18)
            compression = 0
        else:
            width, height, _, bits, compression = struct.unpack_from("<iiHHI", data, 18)
    except struct.error as error:
        raise Damaged("its header is truncated") from error
    if compression in (4, 5):
        raise Unsupported("a BMP that contains a JPEG or PNG")
    if width < 0:
        raise Damaged(f"its width is {width} pixels")
    height = abs(height)  # negative: rows from top to bottom
    row_bytes = (width * bits + 31) // 32 * 4
    is_packed = compression in (1, 2)
    if not is_packed and pixels_at + row_bytes * height > len(data):
        raise Damaged(f"it is truncated: {len(data)} of {pixels_at + row_bytes * height} bytes")
    return Header("BMP", width, height)
