"""Alpha and foreground colours."""

from matte_core.matting.foreground import decontaminate, estimate_foreground

__all__ = ["decontaminate", "estimate_foreground"]
