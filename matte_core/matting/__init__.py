"""Matting: alpha from an image and a trimap, and the subject's own colors from alpha."""

from matte_core.matting.alpha import estimate_alpha
from matte_core.matting.cleaning import clean_colors
from matte_core.matting.foreground import decontaminate, estimate_foreground
from matte_core.matting.hidden import clear_hidden

__all__ = [
    "clean_colors",
    "clear_hidden",
    "decontaminate",
    "estimate_alpha",
    "estimate_foreground",
]
