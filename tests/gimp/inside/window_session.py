"""A person's session in a real GIMP window: cut out, undo, redo, cancel. Runs in the tree.

    python3 window_session.py PICTURE FOLDER VERSION

Writes what was seen to FOLDER/session.json and screenshots beside it.
"""

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from window import Window

DIALOG = "Cut Out Subject"
PRINT = "import document_tools; answer = repr(document_tools.fingerprint(Gimp.get_images()[0]))"
HAS_MASK = "answer = Gimp.get_images()[0].get_layers()[0].get_mask() is not None"


def main(picture, folder, version):
    seen = {}
    with Window(picture, folder / "window", version) as window:
        before = window.ask(PRINT)

        window.action(DIALOG)
        window.wait_for(lambda: window.windows(DIALOG), 60, "the dialog")
        time.sleep(1)
        window.screenshot(folder / "dialog.png")
        window.keys("Escape")
        window.wait_for(lambda: not window.windows(DIALOG), 30, "the dialog to close")
        time.sleep(1)
        seen["cancelling changes nothing"] = window.ask(PRINT) == before

        window.action(DIALOG)
        window.wait_for(lambda: window.windows(DIALOG), 60, "the dialog")
        time.sleep(1)
        window.press_ok(DIALOG)
        window.wait_for(lambda: window.ask(HAS_MASK), 120, "the mask")
        time.sleep(1)
        window.screenshot(folder / "cut-out.png")
        after = window.ask(PRINT)

        window.keys("ctrl+z")
        time.sleep(1)
        seen["one undo brings all of it back"] = window.ask(PRINT) == before
        window.keys("ctrl+y")
        time.sleep(1)
        # GIMP makes a mask that comes back the one to paint on, so that much may differ.
        seen["redo brings the mask again"] = window.ask(HAS_MASK) and after != before

        window.action("Set Up and Check")
        window.wait_for(lambda: window.windows("Matte: Set Up"), 60, "the window of Set Up")
        time.sleep(8)
        window.screenshot(folder / "set-up.png")
        window.keys("Escape")
        window.wait_for(lambda: not window.windows("Matte: Set Up"), 30, "it to close")
        seen["set up opens and closes"] = True
    (folder / "session.json").write_text(json.dumps(seen))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
