"""Matting: alpha from an image and a trimap, and the subject's own colors from alpha.

SciPy takes a while to load, so what needs it is loaded when it is first used.
"""

from typing import TYPE_CHECKING

from matte_core.base.lazy import lazily

_HOMES = {
    "clean_colors": "matte_core.matting.cleaning",
    "clear_hidden": "matte_core.matting.hidden",
    "decontaminate": "matte_core.matting.foreground",
    "estimate_alpha": "matte_core.matting.alpha",
    "estimate_foreground": "matte_core.matting.foreground",
}

__all__ = [
    "clean_colors",
    "clear_hidden",
    "decontaminate",
    "estimate_alpha",
    "estimate_foreground",
]

if TYPE_CHECKING:
    from matte_core.matting.alpha import estimate_alpha
    from matte_core.matting.cleaning import clean_colors
    from matte_core.matting.foreground import decontaminate, estimate_foreground
    from matte_core.matting.hidden import clear_hidden

__getattr__ = lazily(globals(), _HOMES)
