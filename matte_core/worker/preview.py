"""What a dialog shows while its controls move: one reduced picture, each step kept.

Every step remembers its last result together with what it was made from, so that moving a
control repeats only the steps that the control touches: another view costs milliseconds, another
edge no matting, another width no segmentation.
"""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.base.errors import InputError, NoSubjectError, ProtocolError
from matte_core.base.messages import Message
from matte_core.base.progress import ProgressCallback, part
from matte_core.images import (
    BACKGROUND,
    FOREGROUND,
    UNKNOWN,
    Alpha,
    Image,
    Mask,
    Trimap,
    as_uint8,
)
from matte_core.matting import decontaminate, estimate_alpha, estimate_foreground
from matte_core.matting.edge import adjust_edge
from matte_core.segmentation import Segmentation, segment
from matte_core.trimap import trimap_of
from matte_core.worker import views

_Result = TypeVar("_Result")


class Steps:
    """Results by step, each with the key of what it was made from."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Hashable, Any]] = {}

    def once(self, step: str, key: Hashable, compute: Callable[[], _Result]) -> _Result:
        """Return the step's result: the one that is kept if it was made from the same."""
        kept = self._kept.get(step)
        if kept is None or kept[0] != key:
            kept = self._kept[step] = (key, compute())
        result: _Result = kept[1]
        return result


