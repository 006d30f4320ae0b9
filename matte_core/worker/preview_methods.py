"""The worker's methods for the one preview that its dialog shows."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matte_core.base.errors import NoSubjectError, ProtocolError
from matte_core.base.progress import ProgressCallback
from matte_core.images import Image, Trimap, as_uint8, resized
from matte_core.link.fields import ViewSettings
from matte_core.link.preview_requests import (
    PreviewBackgroundRequest,
    PreviewDetailRequest,
    PreviewOpenRequest,
    PreviewRequest,
)
from matte_core.link.protocol import Array
from matte_core.link.requests import Request
from matte_core.link.results import NoResult, ViewResult
from matte_core.segmentation import Segmentation
from matte_core.worker.arrays import (
    from_numpy,
    read_image,
    read_painted_trimap,
    read_plane,
    read_selection,
)
from matte_core.worker.methods import Method
from matte_core.worker.preview import Preview

_BACKGROUND_PX = 2048
_EMPTY_MAP = Array("uint8", (1, 1), bytes(1))


class PreviewMethods:
    """The methods, which share one image at a time."""

    def __init__(self) -> None:
        self._preview: Preview | None = None

    @property
    def by_request(self) -> dict[type[Request[Any]], Method]:
        """The methods by the requests that they take."""
        return {
            PreviewOpenRequest: self.open,
            PreviewBackgroundRequest: self.background,
            PreviewRequest: self.show,
            PreviewDetailRequest: self.detail,
        }

    def open(self, request: PreviewOpenRequest, progress: ProgressCallback) -> NoResult:  # noqa: ARG002
        """Take the reduced image; all that was kept of another one is dropped."""
        hint = read_selection(request.selection, is_needed=False)
        opacity = None if request.opacity is None else read_plane(request.opacity)
        self._preview = Preview(
            read_image(request.image), hint, _trimap_of(request), request.full_size, opacity
        )
        return NoResult()

    def background(
        self,
        request: PreviewBackgroundRequest,
        progress: ProgressCallback,  # noqa: ARG002
    ) -> NoResult:
        """Take the image that the subject is shown on."""
        if request.image is not None:
            image = read_image(request.image)
        else:
            from matte_core.files import read_picture

            image = read_picture(Path(request.path)).image
        self._opened().background = _limited(image)
        return NoResult()

    def show(self, request: PreviewRequest, progress: ProgressCallback) -> ViewResult:
        """Draw a view of the whole image."""
        preview, settings = self._opened(), request.settings
        try:
            picture = preview.show(settings, progress)
        except NoSubjectError as error:
            return self._without_subject(preview.original(), settings, error.text)
        finally:
            if not settings.is_draft:
                preview.prepare()
        return self._result(picture, preview.found, settings)

    def detail(self, request: PreviewDetailRequest, progress: ProgressCallback) -> ViewResult:
        """Draw a view of a region at full size."""
        preview, settings = self._opened(), request.settings
        image = read_image(request.image)
        try:
            picture = preview.detail(
                image, request.region, settings, request.edge, progress, _trimap_of(request)
            )
        except NoSubjectError as error:
            return self._without_subject(as_uint8(image), settings, error.text)
        return self._result(picture, preview.found, settings)

    def _result(
        self, picture: NDArray[np.uint8], found: Segmentation | None, settings: ViewSettings
    ) -> ViewResult:
        if found is None:
            return ViewResult(picture=from_numpy(picture), map=_EMPTY_MAP, parts=(), note="")
        listed = self._opened().list_parts(found, settings.choice.model)
        return ViewResult(
            picture=from_numpy(picture),
            map=None if settings.with_selection else from_numpy(listed.map),
            parts=listed.parts,
            note=found.note,
        )

    def _without_subject(
        self, picture: NDArray[np.uint8], settings: ViewSettings, note: str
    ) -> ViewResult:
        """Show what there is to choose from, which helps more than an error message alone."""
        found = self._opened().survey(settings.choice.model)
        result = self._result(picture, found, replace(settings, with_selection=False))
        parts = tuple(replace(part, is_chosen=False) for part in result.parts)
        return replace(result, parts=parts, note=note)

    def _opened(self) -> Preview:
        if self._preview is None:
            raise ProtocolError("A preview was requested before its image was sent.")
        return self._preview


def _trimap_of(request: PreviewOpenRequest | PreviewDetailRequest) -> Trimap | None:
    if request.trimap is None or request.trimap_box is None:
        return None
    return read_painted_trimap(request.trimap, request.trimap_box)


def _limited(image: Image) -> Image:
    """Reduce a background to the resolution that a preview can show."""
    height, width = image.shape[:2]
    scale = min(1.0, _BACKGROUND_PX / max(height, width))
    return as_uint8(resized(image, max(1, round(height * scale)), max(1, round(width * scale))))
