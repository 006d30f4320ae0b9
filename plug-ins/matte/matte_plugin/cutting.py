"""Cutting one layer out, as all actions that find subjects do, or making its trimap."""

import math
from dataclasses import replace

from matte_core.base.errors import InputError
from matte_core.base.localization import _
from matte_core.base.progress import part
from matte_core.base.subjects import SELECTION as SELECTED
from matte_core.base.subjects import label_of
from matte_core.link.requests import CutOutRequest, SegmentRequest, TrimapRequest
from matte_plugin import arguments, outputs
from matte_plugin.document import layers, reading


def ask_for(worker, layer, config, output, **arguments_):
    """Ask the worker for the cuts that an output consists of; see `ask_each` and `ask`."""
    if output == outputs.EACH:
        return ask_each(worker, layer, config, output, **arguments_)
    cut, note = ask(worker, layer, config, output, **arguments_)
    return [cut], note


def ask_beside_mask(worker, layer, config, **arguments_):
    """Ask the worker for the cuts of the chosen output, with respect to the layer's mask."""
    output = outputs.place_of(
        config.get_property("output"), layer, keeps_masks=arguments.keeps_masks(config)
    )
    intersects = config.get_property("existing-mask") == arguments.INTERSECT
    return ask_for(worker, layer, config, output, intersects_mask=intersects, **arguments_)


def selection_of(layer, config):
    """Return the selection if it marks the subject; None otherwise."""
    is_selected = config.get_property("subject") == SELECTED
    return reading.read_selection(layer) if is_selected else None


def ask_each(worker, layer, config, output, *, intersects_mask=False, strokes=(), progress):
    """Ask the worker to cut out each thing of the subject by itself; see `ask`.

    Returns
    -------
    cuts : list of layers.Cut
        Named, from left to right; a single one has no name.
    note : str
    """
    if "keep" in arguments.marked(config):
        raise InputError(
            _("Marks to keep do not say which subject they belong to."),
            _("Choose another output, or leave them out."),
        )
    request = SegmentRequest(
        image=reading.read_image(layer),
        choice=arguments.subject_choice(config),
        selection=selection_of(layer, config),
    )
    found = worker.call(request, part(progress, 0.0, 0.1))
    things = found.things if len(found.things) > 1 else (None,)
    cuts = []
    for number, thing in enumerate(things):
        start, end = (0.1 + 0.9 * (number + more) / len(things) for more in (0, 1))
        cut, note = ask(
            worker,
            layer,
            config,
            output,
            intersects_mask=intersects_mask,
            strokes=strokes if thing is None else _strokes_of(thing, things, strokes),
            thing=thing,
            progress=part(progress, start, end),
        )
        cuts.append(cut)
    return cuts, note if thing is None else found.note


def _strokes_of(thing, things, strokes):
    """Return the strokes for one of several things: those to keep go to the nearest one alone."""
    return tuple(
        stroke
        for stroke in strokes
        if stroke.kind != "keep"
        or thing == min(things, key=lambda other: math.dist(other.center, stroke.points[0]))
    )


def ask(worker, layer, config, output, *, intersects_mask=False, strokes=(), thing=None, progress):
    """Ask the worker to cut a layer out; nothing is changed.

    Parameters
    ----------
    worker : Worker
    layer : Gimp.Layer
    config : Gimp.ProcedureConfig
        Of a procedure with a subject, a model and the arguments of `arguments.add_edge`.
    output : str
        One of `outputs.CHOICES`, see `outputs.place_of`.
    intersects_mask : bool
        Whether what the layer's mask hides stays hidden.
    strokes : tuple of Stroke
        What was painted in the preview of this layer.
    thing : FoundThing, optional
        What to cut out instead of the subject.
    progress : callable

    Returns
    -------
    cut : layers.Cut
    note : str
        A remark for the user; empty for none.
    """
    choice = arguments.subject_choice(config, strokes)
    request = CutOutRequest(
        **reading.read_photo(layer),
        **reading.read_marks(arguments.marked(config), layer),
        choice=replace(choice, subject=thing.subject) if thing else choice,
        selection=selection_of(layer, config),
        mask=reading.read_mask(layer) if intersects_mask else None,
        opacity=reading.read_opacity(layer),
        is_beside_opacity=output not in (outputs.SELECTION, outputs.CHANNEL),
        radius_px=arguments.radius_px(config),
        **outputs.wanted(config, output),
        strokes=strokes,
    )
    result = worker.call(request, progress)
    return layers.Cut.of(layer, result, label_of(thing.name) if thing else ""), result.note


def ask_trimap(worker, layer, config, *, strokes=(), shape="ellipse", progress):
    """Ask the worker for the trimap of a layer's subject, with what was marked in it.

    Parameters are as in `ask`; `shape` is one of `arguments.SHAPES`.

    Returns
    -------
    TrimapResult
    """
    request = TrimapRequest(
        image=reading.read_image(layer),
        **reading.read_marks(arguments.marked(config), layer),
        choice=arguments.subject_choice(config, strokes),
        selection=selection_of(layer, config),
        radius_px=arguments.radius_px(config),
        shape=shape,
        strokes=strokes,
    )
    return worker.call(request, progress)
