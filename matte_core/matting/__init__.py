"""From a picture and its trimap to alpha, and from alpha to the subject's own colours."""

from matte_core.matting.alpha import estimate_alpha
from matte_core.matting.foreground import decontaminate, estimate_foreground

__all__ = ["decontaminate", "estimate_alpha", "estimate_foreground"]
