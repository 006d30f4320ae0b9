"""Cut subjects out of photos: segmentation, trimaps, KNN matting, compositing.

The chain::

    image -> segment -> mask -> make_trimap -> trimap -> estimate_alpha -> alpha
          -> estimate_foreground -> foreground -> composite

`cut_out` runs all of it. Every public name is imported when it is first used, so that
``import matte_core`` is fast and needs only the standard library.
"""

import os
from typing import TYPE_CHECKING

from matte_core.base.lazy import lazily

__version__ = "1.0.0"

# Unless this is set before it is loaded, onnxruntime sends telemetry and leaves an identifier in
# the user's cache. Nobody who cuts out a photo has agreed to that.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

_HOMES = {
    "segment": "matte_core.segmentation",
    "Segmentation": "matte_core.segmentation",
    "make_trimap": "matte_core.trimap",
    "estimate_alpha": "matte_core.matting",
    "estimate_foreground": "matte_core.matting",
    "composite": "matte_core.compositing.composite",
    "cut_out": "matte_core.cutting",
    "CutOut": "matte_core.cutting",
}

__all__ = [
    "CutOut",
    "Segmentation",
    "__version__",
    "composite",
    "cut_out",
    "estimate_alpha",
    "estimate_foreground",
    "make_trimap",
    "segment",
]

if TYPE_CHECKING:
    from matte_core.compositing.composite import composite
    from matte_core.cutting import CutOut, cut_out
    from matte_core.matting import estimate_alpha, estimate_foreground
    from matte_core.segmentation import Segmentation, segment
    from matte_core.trimap import make_trimap

__getattr__ = lazily(globals(), _HOMES)


def __dir__() -> list[str]:
    return sorted(__all__)
