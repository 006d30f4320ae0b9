"""Encode pictures, and write files completely or not at all."""

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from matte_core.base.atomic import write_files
from matte_core.base.errors import FileError
from matte_core.files import apng, gif, png, tiff
from matte_core.files.color import gray_profile, rgb_profile
from matte_core.files.metadata import Metadata, photoshop_block
from matte_core.images import Alpha, Image, as_float, as_uint8

JPEG_QUALITY = 95
#: The formats that keep transparency, by the extension of their files.
TRANSPARENT = {".png": "PNG", ".apng": "PNG", ".tif": "TIFF", ".tiff": "TIFF"} | {
    ".webp": "WebP",
    ".gif": "GIF",
}
#: Those of them that can be animated.
ANIMATED = ("PNG", "WebP", "GIF")

_LARGEST_PX = {"JPEG": 65500, "WebP": 16383, "GIF": 65535}


def stack_alpha(colors: NDArray[Any], alpha: Alpha, *, is_gray: bool = False) -> NDArray[Any]:
    """Return quantized colors and their alpha as one (H, W, 4) array, of the type of `colors`.

    Of a gray picture, whose three channels are equal, the result is (H, W, 2).
    """
    shown = quantize(alpha, is_deep=colors.dtype == np.uint16)
    return np.dstack([colors[..., :1] if is_gray else colors, shown])


def quantize(values: Image | Alpha, *, is_deep: bool) -> NDArray[Any]:
    """Return an image or an alpha as integers: uint8, or uint16 if `is_deep`.

    Values that came from such integers become the same integers again.
    """
    if not is_deep:
        return as_uint8(values)
    factor = (65535.0,) * (values.shape[2] if values.ndim == 3 else 1)
    whole = np.ascontiguousarray(as_float(values))
    return cv2.multiply(whole, factor, dtype=cv2.CV_16U)  # type: ignore[call-overload, no-any-return]


def encode(
    kind: str,
    pixels: NDArray[Any],
    *,
    icc_profile: bytes | None = None,
    metadata: Metadata | None = None,
    offset_px: tuple[int, int] | None = None,
) -> bytes:
    """Encode a picture with transparency, or a plane.

    Parameters
    ----------
    kind : str
        "PNG", "TIFF", or "WebP", which is lossless and has 8 bits; or "GIF", which has 255 colors
        and a hard edge.
    pixels : (H, W), (H, W, 2), (H, W, 3) or (H, W, 4), uint8 or uint16
        Gray, gray and alpha, RGB, or RGB and alpha (not premultiplied).
    icc_profile : bytes, optional
        Left out if it is not for these colors.
    metadata : Metadata, optional
        What of it the format has a place for.
    offset_px : (row, column), optional
        The position of the picture in the one it was cropped from; PNG only.

    Raises
    ------
    FileError
        If the picture is too large for the format.
    """
    is_gray = pixels.ndim == 2 or pixels.shape[2] == 2
    profile = gray_profile(icc_profile) if is_gray else rgb_profile(icc_profile)
    said = metadata or Metadata()
    _check_size(kind, pixels)
    try:
        if kind == "TIFF":
            return tiff.encode(pixels, profile, said)
        if kind == "WebP":
            return _webp(pixels, profile, said)
        if kind == "GIF":
            return gif.encode([(_as_bytes(pixels), 0)], plays=1)
        chunks = png.chunks_of(profile, said)
        if offset_px:
            chunks.append(png.offset_chunk(offset_px[1], offset_px[0]))
        return png.with_chunks(png.encode(pixels), chunks)
    except (ValueError, OverflowError) as error:
        raise _too_large(kind, pixels) from error


