"""Pictures with more than 8 bits per channel.

Pillow reads gray ones; of RGB it keeps 8 bits, so OpenCV decodes it. What OpenCV (through libtiff)
does not do with a TIFF is done here: invert gray in which zero is white, and divide by an
associated alpha.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ImageFile

from matte_core.base.errors import FileError
from matte_core.files.opening import tiff_tags
from matte_core.files.sniffing import EXPORT_HINT

_BITS, _COLORS, _SAMPLES, _PLANAR, _EXTRA, _SAMPLE_FORMAT = 258, 262, 277, 284, 338, 339
_WHITE_IS_ZERO, _RGB = 0, 2
_ASSOCIATED = 1
_PNG_BITS_AT, _PNG_COLOR_AT, _GRAY_AND_ALPHA = 24, 25, 4


def bits_per_channel(data: bytes, opened: ImageFile.ImageFile, name: str) -> int:
    """Return how many bits of each channel can be read; of formats but PNG and TIFF, 8."""
    if opened.format == "PNG":
        return data[_PNG_BITS_AT]
    tags = tiff_tags(opened)
    most = int(np.max(tags.get(_BITS, 1) if tags else 8))
    if opened.mode not in ("CMYK", "LAB"):
        return most
    if most > 8 and tags.get(_PLANAR, 1) != 1:  # of which Pillow makes something else
        raise FileError(
            f"{name} is a TIFF with 16-bit CMYK colors in separate planes, which cannot be read.",
            EXPORT_HINT,
        )
    return 8  # all that Pillow keeps of them


def decode_deep(
    data: bytes, opened: ImageFile.ImageFile, bits: int, name: str
) -> NDArray[np.uint16]:
    """Return the pixels of a deep picture as stored, straight, with 16 bits.

    Returns
    -------
    (H, W), (H, W, 2), (H, W, 3) or (H, W, 4) uint16

    Raises
    ------
    FileError
        If its kind cannot be read.
    """
    tags = tiff_tags(opened)
    formats = tags.get(_SAMPLE_FORMAT, (1,))
    if bits > 16 or any(one != 1 for one in np.atleast_1d(formats)):
        raise FileError(
            f"{name} has floating-point, signed or {bits}-bit values, which cannot be read.",
            EXPORT_HINT,
        )
    if opened.mode.startswith("I;16"):
        return _gray(opened, bits)
    if opened.format == "TIFF":
        _check_tiff(tags, bits, name)
    pixels: Any = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None or pixels.dtype != np.uint16 or pixels.ndim != 3:
        raise FileError(f"{name} is a picture with 16 bits that cannot be decoded.", EXPORT_HINT)
    order = cv2.COLOR_BGRA2RGBA if pixels.shape[2] == 4 else cv2.COLOR_BGR2RGB
    cv2.cvtColor(pixels, order, dst=pixels)
    if opened.format == "PNG" and data[_PNG_COLOR_AT] == _GRAY_AND_ALPHA:
        # Of which OpenCV makes four channels.
        pixels = np.ascontiguousarray(pixels[..., [0, 3]])
    extra = np.atleast_1d(tags.get(_EXTRA, ()))
    return _straight(pixels) if list(extra[:1]) == [_ASSOCIATED] else pixels


def _gray(opened: ImageFile.ImageFile, bits: int) -> NDArray[np.uint16]:
    opened.load()
    pixels = np.asarray(opened).astype(np.uint16)
    if bits < 16:
        pixels = (pixels.astype(np.uint32) * 65535 // ((1 << bits) - 1)).astype(np.uint16)
    if tiff_tags(opened).get(_COLORS) == _WHITE_IS_ZERO:
        pixels = np.uint16(65535) - pixels
    key = opened.info.get("transparency")
    if isinstance(key, int):
        shown = np.where(pixels == key, 0, 65535).astype(np.uint16)
        return np.dstack([pixels, shown])
    return pixels


def _check_tiff(tags: Any, bits: int, name: str) -> None:
    samples = int(tags.get(_SAMPLES, 1))
    if tags.get(_COLORS) != _RGB or samples not in (3, 4) or bits != 16:
        found = f"{bits} bits in {samples} channels that are not RGB"
    elif tags.get(_PLANAR, 1) != 1:
        found = "16-bit channels in separate planes"
    else:
        return
    raise FileError(f"{name} is a TIFF with {found}, which cannot be read.", EXPORT_HINT)


def _straight(pixels: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Divide colors by their alpha; where that is zero, there is no color to recover."""
    alpha: NDArray[Any] = np.maximum(pixels[..., 3:], 1).astype(np.float32) / 65535
    divided = np.minimum(np.rint(pixels[..., :3] / alpha), 65535).astype(np.uint16)
    return np.dstack([divided, pixels[..., 3]])
