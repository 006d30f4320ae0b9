"""The actions by the names of their procedures."""

from matte_plugin import (
    composite_action,
    cut_out_action,
    cut_out_folder_action,
    cut_out_images_action,
    cut_out_layers_action,
    decontaminate_action,
    from_trimap_action,
    segment_action,
    set_up_action,
    trimap_action,
)

ACTIONS = {
    action.NAME: action
    for action in (
        cut_out_action,
        segment_action,
        trimap_action,
        from_trimap_action,
        composite_action,
        decontaminate_action,
        cut_out_layers_action,
        cut_out_images_action,
        cut_out_folder_action,
        set_up_action,
    )
}