def encode_animation(
    kind: str,
    frames: Iterable[tuple[NDArray[np.uint8], float]],
    plays: int,
    *,
    icc_profile: bytes | None = None,
    metadata: Metadata | None = None,
) -> bytes:
    """Encode an animation. Of its frames, one at a time is in memory.

    Parameters
    ----------
    kind : str
        One of `ANIMATED`; WebP is lossless, and GIF as `encode` says.
    frames : iterable of ((H, W, 4) uint8, float)
        RGB and alpha (not premultiplied), and how many milliseconds each is shown.
    plays : int
        How often all are shown; 0 is forever.
    icc_profile, metadata
        As for `encode`.

    Raises
    ------
    FileError
        If the pictures are too large for the format.
    """
    profile, said = rgb_profile(icc_profile), metadata or Metadata()
    if kind == "GIF":
        return gif.encode(_checked(frames, kind), plays)
    times: list[float] = []

    def packed() -> Iterator[tuple[bytes, float]]:
        for pixels, milliseconds in _checked(frames, kind):
            times.append(milliseconds)
            yield png.encode(pixels), milliseconds

    if kind == "PNG":
        return apng.assemble(packed(), plays, png.chunks_of(profile, said))
    # Pillow takes the frames one by one only from a file.
    with Pillow.open(io.BytesIO(apng.assemble(packed(), plays, []))) as opened:
        if len(times) == 1:
            return _webp(np.asarray(opened.convert("RGBA")), profile, said)
        how = {"duration": times, "loop": plays, "lossless": True, "method": 4}
        return _saved(opened, "WEBP", profile, said, save_all=True, **how)


def encode_png(
    pixels: NDArray[Any],
    *,
    icc_profile: bytes | None = None,
    offset_px: tuple[int, int] | None = None,
) -> bytes:
    """Encode a picture as PNG; see `encode`."""
    return encode("PNG", pixels, icc_profile=icc_profile, offset_px=offset_px)


def encode_jpeg(
    image: NDArray[np.uint8],
    *,
    quality: int = JPEG_QUALITY,
    icc_profile: bytes | None = None,
    metadata: Metadata | None = None,
) -> bytes:
    """Encode an (H, W, 3) uint8 image as JPEG, with colors at full resolution.

    Chroma subsampling would blur the very edges that matting has recovered.
    """
    _check_size("JPEG", image)
    said = metadata or Metadata()
    return _saved(
        Pillow.fromarray(image),
        "JPEG",
        rgb_profile(icc_profile),
        said,
        quality=quality,
        subsampling="4:4:4",
        **({"dpi": said.dpi} if said.dpi else {}),
        **({"extra": _app13(said.iptc)} if said.iptc else {}),
    )


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


def _webp(pixels: NDArray[Any], profile: bytes | None, metadata: Metadata) -> bytes:
    pixels = _as_bytes(pixels)
    if pixels.ndim == 3 and pixels.shape[2] == 2:
        pixels = np.dstack([pixels[..., 0]] * 3 + [pixels[..., 1]])
        profile = None
    picture = Pillow.fromarray(pixels).convert("RGB" if pixels.ndim == 2 else None)
    # Exact: what lies under transparent pixels has been chosen.
    return _saved(picture, "WEBP", profile, metadata, lossless=True, exact=True, method=4)


def _as_bytes(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    if pixels.dtype == np.uint16:
        return np.rint(pixels / np.float32(257)).astype(np.uint8)
    return pixels


def _checked(
    frames: Iterable[tuple[NDArray[np.uint8], float]], kind: str
) -> Iterator[tuple[NDArray[np.uint8], float]]:
    for pixels, milliseconds in frames:
        _check_size(kind, pixels)
        yield pixels, milliseconds


def _saved(
    picture: Pillow.Image, format_name: str, profile: bytes | None, metadata: Metadata, **how: Any
) -> bytes:
    file = io.BytesIO()
    if metadata.exif:
        how["exif"] = b"Exif\0\0" + metadata.exif if format_name == "JPEG" else metadata.exif
    if metadata.xmp:
        how["xmp"] = metadata.xmp
    picture.save(file, format_name, icc_profile=profile, **how)
    return file.getvalue()


def _app13(iptc: bytes) -> bytes:
    content = b"Photoshop 3.0\0" + photoshop_block(iptc)
    return b"\xff\xed" + (len(content) + 2).to_bytes(2, "big") + content


def _check_size(kind: str, pixels: NDArray[Any]) -> None:
    if max(pixels.shape[:2]) > _LARGEST_PX.get(kind, 1 << 30):
        raise _too_large(kind, pixels)


def _too_large(kind: str, pixels: NDArray[Any]) -> FileError:
    height, width = pixels.shape[:2]
    return FileError(
        f"A picture of {width} x {height} pixels cannot be stored as {kind}.",
        "JPEG allows at most 65500 pixels per side, GIF 65535, WebP 16383; PNG allows more.",
    )
