"""Cutting one layer out, as all actions that find subjects do."""

from matte_core.base.subjects import SELECTION as SELECTED
from matte_core.link.requests import CutOutRequest
from matte_plugin import arguments, outputs
from matte_plugin.document import layers, reading


def ask(worker, layer, config, output, *, intersects_mask=False, progress):
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
    progress : callable

    Returns
    -------
    cut : layers.Cut
    note : str
        A remark for the user; empty for none.
    """
    is_selected = config.get_property("subject") == SELECTED
    request = CutOutRequest(
        **reading.read_photo(layer),
        choice=arguments.subject_choice(config),
        selection=reading.read_selection(layer) if is_selected else None,
        mask=reading.read_mask(layer) if intersects_mask else None,
        opacity=reading.read_opacity(layer),
        is_beside_opacity=output not in (outputs.SELECTION, outputs.CHANNEL),
        radius_px=arguments.radius_px(config),
        edge=arguments.edge_controls(config),
        decontaminate=config.get_property("decontaminate") / 100,
        with_foreground=output in outputs.WITH_COLORS,
        clears_hidden=output in outputs.WITHOUT_PHOTO,
        with_background=output == outputs.SUBJECT_AND_BACKGROUND,
    )
    result = worker.call(request, progress)
    return layers.Cut.of(layer, result), result.note
