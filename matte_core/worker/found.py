"""What a segmentation found, as plain values for an answer's header."""

from typing import Any

from matte_core.base.messages import to_wire
from matte_core.segmentation import Segmentation


def found_values(found: Segmentation) -> dict[str, Any]:
    """Return what was found as plain values.

    Instances come in the order of the numbers in `Segmentation.instance_grid`; a box is first
    row, first column, and the first row and column after it.
    """
    return {
        "classes": [{"name": held.name, "share": held.share} for held in found.classes],
        "instances": [
            {
                "name": one.name,
                "class": one.class_name,
                "share": one.share,
                "confidence": one.confidence,
                "box": list(one.box_px),
            }
            for one in found.instances
        ],
        "subject": list(found.subject),
        "source": found.source,
        "note": to_wire(found.note),
    }