class Preview:
    """One reduced picture and the views of it.

    Parameters
    ----------
    image : (h, w, 3) uint8, sRGB
    hint : (h, w) bool, optional
        The selection.
    trimap : (h, w) uint8, {0, 128, 255}, optional
        A painted trimap; there is no segmentation then.
    """

    def __init__(
        self, image: Image, hint: Mask | None = None, trimap: Trimap | None = None
    ) -> None:
        self._image = image
        self._hint = hint
        self._painted = trimap
        self._steps = Steps()
        self.background: Image | None = None
        self.found: Segmentation | None = None

    def show(
        self,
        params: dict[str, Any],
        progress: ProgressCallback,
        shown_part: views.Part = views.WHOLE,
    ) -> NDArray[np.uint8]:
        """Return the picture of a view: (h, w, 3), or (h, w, 4) for "cut-out", uint8.

        Parameters
        ----------
        params : dict
            subject, model, with_selection, radius_px, edge, decontaminate, view, color: as the
            worker's other methods take them, lengths in pixels of the reduced picture; beside
            them is_draft, to be quick with a coarse mask.
        progress : callable
        shown_part : (top, left, bottom, right), optional
            Which part of the background this picture is to be shown over, as fractions.
        """
        view = str(params.get("view", views.CUT_OUT))
        if view not in views.VIEWS:
            raise ProtocolError(f"There is no view {view!r}.")
        trimap, key = self._trimap(params, part(progress, 0.0, 0.4))
        if view == views.ORIGINAL:
            return as_uint8(self._image)
        if view == views.TRIMAP:
            return views.trimap_view(trimap)
        alpha = self._alpha(trimap, key, params, progress)
        edge = {name: float(value) for name, value in (params.get("edge") or {}).items()}
        seen = alpha
        if any(edge.values()):
            edge_key = (key, tuple(sorted(edge.items())))
            seen = self._steps.once("edge", edge_key, lambda: adjust_edge(alpha, **edge))
        if view == views.MATTE:
            return views.matte_view(seen)
        if view == views.OVERLAY:
            return views.overlay_view(self._image, seen)
        colors = self._colors(alpha, key, float(params.get("decontaminate", 1.0)), progress)
        if view == views.BACKGROUND and self.background is not None:
            return views.background_view(colors, seen, self.background, shown_part)
        if view in (views.CUT_OUT, views.BACKGROUND):
            return views.cut_out_view(colors, seen)
        color = views.PLAIN.get(view) or views.color_of(params.get("color"))
        return views.plain_view(colors, seen, color)

    def detail(
        self,
        image: Image,
        params: dict[str, Any],
        progress: ProgressCallback,
        trimap: Trimap | None = None,
    ) -> NDArray[np.uint8]:
        """Return the picture of a view for a part of the picture in full.

        Parameters
        ----------
        image : (H, W, 3) uint8
            The part in full.
        params : dict
            As in `show`, for the reduced picture; beside them part, the part's top, left,
            bottom and right as fractions of the picture, and detail_edge, the edge controls
            in full pixels.
        progress : callable
        trimap : (H, W) uint8, {0, 128, 255}, optional
            The painted trimap of the part; by default it is the reduced picture's.
        """
        shown_part = views.part_of(params.get("part"))
        if trimap is None:
            reduced, _ = self._trimap(params, part(progress, 0.0, 0.4))
            trimap = _enlarged_part(reduced, shown_part, (image.shape[0], image.shape[1]))
        painted = Preview(image, trimap=_with_both_known(trimap))
        painted.background = self.background
        seen = {**params, "edge": params.get("detail_edge") or {}}
        return painted.show(seen, part(progress, 0.4, 1.0), shown_part)

    def survey(self, params: dict[str, Any]) -> Segmentation | None:
        """Return what is in the picture, whatever was asked for; None for nothing known."""
        model = params.get("model") or None
        try:
            return self._steps.once(
                "survey",
                model,
                lambda: segment(self._image, "everything", model),
            )
        except NoSubjectError:
            return None

    def original(self) -> NDArray[np.uint8]:
        """Return the picture as it is."""
        return as_uint8(self._image)

    def _trimap(
        self, params: dict[str, Any], progress: ProgressCallback
    ) -> tuple[Trimap, Hashable]:
        if self._painted is not None:
            return self._painted, "painted"
        subject = params.get("subject", "auto")
        with_selection = bool(params.get("with_selection"))
        if with_selection and self._hint is None:
            raise InputError(
                Message("Nothing is selected in this image."),
                Message("Select the subject roughly first."),
            )
        wanted = tuple(subject) if isinstance(subject, list) else str(subject)
        is_draft = bool(params.get("is_draft"))
        key = (wanted, params.get("model") or "", with_selection, is_draft)
        self.found = None
        found = self._steps.once(
            "segmentation",
            key,
            lambda: segment(
                self._image,
                wanted,
                params.get("model") or None,
                hint=self._hint if with_selection else None,
                refine=not is_draft,
                progress=progress,
            ),
        )
        self.found = found
        radius_px = params.get("radius_px")
        trimap_key = (key, radius_px)
        trimap = self._steps.once(
            "trimap",
            trimap_key,
            lambda: trimap_of(found, self._image, radius_px),
        )
        return trimap, trimap_key

    def _alpha(
        self,
        trimap: Trimap,
        key: Hashable,
        params: dict[str, Any],
        progress: ProgressCallback,
    ) -> Alpha:
        if params.get("is_draft") and self.found is not None:
            return self.found.probability  # soft where the outline is, and there already
        return self._steps.once(
            "alpha",
            key,
            lambda: estimate_alpha(self._image, trimap, progress=part(progress, 0.4, 0.9)),
        )

    def _colors(
        self, alpha: Alpha, key: Hashable, amount: float, progress: ProgressCallback
    ) -> Image:
        if amount == 0:
            return self._image
        clean = self._steps.once(
            "foreground",
            key,
            lambda: estimate_foreground(self._image, alpha, progress=part(progress, 0.9, 1.0)),
        )
        return decontaminate(self._image, clean, amount)


def _enlarged_part(trimap: Trimap, part: views.Part, size: tuple[int, int]) -> Trimap:
    """Cut a part, given as fractions, out of a trimap and bring it to a size, (rows, columns)."""
    height, width = trimap.shape
    top, left, bottom, right = part
    rows = slice(int(top * height), max(int(np.ceil(bottom * height)), int(top * height) + 1))
    columns = slice(int(left * width), max(int(np.ceil(right * width)), int(left * width) + 1))
    return np.asarray(
        cv2.resize(trimap[rows, columns], size[::-1], interpolation=cv2.INTER_NEAREST), np.uint8
    )


def _with_both_known(trimap: Trimap) -> Trimap:
    """Let a part that shows one side of the edge alone be matted all the same.

    The matting needs known pixels of both kinds. Where a part has none of one kind, its unknown
    pixels are shown as the kind that is there.
    """
    kinds = {int(kind) for kind in (BACKGROUND, FOREGROUND) if (trimap == kind).any()}
    if len(kinds) == 2 or not (trimap == UNKNOWN).any():
        return trimap
    settled = trimap.copy()
    settled[trimap == UNKNOWN] = kinds.pop() if kinds else FOREGROUND
    return settled
