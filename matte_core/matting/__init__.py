"""From a picture and its trimap to alpha."""

from matte_core.matting.alpha import estimate_alpha

__all__ = ["estimate_alpha"]
