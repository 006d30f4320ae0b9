"""What the worker can be asked for: frames to calls of the library and back.

An image is (H, W, 3) uint8, or float32 in sRGB; the other arrays are (H, W). A selection is uint8
and says roughly where the subject is; a mask is uint8 or float32 and multiplies the alpha. Where
sRGB does not hold the picture's colors, they come as an array of their own, colors, (H, W, 3) in
the picture's space and of any range; alpha is estimated from these.

Clean colors are two arrays: foreground like the colors, or else the image, and changed uint8, 255
where it differs.

cut_out        image, perhaps colors, selection and mask -> alpha, and clean colors
matte          image, trimap (H, W, 2) uint8: gray level and opacity, perhaps colors and mask
               -> alpha, and clean colors
trimap         image and perhaps selection, or mask -> trimap
segment        image, perhaps selection and mask
               -> alpha, or a map (H, W, 3) uint8 and its legend
decontaminate  image, perhaps colors, mask and opacity, or one of these
               -> clean colors, and the subject's box
relight        image, perhaps colors, its foreground, mask and opacity, and the new background,
               reduced -> colors
check          -> the versions of the packages, the networks that are installed
"""

import importlib.metadata
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from matte_core.base.classes import VOC_CLASSES, voc_color
from matte_core.base.errors import InputError
from matte_core.base.messages import Message, to_wire
from matte_core.base.progress import ProgressCallback, part
from matte_core.catalog.registry import installed
from matte_core.cutting import cut_out
from matte_core.images import UNKNOWN, Alpha
from matte_core.link.protocol import Array, Frame
from matte_core.segmentation import Segmentation, color_map, segment
from matte_core.trimap import make_trimap, trimap_of
from matte_core.worker.arrays import (
    cut_alpha,
    finite,
    from_numpy,
    hint_of,
    image_of,
    own_colors_of,
    params_of,
    plane_of,
    wide_image_of,
)
from matte_core.worker.found import found_values
from matte_core.worker.light import relight_method
from matte_core.worker.painted import painted_trimap

Method = Callable[[Frame, ProgressCallback], Frame]

PACKAGES = ("numpy", "scipy", "scikit-learn", "opencv-python-headless", "onnxruntime")
EDGE_CONTROLS = ("shift_px", "smooth_px", "feather_px", "contrast")


def cut_out_method(request: Frame, progress: ProgressCallback) -> Frame:
    """Run the whole chain on the picture in the request."""
    params = params_of(request, "image")
    started = time.monotonic()
    wants_colors = bool(params.get("with_foreground"))
    result = cut_out(
        image_of(request),
        params.get("subject", "auto"),
        model=params.get("model") or None,
        radius_px=params.get("radius_px"),
        hint=hint_of(request),
        decontaminate=0.0,
        wide=wide_image_of(request),
        progress=part(progress, 0.0, 0.85 if wants_colors else 1.0),
    )
    cleaned = {}
    if wants_colors:
        cleaned = _cleaned(request, result.alpha, params, part(progress, 0.85, 1.0))
    values = {
        **found_values(result.segmentation),
        "seconds": round(time.monotonic() - started, 3),
    }
    return _matted(request, params, result.alpha, cleaned, values)


def matte_method(request: Frame, progress: ProgressCallback) -> Frame:
    """Estimate alpha from a trimap that a person painted."""
    from matte_core.matting import estimate_alpha

    params = params_of(request, "image", "trimap")
    image, trimap = wide_image_of(request), painted_trimap(request, params)
    wants_colors = bool(params.get("with_foreground"))
    ready = 0.75 if wants_colors else 1.0
    alpha = estimate_alpha(image, trimap, progress=part(progress, 0.0, ready))
    cleaned = _cleaned(request, alpha, params, part(progress, ready, 1.0)) if wants_colors else {}
    values = {"unknown_share": float((trimap == UNKNOWN).mean())}
    return _matted(request, params, alpha, cleaned, values)


def trimap_method(request: Frame, progress: ProgressCallback) -> Frame:
    """Make a trimap of a given mask, or of what the network finds."""
    given = plane_of(request, "mask")
    params = params_of(request, *(() if given is not None else ("image",)))
    radius_px = params.get("radius_px")
    shape = str(params.get("shape", "ellipse"))
    note = ""
    if given is None:
        found = _segment(request, params, part(progress, 0.0, 0.9))
        trimap = trimap_of(found, image_of(request), radius_px, shape)
        note = found.note
    else:
        mask = given > 0.5
        if mask.all() or not mask.any():
            name = params.get("name", "the mask")
            raise InputError(
                Message("There is no edge to look along: {name} takes in everything.", name=name)
                if mask.any()
                else Message("There is no edge to look along: {name} holds nothing.", name=name),
                Message("It must show the subject, roughly: white inside, black outside."),
            )
        trimap = make_trimap(mask, radius_px, shape, probability=given)
    values = {"unknown_share": float((trimap == UNKNOWN).mean()), "note": to_wire(note)}
    return Frame("result", {"values": values}, {"trimap": from_numpy(trimap)})


