"""A person's session in a real GIMP window, by keyboard and mouse. Runs in the tree.

    python3 window_session.py PICTURE FOLDER VERSION

Cuts out, undoes, redoes and cancels; corrects the trimap with a brush and mattes again; composites;
saves, opens the file again and runs once more. Writes what was seen to FOLDER/session.json and
screenshots beside it.
"""

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from window import Window

CUT_OUT, TRIMAP, MATTE = "Cut Out Subject", "Trimap…", "Matte from Trimap"
COMPOSITE, SET_UP = "Composite over Background", "Set Up and Check"
IMAGE = "image = Gimp.get_images()[0]; layers = image.get_layers(); "
PRINT = f"import document_tools; {IMAGE} answer = repr(document_tools.fingerprint(image))"
HAS_MASK = f"{IMAGE} answer = any(layer.get_mask() is not None for layer in layers)"
NAMES = f"{IMAGE} answer = [layer.get_name() for layer in layers]"
ALPHA_AT = (
    IMAGE + "import struct; mask = [l.get_mask() for l in layers if l.get_mask()][0]; "
    "answer = struct.unpack('f', mask.get_buffer().get("
    "Gegl.Rectangle.new({x}, {y}, 1, 1), 1.0, 'Y float', Gegl.AbyssPolicy.NONE))[0]"
)
SELECT = IMAGE + "image.set_selected_layers([l for l in layers if {words!r} in l.get_name()])"
REOPEN = """
import document_tools
from gi.repository import Gio
image = Gimp.get_images()[0]
target = Gio.File.new_for_path({path!r})
Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image, target, None)
again = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, target)
photo = [layer for layer in again.get_layers() if layer.get_mask()][0]
before = len(again.get_layers())
document_tools.succeed(again, [photo], name="plug-in-matte-from-trimap")
answer = [before, len(again.get_layers()), photo.get_mask() is not None]
again.delete()
"""


class Session:
    """The steps, and what was seen in them."""

    def __init__(self, window, folder):
        self.window = window
        self.folder = folder
        self.seen = {}

    def dialog(self, words, seconds=1.0):
        """Start an action and wait for its dialog."""
        self.window.action(words)
        self.window.wait_for(lambda: self.window.windows(words), 60, f"the dialog of {words}")
        time.sleep(seconds)

    def run(self, words, done, picture=None):
        """Run an action by its dialog's OK and wait until it is done."""
        self.dialog(words)
        if picture:
            time.sleep(8)  # the preview's worker starts, finds, mattes
            self.window.screenshot(self.folder / picture)
        self.window.press_ok(words)
        self.window.wait_for(done, 120, f"the result of {words}")
        time.sleep(1.5)
        assert not self.window.windows("GIMP Message"), f"{words} ended with a message"

    def ask(self, code):
        return self.window.ask(code)

    def cut_out(self):
        before = self.ask(PRINT)
        self.dialog(CUT_OUT)
        self.window.keys("Escape")
        self.window.wait_for(lambda: not self.window.windows(CUT_OUT), 30, "it to close")
        time.sleep(1)
        self.seen["cancelling changes nothing"] = self.ask(PRINT) == before
        self.run(CUT_OUT, lambda: self.ask(HAS_MASK), "dialog.png")
        self.window.screenshot(self.folder / "cut-out.png")
        self.window.keys("ctrl+z")
        time.sleep(1)
        self.seen["one undo brings all of it back"] = self.ask(PRINT) == before
        self.window.keys("ctrl+y")
        time.sleep(1)
        self.seen["redo brings the mask again"] = self.ask(HAS_MASK)

    def correct_the_trimap(self):
        self.run(TRIMAP, lambda: any("trimap" in name.lower() for name in self.ask(NAMES)))
        self.window.screenshot(self.folder / "trimap.png")
        before = self.ask(ALPHA_AT.format(x=300, y=300))
        self.ask(SELECT.format(words="trimap"))
        time.sleep(0.5)
        # Black says: this is background. The paintbrush, in the default colours, over her chest.
        self.window.keys("p", "d")
        self.window.drag_on_canvas((512, 512), (270, 300), (330, 300))
        time.sleep(1)
        self.window.screenshot(self.folder / "painted.png")
        self.run(MATTE, lambda: self.ask(ALPHA_AT.format(x=300, y=300)) < 0.5, "from-trimap.png")
        self.seen["what was painted out is gone"] = before > 0.9

    def composite(self):
        self.ask(SELECT.format(words="astronaut"))
        count = len(self.ask(NAMES))
        self.run(COMPOSITE, lambda: len(self.ask(NAMES)) > count)
        self.window.screenshot(self.folder / "composite.png")
        self.seen["the composite is a group above"] = self.ask(
            IMAGE + "answer = any(layer.is_group() for layer in layers)"
        )
        self.window.keys("ctrl+z")
        time.sleep(1)

    def save_and_open_again(self):
        path = str(self.folder / "saved.xcf")
        before, after, has_mask = self.ask(REOPEN.format(path=path))
        self.seen["the saved file runs again and replaces its own"] = before == after and has_mask

    def set_up(self):
        self.window.action(SET_UP)
        self.window.wait_for(lambda: self.window.windows("Matte: Set Up"), 60, "its window")
        time.sleep(8)
        self.window.screenshot(self.folder / "set-up.png")
        self.window.keys("Escape")
        self.window.wait_for(lambda: not self.window.windows("Matte: Set Up"), 30, "it to close")
        self.seen["set up opens and closes"] = True


def main(picture, folder, version):
    with Window(picture, folder / "window", version) as window:
        session = Session(window, folder)
        try:
            session.cut_out()
            session.correct_the_trimap()
            session.save_and_open_again()
            session.composite()
            session.set_up()
        except BaseException:
            window.screenshot(folder / "failed.png")
            raise
        finally:
            (folder / "session.json").write_text(json.dumps(session.seen))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
