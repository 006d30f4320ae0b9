"""Compositing, and making a subject look at home over a new background: its light and colors."""

from matte_core.compositing.color_match import match_colors
from matte_core.compositing.composite import composite
from matte_core.compositing.light_wrap import behind, wrap_light

__all__ = ["behind", "composite", "match_colors", "wrap_light"]
