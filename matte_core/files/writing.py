"""Encode pictures with OpenCV, and write files completely or not at all."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.base.atomic import write_files
from matte_core.base.errors import FileError
from matte_core.files.jpeg import with_profile
from matte_core.files.png import offset_chunk, profile_chunk, with_chunks
from matte_core.images import Alpha, Image, as_float, as_uint8

JPEG_QUALITY = 95


def stack_alpha(foreground: Image, alpha: Alpha, *, is_deep: bool) -> NDArray[Any]:
    """Return colors and alpha as one (H, W, 4) array, uint8, or uint16 if `is_deep`.

    Values that came from such integers become the same integers again.
    """
    if is_deep:
        return np.dstack([_as_uint16(as_float(foreground)), _as_uint16(alpha)])
    return np.dstack([as_uint8(foreground), np.rint(alpha * 255).astype(np.uint8)])


def quantize(plane: Alpha, *, is_deep: bool) -> NDArray[Any]:
    """Return an alpha as integers: uint8, or uint16 if `is_deep`."""
    return _as_uint16(plane) if is_deep else np.rint(plane * 255).astype(np.uint8)


def encode_png(
    pixels: NDArray[Any],
    *,
    icc_profile: bytes | None = None,
    offset_px: tuple[int, int] | None = None,
) -> bytes:
    """Encode a picture as PNG.

    Parameters
    ----------
    pixels : (H, W), (H, W, 3) or (H, W, 4), uint8 or uint16
        Gray, RGB, or RGB and alpha (not premultiplied).
    icc_profile : bytes, optional
        An RGB profile; omitted from gray pictures.
    offset_px : (row, column), optional
        The position of the picture in the one it was cropped from, for programs that use it.
    """
    stored = pixels
    if pixels.ndim == 3:
        stored = cv2.cvtColor(
            pixels, cv2.COLOR_RGBA2BGRA if pixels.shape[2] == 4 else cv2.COLOR_RGB2BGR
        )
    # OpenCV's default settings are faster than any level, and the files no larger.
    encoded = _encode(".png", stored, [])
    chunks = []
    if icc_profile and pixels.ndim == 3:
        chunks.append(profile_chunk(icc_profile))
    if offset_px:
        chunks.append(offset_chunk(offset_px[1], offset_px[0]))
    return with_chunks(encoded, chunks)


def encode_jpeg(
    image: NDArray[np.uint8], *, quality: int = JPEG_QUALITY, icc_profile: bytes | None = None
) -> bytes:
    """Encode an (H, W, 3) uint8 image as JPEG, with colors at full resolution.

    Chroma subsampling would blur the very edges that matting has recovered.
    """
    settings = [
        cv2.IMWRITE_JPEG_QUALITY,
        quality,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
    ]
    encoded = _encode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), settings)
    return with_profile(encoded, icc_profile) if icc_profile else encoded


def write_whole(path: Path, data: bytes) -> None:
    """Write a file completely or not at all, whatever happens meanwhile.

    The folder is created if necessary. See `matte_core.base.atomic`.

    Raises
    ------
    FileError
        If it cannot be written; nothing is left behind.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_files({path: data})
    except OSError as error:
        reason = error.strerror or str(error)
        raise FileError(
            f"{path} cannot be written: {reason}.",
            "Free up disk space, or choose another place with -o.",
        ) from error


def _encode(extension: str, pixels: NDArray[Any], settings: list[int]) -> bytes:
    is_encoded, encoded = cv2.imencode(extension, pixels, settings)
    if not is_encoded:
        height, width = pixels.shape[:2]
        raise FileError(
            f"A picture of {width} x {height} pixels cannot be stored as {extension[1:].upper()}.",
            "JPEG allows at most 65500 pixels per side; PNG allows more.",
        )
    return encoded.tobytes()


def _as_uint16(values: Alpha) -> NDArray[np.uint16]:
    steps: NDArray[np.uint16] = np.rint(values * np.float32(65535)).astype(np.uint16)
    return steps
