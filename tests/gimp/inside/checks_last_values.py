"""Every action run again with its last values, as GIMP's Repeat does. Runs in GIMP."""

from document_tools import (
    COMPOSITE,
    CUT_OUT,
    DECONTAMINATE,
    FROM_TRIMAP,
    SEGMENT,
    TRIMAP,
    portrait,
    run,
    selection_values,
    starts_plug_in,
    succeed,
)
from gi.repository import Gimp


@starts_plug_in
def check_every_action_repeats():
    image, layer = portrait()

    def again(name):
        succeed(image, [layer], name=name, run_mode=Gimp.RunMode.WITH_LAST_VALS)

    for name in (CUT_OUT, "plug-in-matte-cut-out-layers"):
        again(name)
        assert layer.get_mask() is not None
        layer.remove_mask(Gimp.MaskApplyMode.DISCARD)
    again(SEGMENT)
    assert 255 in selection_values(image)
    again(TRIMAP)
    again(FROM_TRIMAP)
    assert layer.get_mask() is not None
    again(DECONTAMINATE)
    layer.set_visible(True)
    again(COMPOSITE)
    names = [item.get_name() for item in image.get_layers()]
    assert len(names) == 4, names
    image.set_selected_layers([layer])
    answer = run("plug-in-matte-cut-out-images", run_mode=Gimp.RunMode.WITH_LAST_VALS)
    assert answer.is_done, answer.words
    assert answer.values[0] == 1, answer.values[-1]
