"""What makes a subject look at home over another background: its light and its colours."""

from matte_core.compositing.colour_match import match_colours
from matte_core.compositing.light_wrap import behind, wrap_light

__all__ = ["behind", "match_colours", "wrap_light"]
