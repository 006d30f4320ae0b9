"""From a picture and its trimap to alpha, and from alpha to the subject's own colours."""

from matte_core.matting.alpha import estimate_alpha
from matte_core.matting.cleaning import clean_colours
from matte_core.matting.foreground import decontaminate, estimate_foreground

__all__ = ["clean_colours", "decontaminate", "estimate_alpha", "estimate_foreground"]
