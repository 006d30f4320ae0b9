"""From a picture to the mask of its subject.

`classes` needs only the standard library, for the plug-in's menus; the rest is loaded when it
is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

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


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
