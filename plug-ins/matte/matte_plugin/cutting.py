"""Cutting one layer out, as all actions that find subjects do."""

from matte_core.base.subjects import SELECTION as SELECTED
from matte_plugin import arguments, outputs
from matte_plugin.document import layers, pixels, reading


def ask(worker, layer, config, output, *, intersects_mask=False, progress):
    """Ask the worker to cut a layer out; nothing is changed.

    Parameters
    ----------
    worker : Worker
    layer : Gimp.Layer
    config : Gimp.ProcedureConfig
        Of a procedure with a subject, a network and the arguments of `arguments.add_edge`.
    output : str
        One of `outputs.CHOICES`.
    intersects_mask : bool
        Let what the layer's mask hides stay hidden.
    progress : callable

    Returns
    -------
    cut : layers.Cut
    note : str
        What a person should know about it; empty for nothing.
    """
    with_colors = output in outputs.WITH_COLORS
    arrays = reading.read_photo(layer)
    params = {
        **arguments.subject_params(config),
        "radius_px": round(config.get_property("trimap-width")) or None,
        "decontaminate": config.get_property("decontaminate") / 100,
        "with_foreground": with_colors,
        "edge": arguments.edge_params(config),
    }
    if config.get_property("subject") == SELECTED:
        arrays["selection"] = reading.read_selection(layer)
    mask = reading.read_mask(layer) if intersects_mask else None
    if mask is not None:
        arrays["mask"] = mask
    answer = worker.call("cut_out", params, arrays, progress)
    cut = layers.Cut(layer, answer.arrays["alpha"], pixels.Colors.of(answer.arrays))
    return cut, answer.values["values"]["note"]
