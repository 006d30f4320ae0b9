"""The worker's method that brings the light of a new background onto a subject."""

import numpy as np

from matte_core.base.messages import Message
from matte_core.base.progress import ProgressCallback
from matte_core.images import Image
from matte_core.link.requests import RelightRequest
from matte_core.link.results import RelightResult
from matte_core.worker.arrays import (
    colors_like,
    finite,
    from_numpy,
    read_colors,
    to_numpy,
    visible_share,
)


def relight(request: RelightRequest, progress: ProgressCallback) -> RelightResult:
    """Match a subject's clean colors to a background, and let its light fall on the edge."""
    from matte_core.compositing import behind, match_colors, wrap_light

    background = to_numpy(request.background)
    given = read_colors(request.foreground)
    alpha = visible_share(request.mask, request.opacity, request.image.shape)
    # Colors below black or above white keep what exceeds the range.
    excess = None if given.dtype == np.uint8 else given - np.clip(given, 0, 1)
    foreground: Image = given if excess is None else np.clip(given, 0, 1).astype(np.float32)
    is_there = background[..., 3] > 127
    progress(0.0, Message("Matching the light"))
    if request.match and is_there.any():
        # The position of the pixels does not matter to the overall light.
        visible = background[..., :3][is_there][None]
        foreground = match_colors(foreground, alpha, visible, request.match)
    progress(0.5, Message("Matching the light"))
    if request.wrap:
        lights = background[..., :3] * is_there[..., None]
        covered = behind(lights, request.place)
        foreground = wrap_light(foreground, alpha, covered, request.wrap, request.wrap_px or None)
    if excess is not None:
        foreground = (foreground + excess).astype(np.float32)
    before = finite(read_colors(request.colors or request.image))
    differs = (foreground != before).any(axis=2)
    return RelightResult(
        foreground=colors_like(request.foreground, foreground),
        changed=from_numpy(differs.astype(np.uint8) * np.uint8(255)),
    )
