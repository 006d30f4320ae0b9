"""What a dialog shows while its controls move: one reduced picture, each step kept.

    preview_open   image (h, w, 3) uint8; perhaps selection (h, w) uint8, or trimap (h, w, 2) uint8
                   -> nothing
    preview        params -> picture (h, w, 3) uint8, or (h, w, 4) where a view is transparent;
                   the classes and instances found, the note of the stand-in; with a
                   segmentation also instances (r, c) uint8: a coarse map of the picture, 0 is
                   none, 1 the first instance, and so on

    preview_detail a part of the picture in full, image (H, W, 3) uint8; perhaps its painted
                   trimap -> its picture, matted with the reduced picture's trimap

Every step remembers its last result together with what it was made from, so that moving a
control repeats only the steps that the control touches: another view costs milliseconds, another
edge no matting, another width no segmentation.
"""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.errors import InputError, ProtocolError
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
from matte_core.progress import ProgressCallback, part
from matte_core.protocol import Frame
from matte_core.segmentation import Segmentation, segment
from matte_core.trimap import make_trimap
from matte_core.worker.arrays import from_numpy, hint_of, image_of, params_of
from matte_core.worker.found import found_values
from matte_core.worker.painted import painted_trimap

_Result = TypeVar("_Result")
_OVERLAY = (225, 40, 40)
_OVERLAY_SHARE = 0.6
_BACKDROPS = {"black": (0, 0, 0), "white": (255, 255, 255)}
VIEWS = ("cut-out", "overlay", "black", "white", "colour", "matte", "trimap", "original")


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
        self.found: Segmentation | None = None

    def show(self, params: dict[str, Any], progress: ProgressCallback) -> NDArray[np.uint8]:
        """Return the picture of a view: (h, w, 3), or (h, w, 4) for "cut-out", uint8.

        Parameters
        ----------
        params : dict
            subject, model, with_selection, radius_px, edge, decontaminate, view, colour: as the
            worker's other methods take them, lengths in pixels of the reduced picture.
        progress : callable
        """
        view = str(params.get("view", VIEWS[0]))
        if view not in VIEWS:
            raise ProtocolError(f"There is no view {view!r}.")
        if view == "original":
            return as_uint8(self._image)
        trimap, key = self._trimap(params, part(progress, 0.0, 0.4))
        if view == "trimap":
            return np.repeat(trimap[..., None], 3, axis=2)
        alpha = self._steps.once(
            "alpha",
            key,
            lambda: estimate_alpha(self._image, trimap, progress=part(progress, 0.4, 0.9)),
        )
        edge = {name: float(value) for name, value in (params.get("edge") or {}).items()}
        seen = alpha
        if any(edge.values()):
            edge_key = (key, tuple(sorted(edge.items())))
            seen = self._steps.once("edge", edge_key, lambda: adjust_edge(alpha, **edge))
        if view == "matte":
            return np.repeat(np.rint(seen * 255).astype(np.uint8)[..., None], 3, axis=2)
        if view == "overlay":
            return _over(self._image, seen, self._image, _OVERLAY, _OVERLAY_SHARE)
        colours = self._colours(alpha, key, float(params.get("decontaminate", 1.0)), progress)
        if view == "cut-out":
            opacity = np.rint(seen * 255).astype(np.uint8)
            return np.dstack([as_uint8(colours), opacity])
        backdrop = _BACKDROPS.get(view) or _colour(params.get("colour"))
        return _over(colours, seen, None, backdrop, 1.0)

    def detail(
        self, image: Image, params: dict[str, Any], progress: ProgressCallback
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
        """
        trimap, _ = self._trimap(params, part(progress, 0.0, 0.4))
        height, width = trimap.shape
        top, left, bottom, right = _part(params.get("part"))
        rows = slice(int(top * height), max(int(np.ceil(bottom * height)), int(top * height) + 1))
        columns = slice(int(left * width), max(int(np.ceil(right * width)), int(left * width) + 1))
        cut = trimap[rows, columns]
        size = (image.shape[1], image.shape[0])
        in_full = cv2.resize(cut, size, interpolation=cv2.INTER_NEAREST).astype(np.uint8)
        painted = Preview(image, trimap=_with_both_known(in_full))
        seen = {**params, "edge": params.get("detail_edge") or {}}
        return painted.show(seen, part(progress, 0.4, 1.0))

    def _trimap(
        self, params: dict[str, Any], progress: ProgressCallback
    ) -> tuple[Trimap, Hashable]:
        if self._painted is not None:
            return self._painted, "painted"
        subject = params.get("subject", "auto")
        with_selection = bool(params.get("with_selection"))
        if with_selection and self._hint is None:
            raise InputError(
                "Nothing is selected in this image.", "Select the subject roughly first."
            )
        wanted = tuple(subject) if isinstance(subject, list) else str(subject)
        key = (wanted, params.get("model") or "", with_selection)
        self.found = None
        found = self._steps.once(
            "segmentation",
            key,
            lambda: segment(
                self._image,
                wanted,
                params.get("model") or None,
                hint=self._hint if with_selection else None,
                progress=progress,
            ),
        )
        self.found = found
        radius_px = params.get("radius_px")
        trimap_key = (key, radius_px)
        trimap = self._steps.once(
            "trimap",
            trimap_key,
            lambda: make_trimap(
                found.mask, radius_px, probability=found.probability, grid_px=found.grid_px
            ),
        )
        return trimap, trimap_key

    def _colours(
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


class PreviewMethods:
    """The worker's methods for the one preview that its dialog has open."""

    def __init__(self) -> None:
        self._preview: Preview | None = None

    def open(self, request: Frame, progress: ProgressCallback) -> Frame:  # noqa: ARG002
        """Take the reduced picture; what was kept of another one goes."""
        params = params_of(request, "image")
        trimap = painted_trimap(request, params) if "trimap" in request.arrays else None
        self._preview = Preview(image_of(request), hint_of(request, needed=False), trimap)
        return Frame("result", {"values": {}})

    def show(self, request: Frame, progress: ProgressCallback) -> Frame:
        """Draw a view of the whole."""
        preview = self._opened()
        return self._answer(preview, preview.show(params_of(request), progress))

    def detail(self, request: Frame, progress: ProgressCallback) -> Frame:
        """Draw a view of a part in full."""
        params, image = params_of(request, "image"), image_of(request)
        preview = self._opened()
        if "trimap" not in request.arrays:
            return self._answer(preview, preview.detail(image, params, progress))
        painted = Preview(image, trimap=_with_both_known(painted_trimap(request, params)))
        seen = {**params, "edge": params.get("detail_edge") or {}}
        return self._answer(preview, painted.show(seen, progress))

    def _opened(self) -> Preview:
        if self._preview is None:
            raise ProtocolError("A preview was asked for before its picture was sent.")
        return self._preview

    def _answer(self, preview: Preview, picture: NDArray[np.uint8]) -> Frame:
        found = preview.found
        if found is None:
            values = {"classes": [], "instances": [], "note": ""}
            return Frame("result", {"values": values}, {"picture": from_numpy(picture)})
        arrays = {"picture": from_numpy(picture), "instances": from_numpy(found.instance_grid)}
        return Frame("result", {"values": found_values(found)}, arrays)


def _part(value: Any) -> tuple[float, float, float, float]:
    if (
        not isinstance(value, list)
        or len(value) != 4
        or not all(isinstance(edge, int | float) and 0 <= edge <= 1 for edge in value)
        or not (value[0] < value[2] and value[1] < value[3])
    ):
        raise ProtocolError(f"{value!r} is no part of a picture: top, left, bottom, right.")
    top, left, bottom, right = map(float, value)
    return top, left, bottom, right


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


def _over(
    colours: Image,
    alpha: Alpha,
    behind: Image | None,
    tint: tuple[int, int, int],
    tint_share: float,
) -> NDArray[np.uint8]:
    """Blend the subject over the tint, or over the picture behind it with the tint on it."""
    backdrop = np.asarray(tint, np.float32)
    if behind is not None:
        backdrop = as_uint8(behind) * np.float32(1 - tint_share) + backdrop * np.float32(tint_share)
    share = alpha[..., None]
    return np.rint(as_uint8(colours) * share + backdrop * (1 - share)).astype(np.uint8)


def _colour(value: Any) -> tuple[int, int, int]:
    if (
        not isinstance(value, list)
        or len(value) != 3
        or not all(isinstance(band, int) and 0 <= band <= 255 for band in value)
    ):
        raise ProtocolError(f"{value!r} is not a colour: three whole numbers from 0 to 255.")
    red, green, blue = value
    return red, green, blue
