"""What makes a subject look at home over another background: its light and its colors."""

from matte_core.compositing.color_match import match_colors
from matte_core.compositing.light_wrap import behind, wrap_light

__all__ = ["behind", "match_colors", "wrap_light"]
