"""The steps from an image to a cut-out, each of which keeps its result.

segmentation -> trimap -> alpha -> edge
                                -> foreground
"""

from collections.abc import Callable, Iterable
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from matte_core.base.errors import InputError, NoSubjectError
from matte_core.base.progress import ProgressCallback
from matte_core.images import Alpha, Image, Mask, Trimap, as_uint8, check_alpha, check_image
from matte_core.marks import Marks
from matte_core.segmentation import Segmentation, own_alpha, segment
from matte_core.segmentation.result import INKS
from matte_core.trimap import make_trimap, narrow_at_straight_edges, widen_to_hair

if TYPE_CHECKING:
    from matte_core.compositing.shadow import Shadow
    from matte_core.segmentation.strokes import Affinities
    from matte_core.segmentation.unmixing import Palette

_Result = TypeVar("_Result")

# What is compared by its value. Arrays and segmentations must be the same object, which a step
# returns while everything before it stays as it was.
_VALUES = (str, int, float, tuple, PurePath)


class Steps:
    """The steps of the chain on one image, each of which keeps its last result.

    A step is computed again only if it is given something else than the last time, so a control
    of a preview repeats just the steps that depend on it. Each step raises the errors of the
    function that it calls.

    Parameters
    ----------
    image : (H, W, 3) uint8 or float in [0, 1], sRGB
    wide_gamut_image : (H, W, 3) uint8 or float in [0, 1], optional
        The same image in a wider color space, in which alpha is estimated: colors that were
        clipped to sRGB no longer mix as they did in the photo.
    opacity : (H, W) float in [0, 1], optional
        The image's own alpha. If it has the shape of a subject, the image is cut out already: then
        no other subject is looked for, unless one is named or marked.

    Raises
    ------
    InputError
        If an image is not as described.
    """

    def __init__(
        self,
        image: Image,
        wide_gamut_image: Image | None = None,
        opacity: Alpha | None = None,
    ) -> None:
        self.image = check_image(image)
        self.opacity = opacity
        if opacity is not None:
            self.opacity = check_alpha(opacity, (image.shape[0], image.shape[1]))
        # The alpha that needs no matting, and the trimap that stands for it.
        self._exact: tuple[Trimap, Alpha] | None = None
        self._matted = self.image
        if wide_gamut_image is not None:
            self._matted = check_image(wide_gamut_image, "wide-gamut image")
            if self._matted.shape != self.image.shape:
                raise InputError(
                    f"The wide-gamut image has shape {self._matted.shape}, "
                    f"the image {self.image.shape}."
                )
        self.palette: Palette | None = None
        self._kept: dict[str, tuple[tuple[Any, ...], Any]] = {}

    def segmentation(
        self,
        subject: str | Iterable[str] = "auto",
        model: str | Path | None = None,
        *,
        hint: Mask | None = None,
        marks: Marks | None = None,
        refine: bool = True,
        progress: ProgressCallback | None = None,
    ) -> Segmentation:
        """Find the subject, and correct it as marked; see `segment`.

        An image that is cut out already says itself what its subject is, and so does line art on
        a ground of one color.
        """
        subject = subject if isinstance(subject, str) else tuple(subject)

        def find() -> Segmentation | NoSubjectError:
            own = self.opacity if hint is None and own_alpha.names_no_subject(subject) else None
            if own is not None and own_alpha.is_cut_out(own):
                return own_alpha.of_opacity(own)
            art = self._line_art(subject, hint)
            if art is not None and self.palette is not None and len(self.palette.inks) == 1:
                return art
            try:
                seen = segment(
                    self._seen_everywhere(),
                    subject,
                    model,
                    hint=hint,
                    refine=refine,
                    progress=progress,
                )
            except NoSubjectError as error:
                if art is not None:
                    return art
                if own is None or not own_alpha.has_shape(own):
                    return error
                return own_alpha.of_opacity(own)
            if art is None:
                return seen
            from matte_core.segmentation.inked import with_enclosed

            return with_enclosed(art, seen.mask)

        found = self.once("segmentation", (subject, model, hint, refine), find)
        if isinstance(found, NoSubjectError) and (marks is None or not marks.keep.any()):
            raise found
        if marks is None or not marks.moves_mask:
            assert not isinstance(found, NoSubjectError)
            return found
        return self.once("corrected", (found, marks), lambda: self._corrected(found, marks))

    def _in_eight_bits(self) -> Image:
        """Return the image as what finds subjects and hair sees it: more bits say nothing more."""
        return self.once("eight bits", (), lambda: as_uint8(self.image))

    def _seen_everywhere(self) -> Image:
        """Return the image with what is seen continued over what is transparent, in 8 bits.

        A transparent frame would be taken for a plain background, in front of which the whole photo
        stands out.
        """
        opacity = self.opacity
        if opacity is None or not own_alpha.has_shape(opacity):
            return self._in_eight_bits()
        from matte_core.matting import clear_hidden

        return self.once(
            "continued",
            (opacity,),
            lambda: clear_hidden(self._in_eight_bits(), opacity, max(opacity.shape))[0],
        )

    def _line_art(self, subject: str | tuple[str, ...], hint: Mask | None) -> Segmentation | None:
        """Return line art, unmixed, unless a part is named; None for any other image."""
        from matte_core.segmentation.inked import means_all, of_inks

        if not means_all(subject):
            return None
        if self.opacity is not None and own_alpha.has_shape(self.opacity):
            return None
        from matte_core.segmentation.line_art import find_palette

        self.palette = self.once("palette", (), lambda: find_palette(self._matted))
        return None if self.palette is None else of_inks(self.unmixed(self.palette)[0], hint)

    def unmixed(self, palette: "Palette") -> tuple[Alpha, Image]:
        """Unmix the image; see `Palette.unmix`."""
        return self.once("unmixed", (palette,), lambda: palette.unmix(self._matted))

    def affinities(self) -> "Affinities":
        """Prepare what strokes are spread by; see `matte_core.segmentation.strokes`."""
        from matte_core.segmentation.strokes import Affinities

        return self.once("affinities", (), lambda: Affinities(self._seen_everywhere()))

    def trimap(
        self,
        found: Segmentation,
        radius_px: int | None = None,
        shape: str = "ellipse",
        *,
        marks: Marks | None = None,
    ) -> Trimap:
        """Make the trimap of a segmentation, with what was marked; see `trimap_of`."""
        trimap = self.once(
            "trimap",
            (found, radius_px, shape),
            lambda: trimap_of(found, self._in_eight_bits(), radius_px, shape),
        )
        trimap = self.marked(trimap, marks)
        is_exact = found.has_exact_alpha and (
            marks is None or (found.source == INKS and not marks.unknown.any())
        )
        self._exact = (trimap, found.probability) if is_exact else None
        return trimap

    def marked(self, trimap: Trimap, marks: Marks | None) -> Trimap:
        """Mark a trimap, made or painted; see `Marks.onto`."""
        if marks is None:
            return trimap
        return self.once("marked", (trimap, marks), lambda: marks.onto(trimap))

    def alpha(self, trimap: Trimap, *, progress: ProgressCallback | None = None) -> Alpha:
        """Estimate the alpha of a trimap, found or painted; see `estimate_alpha`.

        An image that is cut out already has its alpha: this is `opacity` itself. Line art has
        that which it was unmixed with.
        """
        if self._exact is not None and trimap is self._exact[0]:
            return self._exact[1]
        # The matting takes a while to load, and segmentation alone does not need it.
        from matte_core.matting import estimate_alpha

        return self.once(
            "alpha", (trimap,), lambda: estimate_alpha(self._matted, trimap, progress=progress)
        )

    def edge(self, alpha: Alpha, **controls: float) -> Alpha:
        """Adjust the edge of an alpha by the controls of `adjust_edge`."""
        from matte_core.matting.edge import adjust_edge

        if not any(controls.values()):
            return alpha
        made_from = (alpha, *sorted(controls.items()))
        return self.once("edge", made_from, lambda: adjust_edge(alpha, **controls))

    def foreground(
        self, alpha: Alpha, amount: float = 1.0, *, progress: ProgressCallback | None = None
    ) -> Image:
        """Return the image's colors without an amount, in [0, 1], of the old background's.

        Takes the alpha that was estimated: an edge that was moved says nothing about colors. See
        `estimate_foreground` and `decontaminate`.
        """
        from matte_core.matting import decontaminate, estimate_foreground

        # The colors of an image that is cut out already are its subject's own.
        if amount == 0 or alpha is self.opacity:
            return self.image

        def estimate() -> Image:
            inks = self.inks(alpha) if self._matted is self.image else None
            if inks is not None:
                return inks
            return estimate_foreground(self.image, alpha, progress=progress)

        clean = self.once("foreground", (alpha,), estimate)
        return clean if amount == 1 else decontaminate(self.image, clean, amount)

    def shadow(self, alpha: Alpha) -> "Shadow":
        """Estimate the shadow of an alpha that was estimated; see `estimate_shadow`."""
        from matte_core.compositing.shadow import estimate_shadow

        return self.once("shadow", (alpha,), lambda: estimate_shadow(self._matted, alpha))

    def inks(self, alpha: Alpha) -> Image | None:
        """Return the inks of line art, in the space that its alpha was found in.

        They are continued a few pixels outward, as by `estimate_foreground`. None if the alpha is
        not that of line art.
        """
        if self.palette is None or self._exact is None or alpha is not self._exact[1]:
            return None
        from matte_core.segmentation.inked import clean_inks

        return clean_inks(self._matted, *self.unmixed(self.palette), alpha)

    def shown(self, alpha: Alpha, estimated: Alpha) -> Alpha:
        """Return an adjusted alpha as far as the image's own transparency lets it be seen."""
        if self.opacity is None:
            return alpha
        if estimated is self.opacity:
            return np.minimum(alpha, self.opacity)
        return alpha * self.opacity

    def _corrected(self, found: Segmentation | NoSubjectError, marks: Marks) -> Segmentation:
        from matte_core.segmentation.strokes import correct

        before = None if isinstance(found, NoSubjectError) else found
        if before is not None and before.source == INKS:
            from matte_core.segmentation.inked import with_strokes

            assert self.palette is not None  # it was found with that
            inks = self.unmixed(self.palette)[1]
            return with_strokes(before, inks, marks.keep, marks.remove)
        image = self._seen_everywhere()
        return correct(image, before, self.affinities(), marks.keep, marks.remove)

    def once(
        self, step: str, made_from: tuple[Any, ...], compute: Callable[[], _Result]
    ) -> _Result:
        """Return the kept result of a step if it was made from the same; else compute it."""
        kept = self._kept.get(step)
        if kept is None or not all(map(_is_same, kept[0], made_from)):
            kept = self._kept[step] = (made_from, compute())
        result: _Result = kept[1]
        return result


def trimap_of(
    found: Segmentation, image: Image, radius_px: int | None = None, shape: str = "ellipse"
) -> Trimap:
    """Make the trimap of a segmentation: wide where that is unsure, and where there is hair.

    It is narrow at straight edges that are too faint for matting. `image` is the one that was
    segmented; radius and shape are those of `make_trimap`.
    """
    if found.has_exact_alpha:
        return own_alpha.trimap_of_opacity(found.probability)
    trimap = make_trimap(
        found.mask,
        radius_px,
        shape,
        probability=found.probability,
        grid_px=found.grid_px,
        trust_mask=True,
    )
    trimap = narrow_at_straight_edges(trimap, found.mask, image)
    return widen_to_hair(
        trimap, image, radius_px, probability=found.probability, grid_px=found.grid_px
    )


def _is_same(before: Any, now: Any) -> bool:
    are_values = isinstance(before, _VALUES) and isinstance(now, _VALUES)
    return before is now or (are_values and before == now)
