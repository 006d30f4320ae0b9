"""What the acts of a session share: an action run from the keyboard, undone, and compared.

In GIMP, `image` is the image that the session is about; `fingerprint` takes in every pixel.
"""

import re
import time

import traces

UNDO_SECONDS = 15
#: The actions by the titles of their dialogs.
ACTIONS = {
    "Cut Out Subject": "cut-out",
    "Cut Out All Layers": "cut-out-layers",
    "Subject Mask": "segment",
    "Decontaminate Colors": "decontaminate",
    "Trimap": "trimap",
    "Matte from Trimap": "from-trimap",
    "Composite over Background": "composite",
}
TAKE = "image = [item for item in Gimp.get_images() if item.get_id() not in {known}][0]"
PRINT = "import document_tools; answer = document_tools.fingerprint(image)"
NAMES = "answer = [layer.get_name() for layer in image.get_layers()]"
SELECT = (
    "image.set_selected_layers([layer for layer in image.get_layers() "
    "if layer.get_name() == {name!r}])"
)


class Session:
    """The window, and what was seen in it."""

    def __init__(self, window, photo, folder, version, takes_pictures):
        self.window = window
        self.photo = photo
        self.folder = folder
        self.seen = {}
        self._version = version
        self._takes_pictures = takes_pictures
        self.take()
        self._files = traces.files(version)

    def see(self, what, is_so):
        """Note whether something was seen as it is to be."""
        self.seen[what] = self.seen.get(what, True) and bool(is_so)

    def take(self, known=()):
        """Make the session be about an image that was opened; those of known numbers are not."""
        self.window.ask(TAKE.format(known=list(known)))

    def ask(self, code, patience=60):
        """Run Python in GIMP; see `Window.ask`."""
        return self.window.ask(code, patience)

    def fingerprint(self):
        """Return all that can be seen of the image."""
        return self.ask(PRINT)

    def becomes(self, wanted, of=lambda found: found):
        """Wait until the image, or what is looked at of it, is as wanted; say whether it is."""
        limit = time.monotonic() + UNDO_SECONDS
        while of(found := self.fingerprint()) != of(wanted):
            if time.monotonic() > limit:
                print(f"wanted: {wanted}\nfound:  {found}", flush=True)
                return False
            time.sleep(0.5)
        return True

    def names(self):
        """Return the names of the layers."""
        return self.ask(NAMES)

    def select(self, name):
        """Select the layer of this name."""
        self.ask(SELECT.format(name=name))

    def picture(self, name, seconds=0.0, part=None):
        """Keep a screenshot for the documentation, after a while; the tests need none."""
        if self._takes_pictures:
            time.sleep(seconds)
            self.window.screenshot(self.folder / f"{name}.png", part)

    def dialog(self, action):
        """Start an action and wait for its dialog."""
        self.window.action(ACTIONS[action])
        self.window.wait_for(lambda: self.window.windows(action), 60, f"the dialog of {action}")
        time.sleep(0.7)

    def run(
        self, action, *, in_dialog=None, picture=None, has_report=False, is_kept=True, changes=True
    ):
        """Run an action by its dialog's OK; undo it, and see that all is as before.

        Parameters
        ----------
        action : str
            The title of its dialog.
        in_dialog : callable, optional
            What is done in the dialog before.
        picture : str, optional
            The name of a picture of the dialog.
        has_report : bool
            Whether a window tells what was done, and waits to be closed.
        is_kept : bool
            Whether it is done again after the undo.
        changes : bool
            Whether the result is another than what was there.

        Returns
        -------
        set of int
            The workers that were seen after OK.
        """
        before = self.fingerprint()
        self.dialog(action)
        if in_dialog:
            in_dialog()
        if picture:
            self.picture(picture, seconds=8)  # the preview's worker starts, finds, mattes
        self.window.press_ok(action)
        if has_report:
            self.window.wait_for(lambda: self.fingerprint() != before, 120, f"{action} to be done")
            self.picture(action.lower().replace(" ", "-"), seconds=1)
            self.window.keys_in(action, "Escape")
        workers = self.wait_for_the_end(action)
        after = self.fingerprint()
        assert (after != before) == changes, f"{action} changed {'nothing' if changes else after}"
        self.window.keys("ctrl+z")
        self.see("one undo gives the image back, bit for bit", self.becomes(before))
        if is_kept:
            self.window.keys("ctrl+y")
            # GIMP itself selects a layer or a mask that comes again.
            self.see("redo brings every pixel again", self.becomes(after, of=_digests))
        return workers

    def wait_for_the_end(self, action):
        """Wait until an action is over, and see that it left nothing; return its workers."""
        workers = set()

        def is_over():
            workers.update(traces.workers())
            return not traces.plug_ins()

        self.window.wait_for(is_over, 120, f"the end of {action}")
        assert not self.window.windows("GIMP Message"), f"{action} ended with a message"
        # The toolkit's own files come and go while it loads icons.
        limit = time.monotonic() + 10
        while left := traces.files(self._version) - self._files:
            assert time.monotonic() < limit, f"{action} left {sorted(map(str, left))}"
            time.sleep(0.2)
        # A worker whose plug-in was killed needs a moment to notice.
        self.window.wait_for(lambda: not traces.workers(), 10, f"the worker of {action} to end")
        return workers


def _digests(found):
    return re.findall("[0-9a-f]{64}", repr(found))
