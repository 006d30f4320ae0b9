"""Every action run again with its last values, as GIMP's Repeat does. Runs in GIMP."""

import gi

gi.require_version("Gimp", "3.0")
from document_tools import (
    COMPOSITE,
    DECONTAMINATE,
    FROM_TRIMAP,
    SEGMENT,
    TRIMAP,
    portrait,
    selection_values,
    succeed,
)
from gi.repository import Gimp


def check_every_action_repeats():
    image, layer = portrait()

    def again(name):
        succeed(image, [layer], name=name, run_mode=Gimp.RunMode.WITH_LAST_VALS)

    again("plug-in-matte-cut-out-layers")
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
    procedure = Gimp.get_pdb().lookup_procedure("plug-in-matte-cut-out-images")
    config = procedure.create_config()
    config.set_property("run-mode", Gimp.RunMode.WITH_LAST_VALS)
    image.set_selected_layers([layer])
    result = procedure.run(config)
    assert result.index(0) == Gimp.PDBStatusType.SUCCESS, Gimp.get_pdb().get_last_error()
    assert result.index(1) == 1, result.index(5)
