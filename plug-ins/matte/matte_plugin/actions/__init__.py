"""The actions, by procedure name."""

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
