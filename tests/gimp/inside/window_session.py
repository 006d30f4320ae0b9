"""A person's session in a real GIMP window, by keyboard and mouse. Runs in the tree.

    python3 window_session.py PICTURE FOLDER VERSION [pictures]

Writes what was seen to FOLDER/session.json. With "pictures" it takes the screenshots for the
documentation instead.
"""

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import act_cancel
import act_help
import act_models
import act_parts
import act_pictures
import act_portrait
import act_strokes
from session import Session
from window import Window


def acts(takes_pictures):
    """Return what is done, in its order."""
    if takes_pictures:
        return (
            act_portrait.cut_out,
            act_portrait.composite,
            act_cancel.a_batch,
            set_up,
            act_pictures.strokes,
            act_pictures.trimap,
        )
    return (
        act_cancel.in_the_dialog,
        act_strokes.change,
        act_portrait.cut_out,
        act_portrait.change_the_trimap,
        act_portrait.composite,
        act_portrait.save_and_go_on_later,
        act_cancel.during_the_run,
        act_cancel.a_batch,
        act_parts.choose,
        act_models.get_more,
        set_up,
    )


def set_up(session):
    """Look at Set Up and Check, and close it."""
    window = session.window
    window.action("setup")
    window.wait_for(lambda: window.windows("Matte: Set Up"), 60, "its window")
    session.picture("set-up", seconds=8)
    act_help.press_help(session, "Matte: Set Up", "set-up-and-check")
    act_help.copy_report(session, "Matte: Set Up")
    window.keys_in("Matte: Set Up", "Escape")
    window.wait_for(lambda: not window.windows("Matte: Set Up"), 30, "it to close")
    session.see("set up opens and closes", True)


def main(picture, folder, version, takes_pictures):
    act_help.be_the_browser(folder)
    with Window(picture, folder / "window", version) as window:
        session = Session(window, picture, folder, version, takes_pictures)
        try:
            for act in acts(takes_pictures):
                started = time.monotonic()
                act(session)
                print(f"{act.__name__}: {time.monotonic() - started:.1f} s", flush=True)
        except BaseException:
            window.screenshot(folder / "failed.png")
            raise
        finally:
            (folder / "session.json").write_text(json.dumps(session.seen))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], "pictures" in sys.argv[4:])
