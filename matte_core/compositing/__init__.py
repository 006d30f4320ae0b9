"""Compositing, and making a subject look at home over a new background: its light and colors."""

from matte_core.compositing.color_match import match_colors
from matte_core.compositing.composite import composite
from matte_core.compositing.light_wrap import behind, wrap_light
from matte_core.compositing.shadow import Shadow, estimate_shadow, over_shadow

__all__ = [
    "Shadow",
    "behind",
    "composite",
    "estimate_shadow",
    "match_colors",
    "over_shadow",
    "wrap_light",
]
