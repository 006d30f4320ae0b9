"""Every output of every action on one picture: one Undo gives back each bit. Runs in GIMP.

It is done as a person does it, one thing upon the other: each action finds what those before have
left, is undone, compared, and where the next ones need it, done again.
"""

import traceback
from dataclasses import dataclass, field
from pathlib import Path

from checks_outputs import box_and_shadow
from gi.repository import Gimp, Gio
from judging import (
    ALL,
    CHANNEL,
    MASK,
    NEW_IMAGE,
    NEW_LAYER,
    NEW_LAYER_MASK,
    SELECTION,
    WITH_SHADOW,
    require,
)
from pictures import photo
from seeing import changes, digest, snapshot
from undoing import redo, undo, wait_until

EXPORTED = Path("/mnt/scratch/exported.bmp")
CUT_OUT, SEGMENT = "plug-in-matte-cut-out", "plug-in-matte-segment"
TRIMAP, FROM_TRIMAP = "plug-in-matte-trimap", "plug-in-matte-from-trimap"
COMPOSITE, DECONTAMINATE = "plug-in-matte-composite", "plug-in-matte-decontaminate"
ALL_LAYERS, OPEN_IMAGES = "plug-in-matte-cut-out-layers", "plug-in-matte-cut-out-images"
# GIMP itself selects a layer, a channel or a mask that comes again.
_CHOSEN = ("selected layers", "selected channels", "mask use")


@dataclass(frozen=True)
class Run:
    """One run of an action."""

    action: str
    words: str  # what is special about it
    arguments: dict = field(default_factory=dict)
    is_kept: bool = False  # whether it is done again after the undo, for those that follow
    adds: int | None = None  # how many layers it must add


def each(action, outputs):
    """Return a run for each output."""
    return [Run(action, output, {"output": output}) for output in outputs]


def runs(other, layer):
    """Return all runs in their order; `other` is another image, `layer` one of its layers."""
    wider = {"feather": 4.0}
    return [
        *each(CUT_OUT, (*ALL, "trimap")),
        *each(SEGMENT, (SELECTION, CHANNEL, MASK)),
        Run(SEGMENT, "class-map", {"output": "class-map"}),
        *each(ALL_LAYERS, (SELECTION, CHANNEL, NEW_LAYER, NEW_LAYER_MASK, MASK)),
        *each(OPEN_IMAGES, (MASK, NEW_LAYER)),
        Run(TRIMAP, "trimap", is_kept=True),
        Run(TRIMAP, "another trimap", {"trimap_width": 9.0}),
        *each(FROM_TRIMAP, (SELECTION, NEW_IMAGE)),
        *(
            run
            for output in (CHANNEL, NEW_LAYER, NEW_LAYER_MASK, MASK)
            for run in (
                Run(FROM_TRIMAP, output, {"output": output}, is_kept=True),
                Run(FROM_TRIMAP, f"another {output}", {"output": output, **wider}),
            )
        ),
        Run(DECONTAMINATE, "new-layer-mask"),
        Run(COMPOSITE, "color"),
        Run(COMPOSITE, "layer", {"background": "layer", "background_layer": layer}),
        Run(COMPOSITE, "image", {"background": "image", "background_image": other}),
        Run(COMPOSITE, "file", {"background": "file", "background_file": _file(EXPORTED)}),
        Run(COMPOSITE, "flatten", {"flatten": True, "light_wrap": 50.0, "color_match": 50.0}),
    ]


def undo_all(plug_in):
    """Run and undo all; return [action, words, result] of each, the result of most being "done"."""
    image, layer = photo()
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 3, 5, 30, 20)
    red = Gimp.Channel.new_from_component(image, Gimp.ChannelType.RED, "Red")
    image.insert_channel(red, None, 0)
    image.set_selected_layers([layer])
    other, other_layer = photo((30, 60))
    for opened in (other, image):
        # What the building did is not to be undone by an undo too many.
        opened.undo_disable()
        opened.undo_enable()
        Gimp.Display.new(opened)
    _export(image)
    table = [_tried(plug_in, image, layer, run) for run in runs(other, other_layer)]
    box, box_layer, _shadow = box_and_shadow()
    box.undo_disable()
    box.undo_enable()
    Gimp.Display.new(box)
    choice = {"output": WITH_SHADOW, "subject": SELECTION, "model": "built-in"}
    table.append(_tried(plug_in, box, box_layer, Run(CUT_OUT, "and a shadow", choice, adds=2)))
    return table


def _tried(plug_in, image, layer, run):
    """Return the action, the words, and the result of a run."""
    print(f"{run.action}: {run.words}", flush=True)
    try:
        _run(plug_in, image, layer, run)
        return [run.action, run.words, "done"]
    except BaseException:
        return [run.action, run.words, f"FAILED: {traceback.format_exc(limit=-4)}"]


def _run(plug_in, image, layer, run):
    """Run once, undo, and compare; do it again where it is kept."""
    before, exported, layers = _seen(image), _export(image), len(image.get_layers())
    answer = plug_in.run(run.action, image, [layer], **run.arguments)
    require(answer.is_done, answer.words)
    if answer.made is not None:
        require(not changes(before, _seen(image)), "a new image changed the old one")
        answer.made.delete()
        return
    after = _seen(image)
    require(changes(before, after), "nothing was changed")
    added = len(image.get_layers()) - layers
    require(run.adds in (None, added), f"{added} layers were added")
    undo()
    _require_again(image, before, "undo")
    require(_export(image) == exported, "after the undo another picture is exported")
    if run.is_kept:
        redo()
        _require_again(image, after, "redo", _CHOSEN)


def _require_again(image, wanted, step, allowed=()):
    """Wait until all is as wanted."""

    def others():
        return {key for key in changes(wanted, _seen(image)) if key[1] not in allowed}

    require(wait_until(lambda: not others()), f"one {step} leaves {others()}")


def _seen(image):
    """Return the image's whole state, and what is seen of it on the screen."""
    shown = Gimp.Layer.new_from_visible(image, image, "shown")
    state = snapshot(image) | {("image", "shown"): digest(shown)}
    shown.delete()
    return state


def _export(image):
    """Export the image, and return the bytes of the file."""
    require(Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image, _file(EXPORTED), None), "no export")
    return EXPORTED.read_bytes()


def _file(path):
    return Gio.File.new_for_path(str(path))
