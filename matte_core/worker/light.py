"""The worker's method that brings a new background's light onto a subject."""

import numpy as np

from matte_core.base.errors import ProtocolError
from matte_core.base.messages import Message
from matte_core.base.progress import ProgressCallback
from matte_core.compositing import behind, match_colors, wrap_light
from matte_core.images import Image
from matte_core.link.protocol import Frame
from matte_core.worker.arrays import (
    colors_of,
    cut_alpha,
    finite,
    own_colors_of,
    params_of,
    to_numpy,
)


def relight_method(request: Frame, progress: ProgressCallback) -> Frame:
    """Match a subject's clean colors to a background, and let its light fall on the edge.

    The background is (h, w, 4) uint8, colors and opacity, and may be reduced; `place` says where
    in it the subject's picture comes to lie: top, left, bottom, right.
    """
    params = params_of(request, "image", "foreground", "background")
    background = to_numpy(request.arrays["background"])
    given: Image = to_numpy(request.arrays["foreground"])
    if background.dtype != np.uint8 or background.shape[2:] != (4,) or background.size == 0:
        raise ProtocolError("A relight request needs a background with its opacity.")
    place = params.get("place")
    if place is None:
        raise ProtocolError("A relight request needs a place in its background.")
    alpha = cut_alpha(request)
    # What is brighter than white or beyond black keeps that much of it.
    beyond = None if given.dtype == np.uint8 else given - np.clip(given, 0, 1)
    foreground: Image = given if beyond is None else np.clip(given, 0, 1).astype(np.float32)
    is_there = background[..., 3] > 127
    match, wrap = float(params.get("match", 0.0)), float(params.get("wrap", 0.0))
    progress(0.0, Message("Matching the light"))
    if match and is_there.any():
        # Which pixel is where does not matter to the light in all.
        visible = background[..., :3][is_there][None]
        foreground = match_colors(foreground, alpha, visible, match)
    progress(0.5, Message("Matching the light"))
    if wrap:
        lights = background[..., :3] * is_there[..., None]
        covered = behind(lights, tuple(place))
        width_px = float(params.get("wrap_px") or 0.0) or None
        foreground = wrap_light(foreground, alpha, covered, wrap, width_px)
    if beyond is not None:
        foreground = (foreground + beyond).astype(np.float32)
    return Frame("result", {"values": {}}, colors_of(finite(own_colors_of(request)), foreground))
