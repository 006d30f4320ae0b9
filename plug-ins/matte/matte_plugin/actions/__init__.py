"""The actions, by procedure name.

Each action is a module with these names:

| name | what |
|---|---|
| `NAME` | the name of the procedure |
| `LABEL` | the label in the menu |
| `MENUS` | menus besides Filters > Matte, or None for an action that needs no image |
| `BLURB`, `HELP` | the description in the procedure browser |
| `add_arguments` | adds arguments and return values to the procedure |
| `run` | the function that GIMP calls |
"""

from gi.repository import Gimp

from matte_core.base.localization import _
from matte_plugin import arguments, registration
from matte_plugin.actions import (
    composite,
    cut_out,
    cut_out_folder,
    cut_out_images,
    cut_out_layers,
    decontaminate,
    from_trimap,
    segment,
    set_up,
    trimap,
)

ACTIONS = {
    action.NAME: action
    for action in (
        cut_out,
        segment,
        trimap,
        from_trimap,
        composite,
        decontaminate,
        cut_out_layers,
        cut_out_images,
        cut_out_folder,
        set_up,
    )
}


def create(plug_in, action):
    """Create the procedure of an action."""
    needs_image = action.MENUS is not None
    kind = Gimp.ImageProcedure if needs_image else Gimp.Procedure
    procedure = kind.new(plug_in, action.NAME, Gimp.PDBProcType.PLUGIN, action.run, None)
    procedure.set_menu_label(action.LABEL)
    for menu in ("<Image>/Filters/Matte", *(action.MENUS or ())):
        procedure.add_menu_path(menu)
    procedure.set_documentation(action.BLURB, action.HELP, action.NAME)
    procedure.set_attribution("The Matte for GIMP authors", "MIT License", registration.DATE)
    if needs_image:
        procedure.set_image_types("*")
        procedure.set_sensitivity_mask(
            Gimp.ProcedureSensitivityMask.DRAWABLE | Gimp.ProcedureSensitivityMask.DRAWABLES
        )
    else:
        procedure.add_enum_argument(
            "run-mode", _("Run mode"), _("The run mode"), Gimp.RunMode,
            Gimp.RunMode.NONINTERACTIVE, arguments.READWRITE,
        )  # fmt: skip
    action.add_arguments(procedure)
    return procedure