def segment_method(request: Frame, progress: ProgressCallback) -> Frame:
    """Find the subject by the network alone; or draw the map of all classes."""
    params = params_of(request, "image")
    found = _segment(request, params, progress)
    if params.get("want") == "classes":
        values = {**found_values(found), "legend": _legend(found)}
        return Frame("result", {"values": values}, {"map": from_numpy(color_map(found.labels))})
    alpha = found.probability if params.get("want") == "soft" else found.mask.astype(np.float32)
    return _matted(request, params, alpha, {}, found_values(found))


def decontaminate_method(request: Frame, progress: ProgressCallback) -> Frame:
    """Take the old background's color out of a cut-out's edge."""
    params = params_of(request, "image")
    name = params.get("name", "the layer")
    alpha = cut_alpha(request)
    visible = alpha > 0
    if alpha.min() == 1 or not visible.any():
        raise InputError(
            Message("Nothing of “{name}” is cut out: all of it is visible.", name=name)
            if visible.any()
            else Message(
                "Nothing of “{name}” is visible: its mask or its transparency hides all of it.",
                name=name,
            ),
            Message("Cut the subject out first, with Filters > Matte > Cut Out Subject…."),
        )
    cleaned = _cleaned(request, alpha, params, progress)
    rows, columns = np.flatnonzero(visible.any(axis=1)), np.flatnonzero(visible.any(axis=0))
    box = [int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1]
    return Frame("result", {"values": {"box": box}}, cleaned)


def check_method(request: Frame, progress: ProgressCallback) -> Frame:  # noqa: ARG001
    """Say what is installed."""
    versions = {name: importlib.metadata.version(name) for name in PACKAGES}
    return Frame("result", {"values": {"packages": versions, "models": sorted(installed())}})


def _segment(request: Frame, params: dict[str, Any], progress: ProgressCallback) -> Segmentation:
    return segment(
        image_of(request),
        params.get("subject", "auto"),
        params.get("model") or None,
        hint=hint_of(request),
        progress=progress,
    )


def _matted(
    request: Frame,
    params: dict[str, Any],
    alpha: Alpha,
    cleaned: dict[str, Array],
    values: dict[str, Any],
) -> Frame:
    """Adjust the alpha's edge, join it with a mask that was there, and put both into a frame."""
    edge = {name: float((params.get("edge") or {}).get(name, 0.0)) for name in EDGE_CONTROLS}
    if any(edge.values()):
        from matte_core.matting.edge import adjust_edge

        alpha = adjust_edge(alpha, **edge)
    mask = plane_of(request, "mask")
    if mask is not None:
        alpha = alpha * mask
    return Frame("result", {"values": values}, {"alpha": from_numpy(alpha), **cleaned})


def _cleaned(
    request: Frame, alpha: Alpha, params: dict[str, Any], progress: ProgressCallback
) -> dict[str, Array]:
    """Clean the colors of the request as its parameters say, and put them into arrays."""
    from matte_core.matting import clean_colors

    amount = float(params.get("decontaminate", 1.0))
    foreground, changed = clean_colors(own_colors_of(request), alpha, amount, progress=progress)
    return {"foreground": from_numpy(finite(foreground)), "changed": from_numpy(changed)}


def _legend(segmentation: Segmentation) -> list[dict[str, Any]]:
    """Name the classes in the map, the largest first, with their colors and shares."""
    numbers, counts = np.unique(segmentation.labels, return_counts=True)
    names = {held.index: held.name for held in segmentation.classes}
    legend = []
    for number, count in sorted(
        zip(numbers.tolist(), counts.tolist(), strict=True), key=lambda pair: -pair[1]
    ):
        plain = VOC_CLASSES[0] if number == 0 else "subject"
        legend.append(
            {
                "name": names.get(number, plain),
                "color": list(voc_color(number)),
                "share": count / segmentation.labels.size,
            }
        )
    return legend


METHODS: dict[str, Method] = {
    "cut_out": cut_out_method,
    "matte": matte_method,
    "trimap": trimap_method,
    "segment": segment_method,
    "decontaminate": decontaminate_method,
    "relight": relight_method,
    "check": check_method,
}
