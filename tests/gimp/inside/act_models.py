"""The list of models in a dialog, from the keyboard: its last entry opens a window with more."""

import time

import act_help

ACTION = "Cut Out Subject"
WINDOW = "Matte: Get Models"


def get_more(session):
    """Open the window from the list, close it, and cancel the dialog."""
    window = session.window
    session.take()
    before = session.fingerprint()
    session.dialog(ACTION)
    act_help.press_help(session, ACTION, "cut-out-a-subject")
    for name in ("alt+e", "alt+Down", "End", "Return"):
        window.keys_in(ACTION, name) if name == "alt+e" else window.keys(name)
        time.sleep(1)
    window.wait_for(lambda: window.windows(WINDOW), 30, "the window with more models")
    window.keys_in(WINDOW, "Escape")
    window.wait_for(lambda: not window.windows(WINDOW), 30, "that window to close")
    window.keys_in(ACTION, "Escape")
    session.wait_for_the_end(ACTION)
    session.see("the list of models leads to more of them", session.fingerprint() == before)
