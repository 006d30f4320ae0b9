"""Trimaps: known foreground, known background, and the unknown region that matting solves."""

from matte_core.trimap.hair import widen_to_hair
from matte_core.trimap.make import SHAPES, default_radius_px, make_trimap
from matte_core.trimap.read import read_trimap
from matte_core.trimap.straight import narrow_at_straight_edges

__all__ = [
    "SHAPES",
    "default_radius_px",
    "make_trimap",
    "narrow_at_straight_edges",
    "read_trimap",
    "widen_to_hair",
]
