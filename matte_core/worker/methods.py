"""The methods of the worker: each takes a request, calls the library and returns a result."""

import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np

from matte_core import matting
from matte_core.base.classes import BACKGROUND_NAME, voc_color
from matte_core.base.errors import InputError
from matte_core.base.lazy import load_ahead
from matte_core.base.messages import Message
from matte_core.base.progress import ProgressCallback, part
from matte_core.batch.framing import SEEN
from matte_core.boxes import Box
from matte_core.catalog.registry import installed
from matte_core.images import UNKNOWN, Alpha, Image, Mask, Trimap
from matte_core.link.protocol import Array
from matte_core.link.requests import (
    CheckRequest,
    CutOutRequest,
    DecontaminateRequest,
    MatteRequest,
    RelightRequest,
    Request,
    SegmentRequest,
    TrimapRequest,
)
from matte_core.link.results import (
    AlphaResult,
    CheckResult,
    DecontaminateResult,
    FoundThing,
    LegendEntry,
    SegmentResult,
    TrimapResult,
)
from matte_core.marks import Marks
from matte_core.segmentation import Segmentation, color_map
from matte_core.segmentation.things import things_of
from matte_core.steps import Steps
from matte_core.trimap import make_trimap
from matte_core.worker.arrays import (
    clean_own,
    colors_like,
    finite,
    from_numpy,
    read_colors,
    read_image,
    read_painted_trimap,
    read_plane,
    read_selection,
    to_numpy,
    visible_share,
)
from matte_core.worker.light import relight
from matte_core.worker.strokes import read_marks

Method = Callable[[Any, ProgressCallback], Any]

PACKAGES = ("numpy", "scipy", "scikit-learn", "opencv-python-headless", "onnxruntime", "pillow")


def cut_out(request: CutOutRequest, progress: ProgressCallback) -> AlphaResult:
    """Run the whole chain on an image."""
    started = time.monotonic()
    load_ahead("matte_core.matting.alpha")
    steps = _steps(request)
    marks = _marks(request, request.image)
    found = _found(steps, request, marks, part(progress, 0.0, 0.3))
    trimap = steps.trimap(found, request.radius_px, marks=marks)
    return _matted(request, steps, trimap, found.note, started, part(progress, 0.3, 1.0))


def matte(request: MatteRequest, progress: ProgressCallback) -> AlphaResult:
    """Estimate alpha from a painted trimap."""
    started = time.monotonic()
    steps = _steps(request)
    painted = read_painted_trimap(request.trimap, request.trimap_box)
    trimap = steps.marked(painted, _marks(request, request.image))
    return _matted(request, steps, trimap, "", started, progress)


def trimap(request: TrimapRequest, progress: ProgressCallback) -> TrimapResult:
    """Make a trimap of a mask, or of what is found in an image."""
    note = ""
    if request.image is not None:
        steps = Steps(read_image(request.image))
        marks = _marks(request, request.image)
        found = _found(steps, request, marks, part(progress, 0.0, 0.9))
        made = steps.trimap(found, request.radius_px, request.shape, marks=marks)
        note = found.note
    else:
        assert request.mask is not None
        probability = read_plane(request.mask)
        mask = _with_edge(probability > 0.5, request.name)
        made = make_trimap(mask, request.radius_px, request.shape, probability=probability)
    return TrimapResult(trimap=from_numpy(made), note=note, unknown_share=_unknown_share(made))


def segment(request: SegmentRequest, progress: ProgressCallback) -> SegmentResult:
    """Find the subject without following its edge; or map all classes."""
    found = Steps(read_image(request.image)).segmentation(
        request.choice.subject,
        request.choice.model or None,
        hint=read_selection(request.selection),
        progress=progress,
    )
    if request.output == "classes":
        classes = from_numpy(color_map(found.labels))
        return SegmentResult(map=classes, legend=_legend(found), note=found.note)
    alpha = found.probability if request.output == "soft" else found.mask.astype(np.float32)
    things = tuple(FoundThing(*thing) for thing in things_of(found))
    return SegmentResult(alpha=_intersected(alpha, request.mask), things=things, note=found.note)


def decontaminate(request: DecontaminateRequest, progress: ProgressCallback) -> DecontaminateResult:
    """Remove the old background's color from the edge of a cut-out layer."""
    alpha = visible_share(request.mask, request.opacity, request.image.shape)
    box = Box.around(alpha > 0)
    if box is None or alpha.min() == 1:
        raise InputError(
            Message("“{name}” is not cut out: all of it is visible.", name=request.name)
            if box is not None
            else Message(
                "Nothing of “{name}” is visible: its mask or its transparency hides all of it.",
                name=request.name,
            ),
            Message("Cut the subject out first, with Filters > Matte > Cut Out Subject…."),
        )
    return DecontaminateResult(
        **_clean_colors(request, alpha, request.decontaminate, None, progress),
        box=(box.left, box.top, box.right, box.bottom),
    )


def check(request: CheckRequest, progress: ProgressCallback) -> CheckResult:  # noqa: ARG001
    """Return what is installed."""
    from importlib.metadata import version

    versions = tuple((name, version(name)) for name in PACKAGES)
    return CheckResult(versions, tuple(sorted(model.name for model in installed())))


def _steps(request: CutOutRequest | MatteRequest) -> Steps:
    wide = None if request.colors is None else read_image(request.colors)
    opacity = None if request.opacity is None else read_plane(request.opacity)
    return Steps(read_image(request.image), wide, opacity)


