"""Pictures in other colors than RGB, converted to sRGB by their profile."""

import contextlib
import io

from PIL import Image, ImageCms

_CMYK, _GRAY, _RGB = b"CMYK", b"GRAY", b"RGB "


def profile_for(profile: bytes | None, *spaces: bytes) -> bytes | None:
    """Return an ICC profile if it is for one of some color spaces, else None.

    ICC.1:2022, 7.2: bytes 16 to 19 name the color space, 36 to 39 are the signature.
    """
    if profile and profile[16:20] in spaces and profile[36:40] == b"acsp":
        return profile
    return None


def rgb_profile(profile: bytes | None) -> bytes | None:
    """Return an ICC profile if it is for RGB pixels, else None."""
    return profile_for(profile, _RGB)


def gray_profile(profile: bytes | None) -> bytes | None:
    """Return an ICC profile if it is for gray pixels, else None."""
    return profile_for(profile, _GRAY)


def is_srgb(profile: bytes | None) -> bool:
    """Return whether an ICC profile calls itself sRGB; no profile counts as sRGB."""
    return profile is None or b"sRGB" in profile or "sRGB".encode("utf-16-be") in profile


def cmyk_to_srgb(picture: Image.Image, profile: bytes | None) -> tuple[Image.Image, str]:
    """Convert a CMYK picture, by its profile or, without a usable one, by plain arithmetic.

    Returns
    -------
    converted : Image
        RGB, in sRGB.
    note : str
        What the user should know.
    """
    if profile_for(profile, _CMYK):
        with contextlib.suppress(
            ImageCms.PyCMSError, OSError
        ):  # a damaged profile is as good as none
            return _converted(picture, profile), "It is in CMYK colors; the result is in sRGB."
    return (
        picture.convert("RGB"),
        "It is in CMYK colors without a usable color profile; its colors are an estimate in sRGB.",
    )


def lab_to_srgb(picture: Image.Image) -> Image.Image:
    """Convert a CIELAB picture to sRGB."""
    lab = ImageCms.createProfile("LAB")
    return _transformed(picture, ImageCms.ImageCmsProfile(lab))


def _converted(picture: Image.Image, profile: bytes | None) -> Image.Image:
    return _transformed(picture, ImageCms.ImageCmsProfile(io.BytesIO(profile or b"")))


def _transformed(picture: Image.Image, profile: ImageCms.ImageCmsProfile) -> Image.Image:
    made = ImageCms.profileToProfile(
        picture,
        profile,
        ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    assert made is not None  # it is only None where the picture is converted in place
    return made
