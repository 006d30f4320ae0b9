"""A preview: one reduced image, and views of it while the controls of a dialog move.

The image's `Steps` keep their results, so another view takes milliseconds, another edge no
matting, and another width no segmentation.
"""

from collections import defaultdict
from dataclasses import asdict, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.base.errors import InputError, NoSubjectError
from matte_core.base.messages import Message
from matte_core.base.progress import ProgressCallback, part
from matte_core.cutting import Steps
from matte_core.images import BACKGROUND, FOREGROUND, UNKNOWN, Alpha, Image, Mask, Trimap, as_uint8
from matte_core.link.fields import EdgeControls, Region, ViewSettings
from matte_core.segmentation import Segmentation, segment
from matte_core.worker import views
from matte_core.worker.parts import Clicked, PartList

WHOLE = Region()


class Preview:
    """One reduced image and the views of it.

    Parameters
    ----------
    image : (h, w, 3) uint8, sRGB
    hint : (h, w) bool, optional
        The selection.
    trimap : (h, w) uint8, {0, 128, 255}, optional
        A painted trimap, which is used instead of a segmentation.
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
        opacity: Alpha | None = None,
    ) -> None:
        self._image = image
        self._hint = hint
        self._painted = trimap
        self._steps = Steps(image, opacity=opacity)
        self._drawn: Segmentation | None = None
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
        trimap = self._trimap(settings, part(progress, 0.0, 0.4))
        if view == "original":
            return as_uint8(self._image)
        if view == "trimap":
            return views.trimap_view(trimap)
        estimated = self._alpha(trimap, settings, part(progress, 0.4, 0.9))
        alpha = self._steps.edge(estimated, **asdict(settings.edge))
        alpha = self._steps.shown(alpha, estimated)
        if view == "matte":
            return views.matte_view(alpha)
        if view == "overlay":
            return views.overlay_view(self._image, alpha)
        colors = self._steps.foreground(
            estimated, settings.decontaminate, progress=part(progress, 0.9, 1.0)
        )
        if view == "background" and self.background is not None:
            return views.background_view(colors, alpha, self.background, region)
        if view in ("cut-out", "background"):
            return views.cut_out_view(colors, alpha)
        return views.plain_view(colors, alpha, views.PLAIN_COLORS.get(view, settings.color))

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
        if trimap is None:
            reduced = self._trimap(settings, part(progress, 0.0, 0.4))
            trimap = _enlarged(reduced, region, (image.shape[0], image.shape[1]))
        enlarged = Preview(image, trimap=_with_both_known(trimap))
        enlarged.background = self.background
        return enlarged.show(replace(settings, edge=edge), part(progress, 0.4, 1.0), region)

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

    def _trimap(self, settings: ViewSettings, progress: ProgressCallback) -> Trimap:
        if self._painted is not None:
            return self._painted
        if settings.with_selection and self._hint is None:
            raise InputError(
                Message("Nothing is selected in this image."),
                Message("Select the subject roughly first."),
            )
        self.found = None
        self.found = self._steps.segmentation(
            settings.choice.subject,
            settings.choice.model or None,
            hint=self._hint if settings.with_selection else None,
            refine=not settings.is_draft,
            progress=progress,
        )
        if self._drawn is None or not _looks_same(self.found, self._drawn):
            self._drawn = self.found
        return self._steps.trimap(self._drawn, settings.radius_px)

    def _alpha(self, trimap: Trimap, settings: ViewSettings, progress: ProgressCallback) -> Alpha:
        if settings.is_draft and self.found is not None:
            return self.found.probability  # soft along the outline, and available already
        return self._steps.alpha(trimap, progress=progress)


def _looks_same(one: Segmentation, other: Segmentation) -> bool:
    """Return whether two segmentations lead to the same trimap, whatever they are called."""
    return one.grid_px == other.grid_px and all(
        map(np.array_equal, (one.mask, one.probability), (other.mask, other.probability))
    )


def _enlarged(trimap: Trimap, region: Region, size: tuple[int, int]) -> Trimap:
    """Crop a trimap to a region and resize it to (rows, columns)."""
    height, width = trimap.shape
    top, left = int(region.top * height), int(region.left * width)
    rows = slice(top, max(int(np.ceil(region.bottom * height)), top + 1))
    columns = slice(left, max(int(np.ceil(region.right * width)), left + 1))
    return np.asarray(
        cv2.resize(trimap[rows, columns], size[::-1], interpolation=cv2.INTER_NEAREST), np.uint8
    )


def _with_both_known(trimap: Trimap) -> Trimap:
    """Return the trimap of a region such that it can be matted.

    The matting needs known pixels of both kinds. Where a region has only one kind, its unknown
    pixels become that.
    """
    kinds = {int(kind) for kind in (BACKGROUND, FOREGROUND) if (trimap == kind).any()}
    if len(kinds) == 2 or not (trimap == UNKNOWN).any():
        return trimap
    settled = trimap.copy()
    settled[trimap == UNKNOWN] = kinds.pop() if kinds else FOREGROUND
    return settled
