"""The worker's method that brings a new background's light onto a subject."""

from matte_core.compositing import behind, match_colours, wrap_light
from matte_core.errors import ProtocolError
from matte_core.images import Image
from matte_core.progress import ProgressCallback
from matte_core.protocol import Frame
from matte_core.worker.arrays import colours_of, cut_alpha, image_of, params_of, to_numpy


def relight_method(request: Frame, progress: ProgressCallback) -> Frame:
    """Match a subject's clean colours to a background, and let its light fall on the edge.

    The background is (h, w, 4) uint8, colours and opacity, and may be reduced; `box` says where
    in it the subject's picture comes to lie: top, left, bottom, right.
    """
    params = params_of(request, "image", "foreground", "background")
    background = to_numpy(request.arrays["background"])
    foreground: Image = to_numpy(request.arrays["foreground"])
    if background.ndim != 3 or background.shape[2] != 4 or len(params.get("box", ())) != 4:
        raise ProtocolError("A relight request needs a background with opacity, and a box.")
    alpha = cut_alpha(request)
    is_there = background[..., 3] > 127
    match, wrap = float(params.get("match", 0.0)), float(params.get("wrap", 0.0))
    progress(0.0, "Light")
    if match and is_there.any():
        # Which pixel is where does not matter to the light in all.
        visible = background[..., :3][is_there][None]
        foreground = match_colours(foreground, alpha, visible, match)
    progress(0.5, "Light")
    if wrap:
        top, left, bottom, right = (float(edge) for edge in params["box"])
        lights = background[..., :3] * is_there[..., None]
        covered = behind(lights, (top, left, bottom, right))
        width_px = float(params.get("wrap_px") or 0.0) or None
        foreground = wrap_light(foreground, alpha, covered, wrap, width_px)
    return Frame("result", {"values": {}}, colours_of(image_of(request), foreground))