def _marks(request: CutOutRequest | MatteRequest | TrimapRequest, image: Array) -> Marks | None:
    return read_marks(request.strokes, image.shape, request.keep, request.remove, request.unknown)


def _found(
    steps: Steps,
    request: CutOutRequest | TrimapRequest,
    marks: Marks | None,
    progress: ProgressCallback,
) -> Segmentation:
    return steps.segmentation(
        request.choice.subject,
        request.choice.model or None,
        hint=read_selection(request.selection),
        marks=marks,
        progress=progress,
    )


def _matted(
    request: CutOutRequest | MatteRequest,
    steps: Steps,
    trimap: Trimap,
    note: str,
    started: float,
    progress: ProgressCallback,
) -> AlphaResult:
    """Do what follows the trimap, found or painted."""
    matting_share = 0.75 if request.with_foreground else 1.0
    alpha = steps.alpha(trimap, progress=part(progress, 0.0, matting_share))
    cast = steps.shadow(alpha) if request.with_shadow else None
    alpha = alpha if cast is None else cast.subject
    adjusted = steps.edge(alpha, **asdict(request.edge))
    if request.mask is not None:
        adjusted = adjusted * read_plane(request.mask)
    shown = steps.shown(adjusted, alpha)
    colors = {}
    if request.with_foreground:
        hidden_by = shown if request.clears_hidden else None
        amount = 0.0 if alpha is steps.opacity else request.decontaminate
        reporting = part(progress, matting_share, 1.0)
        colors = _clean_colors(request, alpha, amount, hidden_by, reporting, steps.inks(alpha))
    if request.with_background:
        from matte_core.compositing.fill import fill_behind

        behind, hole = fill_behind(to_numpy(request.colors or request.image), shown)
        filled = hole.astype(np.uint8) * np.uint8(255)
        colors |= {"background": from_numpy(finite(behind)), "filled": from_numpy(filled)}
    shadow = None
    if cast is not None:
        shadow = cast.alpha if steps.opacity is None else cast.alpha * steps.opacity
        if note and cast.note:
            note = Message("{first} {second}", first=note, second=cast.note)
        note = note or cast.note
    if isinstance(request, CutOutRequest) and request.is_beside_opacity and alpha is steps.opacity:
        adjusted = np.divide(shown, alpha, out=np.zeros_like(alpha), where=alpha > 0)
    return AlphaResult(
        alpha=from_numpy(adjusted),
        **colors,
        shadow=None if shadow is None else from_numpy(shadow),
        has_shadow=shadow is not None and bool(shadow.any()),
        box=_seen_box(shown),
        note=note,
        unknown_share=_unknown_share(trimap),
        seconds=round(time.monotonic() - started, 3),
    )


def _clean_colors(
    request: CutOutRequest | MatteRequest | DecontaminateRequest,
    alpha: Alpha,
    amount: float,
    hidden_by: Alpha | None,
    progress: ProgressCallback,
    inks: Image | None = None,
) -> dict[str, Array]:
    """Clean the image's own colors, which may be of any range.

    Where `hidden_by` is 0, nothing of them is left. The inks of line art are clean.
    """
    array = request.colors or request.image
    if inks is not None and np.array_equal(own := read_colors(array), read_image(array)):
        foreground = matting.decontaminate(own, inks, amount)
        changed = (foreground != own).any(axis=2).astype(np.uint8) * np.uint8(255)
        foreground = to_numpy(colors_like(array, foreground))
    else:
        foreground, changed = clean_own(array, alpha, amount, progress)
    if hidden_by is not None:
        foreground, hidden = matting.clear_hidden(foreground, hidden_by)
        changed[hidden] = 255
    return {"foreground": from_numpy(finite(foreground)), "changed": from_numpy(changed)}


def _intersected(alpha: Alpha, mask: Array | None) -> Array:
    return from_numpy(alpha if mask is None else alpha * read_plane(mask))


def _seen_box(alpha: Alpha) -> tuple[int, int, int, int] | None:
    box = Box.around(alpha > SEEN)
    return None if box is None else (box.left, box.top, box.right, box.bottom)


def _unknown_share(trimap: Trimap) -> float:
    return float((trimap == UNKNOWN).mean())


def _with_edge(mask: Mask, name: str) -> Mask:
    """Return a mask that has an edge; raise an `InputError` for any other."""
    if mask.any() and not mask.all():
        return mask
    raise InputError(
        Message("{name} covers the whole layer, so it has no edge.", name=name)
        if mask.any()
        else Message("{name} is empty, so it has no edge.", name=name),
        Message("It must show the subject, roughly: white inside, black outside."),
    )


def _legend(found: Segmentation) -> tuple[LegendEntry, ...]:
    """Name the classes in the class map, the largest first."""
    numbers, counts = np.unique(found.labels, return_counts=True)
    names = {0: BACKGROUND_NAME} | {present.index: present.name for present in found.classes}
    return tuple(
        LegendEntry(
            names.get(number, "subject"), voc_color(number), float(count / found.labels.size)
        )
        for number, count in sorted(
            zip(numbers.tolist(), counts.tolist(), strict=True), key=lambda pair: -pair[1]
        )
    )


METHODS: dict[type[Request[Any]], Method] = {
    CutOutRequest: cut_out,
    MatteRequest: matte,
    TrimapRequest: trimap,
    SegmentRequest: segment,
    DecontaminateRequest: decontaminate,
    RelightRequest: relight,
    CheckRequest: check,
}
