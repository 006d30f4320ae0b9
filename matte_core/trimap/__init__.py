"""Trimaps: known foreground, known background, and the unknown region that matting solves."""

from matte_core.trimap.found import trimap_of
from matte_core.trimap.hair import widen_to_hair
from matte_core.trimap.make import SHAPES, default_radius_px, make_trimap
from matte_core.trimap.read import read_trimap

__all__ = [
    "SHAPES",
    "default_radius_px",
    "make_trimap",
    "read_trimap",
    "trimap_of",
    "widen_to_hair",
]
