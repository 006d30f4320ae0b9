"""From a picture to the mask of its subject.

`classes` needs only the standard library, for the plug-in's menus; the rest is loaded when it
is first used.
"""

from typing import TYPE_CHECKING

from matte_core.base.lazy import lazily

_HOMES = {
    "Instance": "matte_core.segmentation.instances",
    "PresentClass": "matte_core.segmentation.instances",
    "Segmentation": "matte_core.segmentation.result",
    "color_map": "matte_core.segmentation.result",
    "segment": "matte_core.segmentation.segmenting",
}

__all__ = ["Instance", "PresentClass", "Segmentation", "color_map", "segment"]

if TYPE_CHECKING:
    from matte_core.segmentation.instances import Instance, PresentClass
    from matte_core.segmentation.result import Segmentation, color_map
    from matte_core.segmentation.segmenting import segment

__getattr__ = lazily(globals(), _HOMES)
