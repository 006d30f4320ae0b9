"""From a picture and its trimap to alpha, and from alpha to the subject's own colors."""

from matte_core.matting.alpha import estimate_alpha
from matte_core.matting.cleaning import clean_colors
from matte_core.matting.foreground import decontaminate, estimate_foreground

__all__ = ["clean_colors", "decontaminate", "estimate_alpha", "estimate_foreground"]
