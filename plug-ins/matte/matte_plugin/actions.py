"""The actions by the names of their procedures."""

from matte_plugin import cut_out_action, set_up_action

ACTIONS = {
    cut_out_action.NAME: cut_out_action,
    set_up_action.NAME: set_up_action,
}
