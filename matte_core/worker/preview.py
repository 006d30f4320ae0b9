"""A preview: one reduced image, and views of it while the controls of a dialog move.

The image's `Steps` keep their results, so another view takes milliseconds, another edge no
matting, and another width no segmentation.
"""

from collections import defaultdict
from dataclasses import asdict, dataclass, replace
from threading import Thread
from typing import Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core import matting
from matte_core.base.errors import InputError, NoSubjectError
from matte_core.base.messages import Message
from matte_core.base.progress import ProgressCallback, part
from matte_core.images import Alpha, Float32, Image, Mask, Trimap, as_uint8
from matte_core.link.fields import EdgeControls, Region, ViewSettings
from matte_core.link.strokes import Stroke
from matte_core.marks import Marks
from matte_core.segmentation import Segmentation, segment
from matte_core.segmentation.inked import clean_inks
from matte_core.segmentation.own_alpha import trimap_of_opacity
from matte_core.segmentation.result import INKS
from matte_core.steps import Steps
from matte_core.trimap.make import with_both_known
from matte_core.worker import views
from matte_core.worker.parts import Clicked, PartList
from matte_core.worker.strokes import draw_strokes

WHOLE = Region()
_Plane = TypeVar("_Plane", Trimap, Alpha)


@dataclass(frozen=True)
class _Shown:
    """The last full result, from which a draft starts."""

    probability: Float32
    alpha: Alpha
    colors: Image | None


