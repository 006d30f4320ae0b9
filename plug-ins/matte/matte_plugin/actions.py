"""The actions by the names of their procedures."""

from matte_plugin import cut_out_action, from_trimap_action, set_up_action, trimap_action

ACTIONS = {
    action.NAME: action
    for action in (cut_out_action, trimap_action, from_trimap_action, set_up_action)
}
