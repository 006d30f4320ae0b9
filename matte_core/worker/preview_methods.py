"""The worker's methods for the one preview that its dialog has open.

preview_open        image (h, w, 3) uint8, reduced; perhaps selection (h, w) uint8, or trimap
                    (h, w, 2) uint8 -> nothing
preview_background  image (h, w, 3) uint8, or the path of a picture -> nothing
preview             params -> picture (h, w, 3) uint8, or (h, w, 4) where a view is transparent;
                    map (h, w) uint8 and parts: what was found, and where; note
preview_detail      a part of the picture in full, image (H, W, 3) uint8; perhaps its painted
                    trimap -> as preview, matted with the reduced picture's trimap
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matte_core.base.errors import NoSubjectError, ProtocolError
from matte_core.base.messages import to_wire
from matte_core.base.progress import ProgressCallback
from matte_core.images import Image, as_uint8, resized
from matte_core.link.protocol import Frame
from matte_core.segmentation import Segmentation
from matte_core.worker.arrays import from_numpy, hint_of, image_of, params_of
from matte_core.worker.painted import painted_trimap
from matte_core.worker.parts import map_of, parts_of
from matte_core.worker.preview import Preview

_BACKGROUND_PX = 2048


class PreviewMethods:
    """Answers for one picture at a time."""

    def __init__(self) -> None:
        self._preview: Preview | None = None

    def open(self, request: Frame, progress: ProgressCallback) -> Frame:  # noqa: ARG002
        """Take the reduced picture; what was kept of another one goes."""
        params = params_of(request, "image")
        trimap = painted_trimap(request, params) if "trimap" in request.arrays else None
        self._preview = Preview(image_of(request), hint_of(request, needed=False), trimap)
        return Frame("result", {"values": {}})

    def background(self, request: Frame, progress: ProgressCallback) -> Frame:  # noqa: ARG002
        """Take the picture that the subject is to be looked at on."""
        params = params_of(request)
        if "image" in request.arrays:
            image = image_of(request)
        else:
            from matte_core.files import read_picture

            image = read_picture(Path(str(params.get("path")))).image
        self._opened().background = _limited(image)
        return Frame("result", {"values": {}})

    def show(self, request: Frame, progress: ProgressCallback) -> Frame:
        """Draw a view of the whole."""
        preview, params = self._opened(), params_of(request)
        try:
            picture = preview.show(params, progress)
        except NoSubjectError as error:
            return _failure(preview.original(), preview.survey(params), error.text)
        return _answer(picture, preview.found, is_mapped=not params.get("with_selection"))

    def detail(self, request: Frame, progress: ProgressCallback) -> Frame:
        """Draw a view of a part in full."""
        preview, params = self._opened(), params_of(request, "image")
        image = image_of(request)
        trimap = painted_trimap(request, params) if "trimap" in request.arrays else None
        try:
            picture = preview.detail(image, params, progress, trimap)
        except NoSubjectError as error:
            return _failure(as_uint8(image), preview.survey(params), error.text)
        return _answer(picture, preview.found, is_mapped=not params.get("with_selection"))

    def _opened(self) -> Preview:
        if self._preview is None:
            raise ProtocolError("A preview was asked for before its picture was sent.")
        return self._preview


def _limited(image: Image) -> Image:
    """Reduce a background to what a preview can show of it."""
    height, width = image.shape[:2]
    scale = min(1.0, _BACKGROUND_PX / max(height, width))
    return as_uint8(resized(image, max(1, round(height * scale)), max(1, round(width * scale))))


def _answer(
    picture: NDArray[np.uint8], found: Segmentation | None, *, is_mapped: bool = True
) -> Frame:
    arrays = {"picture": from_numpy(picture)}
    parts = [] if found is None else parts_of(found)
    if found is not None and is_mapped:
        arrays["map"] = from_numpy(map_of(found))
    note = "" if found is None else found.note
    return Frame("result", {"values": {"parts": parts, "note": to_wire(note)}}, arrays)


def _failure(picture: NDArray[np.uint8], found: Segmentation | None, note: str) -> Frame:
    """Show what there is to choose from, which helps more than a message alone."""
    answer = _answer(picture, found)
    values = answer.values["values"]
    values["note"] = to_wire(note)
    values["parts"] = [{**held, "is_chosen": False} for held in values["parts"]]
    return answer