class Preview:
    """One reduced image and the views of it.

    Parameters
    ----------
    image : (h, w, 3) uint8, sRGB
    hint : (h, w) bool, optional
        The selection.
    trimap : (h, w) uint8, {0, 128, 255}, optional
        A painted trimap, which is used instead of a segmentation.
    full_size : (int, int), optional
        Height and width of the layer, in whose pixels strokes are given; by default the image's.
    opacity : (h, w) float32, [0, 1], optional
        The image's own alpha.

    Attributes
    ----------
    background : (H, W, 3) uint8, optional
        What the view "background" shows behind the subject.
    found : Segmentation, optional
        What the last view was made from.
    """

    def __init__(
        self,
        image: Image,
        hint: Mask | None = None,
        trimap: Trimap | None = None,
        full_size: tuple[int, int] | None = None,
        opacity: Alpha | None = None,
    ) -> None:
        self._image = image
        self._hint = hint
        self._painted = trimap
        self._full_size = full_size or (image.shape[0], image.shape[1])
        self._steps = Steps(image, opacity=opacity)
        self._drawn: Segmentation | None = None
        self._shown: _Shown | None = None
        self._seen_closely: tuple[Any, ...] | None = None
        self._preparation: Thread | None = None
        self._clicked: defaultdict[str, Clicked] = defaultdict(Clicked)
        self.background: Image | None = None
        self.found: Segmentation | None = None

    def show(
        self, settings: ViewSettings, progress: ProgressCallback, region: Region = WHOLE
    ) -> NDArray[np.uint8]:
        """Return a view, (h, w, 3), or (h, w, 4) for "cut-out", uint8.

        Parameters
        ----------
        settings : ViewSettings
        progress : callable
        region : Region, optional
            Which part of the background is shown.
        """
        view = settings.view
        marks = self._marks(settings.strokes)
        if self._painted is None:
            self._find(settings, marks, part(progress, 0.0, 0.35))
        if view == "original":
            return as_uint8(self._image)
        if view == "trimap":
            return views.trimap_view(self._trimap(settings, marks))
        probability = self._probability(marks)
        draft = self._draft(probability) if settings.is_draft else None
        if draft is not None:
            return self._drawn_view(*draft, settings, region)
        trimap = self._trimap(settings, marks)
        estimated = self._steps.alpha(trimap, progress=part(progress, 0.4, 0.9))
        colors = None
        if view not in ("matte", "overlay"):
            colors = self._steps.foreground(
                estimated, settings.decontaminate, progress=part(progress, 0.9, 1.0)
            )
        self._shown = _Shown(probability, estimated, colors)
        return self._drawn_view(
            self._image if colors is None else colors, estimated, settings, region
        )

    def detail(
        self,
        image: Image,
        region: Region,
        settings: ViewSettings,
        edge: EdgeControls,
        progress: ProgressCallback,
        trimap: Trimap | None = None,
    ) -> NDArray[np.uint8]:
        """Return a view of a region at full size.

        Parameters
        ----------
        image : (H, W, 3) uint8
            The region.
        region : Region
        settings : ViewSettings
            As in `show`, for the reduced image.
        edge : EdgeControls
            In pixels of the full size.
        progress : callable
        trimap : (H, W) uint8, {0, 128, 255}, optional
            The painted trimap of the region; by default, that of the reduced image is enlarged.
        """
        size = (image.shape[0], image.shape[1])
        marks = self._marks(settings.strokes)
        fine = self._marks(settings.strokes, size, region)
        if trimap is None and self._painted is None:
            self._find(settings, marks, part(progress, 0.0, 0.4))
        settings = replace(settings, strokes=(), edge=edge)
        draft = self._draft(self._probability(marks)) if settings.is_draft else None
        if draft is not None and settings.view not in ("trimap", "original"):
            alpha = _enlarged(draft[1], region, size, cv2.INTER_LINEAR)
            alpha = alpha if fine is None else fine.onto_alpha(alpha)
            return self._drawn_view(image, alpha, settings, region)
        if trimap is None:
            # The strokes come on top at full size, as fine as the pixels there.
            trimap = _enlarged(self._trimap(settings, None), region, size, cv2.INTER_NEAREST)
        trimap = trimap if fine is None else fine.onto(trimap)
        if self.found is not None and self.found.source == INKS:
            return self._line_art(image, self.found.probability, settings, region)
        enlarged = Preview(image, trimap=with_both_known(trimap))
        enlarged.background = self.background
        return enlarged.show(replace(settings, is_draft=False), part(progress, 0.4, 1.0), region)

    def _line_art(
        self, image: Image, reduced: Alpha, settings: ViewSettings, region: Region
    ) -> NDArray[np.uint8]:
        """Unmix a region by the colors of the whole image, with what strokes have changed."""
        palette = self._steps.palette
        assert palette is not None  # the line art was found with it
        exact, inks = palette.unmix(image)
        change = reduced - self._steps.unmixed(palette)[0]
        change = _enlarged(change, region, exact.shape, cv2.INTER_NEAREST)
        alpha = np.where(change == 0, exact, (change > 0).astype(np.float32))
        if settings.view in ("trimap", "original"):
            is_original = settings.view == "original"
            return as_uint8(image) if is_original else views.trimap_view(trimap_of_opacity(alpha))
        colors = clean_inks(image, exact, inks, alpha)
        return self._drawn_view(
            matting.decontaminate(image, colors, settings.decontaminate), alpha, settings, region
        )

    def prepare(self) -> None:
        """Prepare for strokes in the background; the first of them waits for it."""
        if self._preparation is None and self._painted is None:
            self._preparation = Thread(target=self._steps.affinities)
            self._preparation.start()

    def survey(self, model: str) -> Segmentation | None:
        """Return all that is in the image, whatever the subject is; None if nothing is found."""
        try:
            return self._steps.once(
                "survey", (model,), lambda: segment(self._image, "everything", model or None)
            )
        except NoSubjectError:
            return None

    def list_parts(self, found: Segmentation, model: str) -> PartList:
        """List what was found, with what clicks have found before with that model."""
        return self._clicked[model].list_with(found)

    def original(self) -> NDArray[np.uint8]:
        """Return the image as it is."""
        return as_uint8(self._image)

    def _marks(
        self,
        strokes: tuple[Stroke, ...],
        size: tuple[int, int] | None = None,
        region: Region = WHOLE,
    ) -> Marks | None:
        """Draw strokes on the reduced image, or on a region of that size."""
        height, width = self._full_size
        shape = size or (self._image.shape[0], self._image.shape[1])
        corner = (region.top * height, region.left * width)
        scale = (
            shape[0] / ((region.bottom - region.top) * height),
            shape[1] / ((region.right - region.left) * width),
        )
        return self._steps.once(
            "marks" if size is None else "marks of a region",
            (strokes, shape, corner, scale),
            lambda: draw_strokes(strokes, shape, scale, corner),
        )

    def _find(
        self, settings: ViewSettings, marks: Marks | None, progress: ProgressCallback
    ) -> None:
        """Find the subject as it is corrected by strokes."""
        if settings.with_selection and self._hint is None:
            raise InputError(
                Message("Nothing is selected in this image."),
                Message("Select the subject roughly first."),
            )
        if marks is not None and self._preparation is not None:
            self._preparation.join()
        asked = (settings.choice, settings.with_selection)
        # A draft needs no second look at what has been looked at closely.
        refine = not settings.is_draft or asked == self._seen_closely
        self.found = None
        self.found = self._steps.segmentation(
            settings.choice.subject,
            settings.choice.model or None,
            hint=self._hint if settings.with_selection else None,
            marks=marks,
            refine=refine,
            progress=progress,
        )
        if refine:
            self._seen_closely = asked

    def _trimap(self, settings: ViewSettings, marks: Marks | None) -> Trimap:
        if self._painted is not None:
            return self._steps.marked(self._painted, marks)
        assert self.found is not None  # show() and detail() have found it
        if self._drawn is None or not _looks_same(self.found, self._drawn):
            self._drawn = self.found
        return self._steps.trimap(self._drawn, settings.radius_px, marks=marks)

    def _probability(self, marks: Marks | None) -> Float32:
        """Return roughly what the alpha will be, without matting."""
        if self._painted is None:
            assert self.found is not None
            return self.found.probability
        alpha = self._painted * np.float32(1 / 255)
        return alpha if marks is None else marks.onto_alpha(alpha)

    def _draft(self, probability: Float32) -> tuple[Image, Alpha] | None:
        """Return colors and alpha without matting: the last ones, changed as far as needed."""
        if self._shown is None:
            return None if self._painted is not None else (self._image, probability)
        change = probability - self._shown.probability
        alpha = np.clip(self._shown.alpha + change, 0, 1)
        if self._shown.colors is None:
            return self._image, alpha
        is_kept = np.abs(change) < 1 / 255
        return np.where(is_kept[..., None], self._shown.colors, self._image), alpha

    def _drawn_view(
        self, colors: Image, alpha: Alpha, settings: ViewSettings, region: Region
    ) -> NDArray[np.uint8]:
        """Draw a view of an alpha whose edge is not adjusted yet."""
        estimated, alpha = alpha, self._steps.edge(alpha, **asdict(settings.edge))
        if region is WHOLE:
            alpha = self._steps.shown(alpha, estimated)
        match settings.view:
            case "matte":
                return views.matte_view(alpha)
            case "overlay":
                return views.overlay_view(colors, alpha)
            case "background" if self.background is not None:
                return views.background_view(colors, alpha, self.background, region)
            case "cut-out" | "background":
                return views.cut_out_view(colors, alpha)
            case view:
                return views.plain_view(colors, alpha, views.PLAIN_COLORS.get(view, settings.color))


def _looks_same(one: Segmentation, other: Segmentation) -> bool:
    """Return whether two segmentations lead to the same trimap, whatever they are called."""
    return one.grid_px == other.grid_px and all(
        map(np.array_equal, (one.mask, one.probability), (other.mask, other.probability))
    )


def _enlarged(plane: _Plane, region: Region, size: tuple[int, int], method: int) -> _Plane:
    """Crop a trimap or an alpha to a region and resize it to (rows, columns)."""
    height, width = plane.shape
    top, left = int(region.top * height), int(region.left * width)
    rows = slice(top, max(int(np.ceil(region.bottom * height)), top + 1))
    columns = slice(left, max(int(np.ceil(region.right * width)), left + 1))
    resized: _Plane = cv2.resize(plane[rows, columns], size[::-1], interpolation=method)  # type: ignore[assignment]
    return resized
