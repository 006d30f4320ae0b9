"""From an image to a cut-out in one pass over the steps."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from matte_core.base.errors import InputError
from matte_core.base.lazy import load_ahead
from matte_core.base.messages import Message
from matte_core.base.progress import ProgressCallback, part
from matte_core.images import Alpha, Image, Mask, Trimap
from matte_core.marks import Marks
from matte_core.segmentation import Segmentation
from matte_core.steps import Steps

if TYPE_CHECKING:
    from matte_core.compositing.shadow import Shadow


@dataclass(frozen=True)
class CutOut:
    """The results of all steps.

    Attributes
    ----------
    mask : (H, W) bool
    trimap : (H, W) uint8, {0, 128, 255}
    alpha : (H, W) float32, [0, 1]
        With its edge adjusted, and not above the image's own alpha.
    foreground : (H, W, 3), the type of the image, sRGB
        The subject's own colors, without the old background's where that shines through.
    segmentation : Segmentation
    shadow : Shadow, optional
        The subject's, if that was asked for.
    """

    mask: Mask
    trimap: Trimap
    alpha: Alpha
    foreground: Image
    segmentation: Segmentation
    shadow: "Shadow | None" = None


def cut_out(
    image: Image,
    subject: str | Iterable[str] = "auto",
    *,
    model: str | Path | None = None,
    radius_px: int | None = None,
    shape: str = "ellipse",
    hint: Mask | None = None,
    keep: Mask | None = None,
    remove: Mask | None = None,
    unknown: Mask | None = None,
    decontaminate: float = 1.0,
    shift_px: float = 0.0,
    smooth_px: float = 0.0,
    feather_px: float = 0.0,
    contrast: float = 0.0,
    threshold: float = 0.0,
    wide_gamut_image: Image | None = None,
    opacity: Alpha | None = None,
    shadow: bool = False,
    progress: ProgressCallback | None = None,
) -> CutOut:
    """Cut the subject out of an image: segmentation, trimap, matting, edge, foreground colors.

    Parameters
    ----------
    image : (H, W, 3) uint8 or float in [0, 1], sRGB
    subject, model, hint
        See `segment`.
    keep, remove : (H, W) bool, optional
        Strokes, as for `segment`; what they cover is known foreground and background.
    unknown : (H, W) bool, optional
        Where soft edges are to be looked for.
    radius_px, shape
        See `make_trimap`.
    decontaminate : float, [0, 1]
        How much of the old background's color to remove from the edge.
    shift_px, smooth_px, feather_px, contrast, threshold : float
        How to adjust the edge of the alpha; see `matte_core.matting.edge.adjust_edge`.
    wide_gamut_image : (H, W, 3) uint8 or float in [0, 1], optional
    opacity : (H, W) float in [0, 1], optional
        See `Steps`.
    shadow : bool
        Whether to estimate the subject's shadow, on a light, plain ground.
    progress : callable, optional
        See `matte_core.base.progress`.

    Raises
    ------
    InputError, NoSubjectError, ModelError
        As the steps do.
    """
    if not 0 <= decontaminate <= 1:
        raise InputError(f"decontaminate is {decontaminate}.", "It must lie in 0 to 1.")
    load_ahead("matte_core.matting.alpha")
    steps = Steps(image, wide_gamut_image, opacity)
    marks = Marks.of((steps.image.shape[0], steps.image.shape[1]), keep, remove, unknown)
    found = steps.segmentation(
        subject, model, hint=hint, marks=marks, progress=part(progress, 0.0, 0.3)
    )
    trimap = steps.trimap(found, radius_px, shape, marks=marks)
    estimated = steps.alpha(trimap, progress=part(progress, 0.3, 0.85))
    cast = steps.shadow(estimated) if shadow else None
    estimated = estimated if cast is None else cast.subject
    alpha = steps.edge(
        estimated,
        shift_px=shift_px,
        smooth_px=smooth_px,
        feather_px=feather_px,
        contrast=contrast,
        threshold=threshold,
    )
    foreground = steps.foreground(estimated, decontaminate, progress=part(progress, 0.85, 1.0))
    part(progress, 0.0, 1.0)(1.0, Message("Done"))
    shown = steps.shown(alpha, estimated)
    return CutOut(found.mask, trimap, shown, foreground, found, cast)
