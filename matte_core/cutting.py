"""The whole chain in one call: `cut_out`."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from matte_core.base.errors import InputError
from matte_core.base.messages import Message
from matte_core.base.progress import ProgressCallback, part
from matte_core.images import Alpha, Image, Mask, Trimap, check_image
from matte_core.segmentation.result import Segmentation
from matte_core.segmentation.segmenting import segment
from matte_core.trimap import trimap_of


@dataclass(frozen=True)
class CutOut:
    """What every step of the chain gave.

    Attributes
    ----------
    mask : (H, W) bool
    trimap : (H, W) uint8, {0, 128, 255}
    alpha : (H, W) float32, [0, 1]
    foreground : (H, W, 3), of the picture's type, sRGB
        The subject's own colors, free of the old background's where it shines through.
    segmentation : Segmentation
    """

    mask: Mask
    trimap: Trimap
    alpha: Alpha
    foreground: Image
    segmentation: Segmentation


def cut_out(
    image: Image,
    subject: str | Iterable[str] = "auto",
    *,
    model: str | Path | None = None,
    radius_px: int | None = None,
    shape: str = "ellipse",
    hint: Mask | None = None,
    decontaminate: float = 1.0,
    wide: Image | None = None,
    progress: ProgressCallback | None = None,
) -> CutOut:
    """Cut the subject out of a picture: segmentation, trimap, matting, foreground colors.

    Parameters
    ----------
    image : (H, W, 3) uint8 or float in [0, 1], sRGB
    subject, model, hint
        See `segment`.
    radius_px, shape
        See `make_trimap`.
    decontaminate : float
        How much of the old background's color is taken out of the fringe, from 0 (none) to
        1 (all).
    wide : (H, W, 3) uint8 or float in [0, 1], optional
        The same picture in a wider color space, which alpha is estimated in: cut to sRGB,
        colors no longer mix as they did in the photo.
    progress : callable, optional
        See `matte_core.base.progress`.

    Raises
    ------
    InputError, NoSubjectError, ModelError
        As the steps do.
    """
    # The matting takes a while to load, and what only segments needs none of it.
    from matte_core.matting import decontaminate as mix_in
    from matte_core.matting import estimate_alpha, estimate_foreground

    image = check_image(image)
    seen = image if wide is None else check_image(wide, "wide image")
    if seen.shape != image.shape:
        raise InputError(f"The wide image has shape {seen.shape}, the image {image.shape}.")
    if not 0 <= decontaminate <= 1:
        raise InputError(f"decontaminate is {decontaminate}.", "It must lie in 0 to 1.")
    found = segment(image, subject, model, hint=hint, progress=part(progress, 0.0, 0.3))
    trimap = trimap_of(found, image, radius_px, shape)
    alpha = estimate_alpha(seen, trimap, progress=part(progress, 0.3, 0.85))
    foreground = image
    if decontaminate > 0:
        clean = estimate_foreground(image, alpha, progress=part(progress, 0.85, 1.0))
        foreground = mix_in(image, clean, decontaminate)
    part(progress, 0.0, 1.0)(1.0, Message("Done"))
    return CutOut(found.mask, trimap, alpha, foreground, found)
