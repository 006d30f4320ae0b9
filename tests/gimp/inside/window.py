"""A real GIMP window on a screen of its own, driven by keyboard and mouse. Runs in the tree.

An agent, started as GIMP's batch script, runs Python inside the same GIMP on request: what the
window shows can be compared with what the document holds.
"""

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import processes

GIMPRC = """
(check-updates no)
(color-profile-policy keep)
(metadata-rotation-policy keep)
(save-session-info no)
(undo-levels 20)
(theme "Default")
(theme-color-scheme dark)
"""

AGENT = """
import pathlib, time, traceback, json, sys
import gi
gi.require_version("Gimp", "3.0")
from gi.repository import Gimp, Gegl
sys.path.insert(0, "/mnt/checkout/tests/gimp/inside")
folder = pathlib.Path({folder!r})
scope = dict(Gimp=Gimp, Gegl=Gegl)
(folder / "ready").touch()
while not (folder / "stop").exists():
    request = folder / "request.py"
    if request.exists():
        code = request.read_text()
        request.unlink()
        scope["answer"] = None
        try:
            exec(code, scope)
            told = ["ok", scope["answer"]]
        except BaseException:
            told = ["error", traceback.format_exc()]
        (folder / "answer.new").write_text(json.dumps(told))
        (folder / "answer.new").rename(folder / "answer.json")
    time.sleep(0.05)
"""

SEARCHES = 10
LOOK_SECONDS = 0.25
SIZE = (1400, 900)
# The screen is higher by the title bar.
SCREEN = (1400, 930)
# The button of GIMP's progress bar in such a window.
CANCEL = (1110, 903)
# Where the canvas lies in a window of that size: left, top, width, height.
CANVAS = (213, 113, 932, 756)


class Window:
    """GIMP with one picture open; use it in a ``with`` statement."""

    def __init__(self, picture, folder, version):
        self.folder = Path(folder)
        self._picture = str(picture)
        self._processes = []
        self._version = version

    def __enter__(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        profile = Path.home() / ".config" / "GIMP" / self._version
        profile.mkdir(parents=True, exist_ok=True)
        with (profile / "gimprc").open("a") as settings:
            settings.write(GIMPRC)
        agent = self.folder / "agent.py"
        agent.write_text(AGENT.format(folder=str(self.folder)))
        os.environ["DISPLAY"] = self._start_screen()
        self._start("openbox")
        batch = f"exec(open({str(agent)!r}).read())"
        self._start(
            "dbus-run-session", "--", "gimp", "-n", "-s", self._picture,
            "--batch-interpreter=python-fu-eval", "-b", batch,
        )  # fmt: skip
        self.wait_for(lambda: (self.folder / "ready").exists(), 120, "GIMP to start")
        time.sleep(2)  # the first windows come and go
        main = self.wait_for(lambda: self.windows("– GIMP"), 60, "its window")[0]
        for welcome in self.windows("Welcome to GIMP"):
            subprocess.run(
                ["xdotool", "windowfocus", "--sync", welcome, "key", "Escape"], check=True
            )
        place = ["windowmove", main, "0", "0", "windowsize", main, *map(str, SIZE)]
        subprocess.run(["xdotool", *place, "windowfocus", "--sync", main], check=True)
        time.sleep(2)
        return self

    def __exit__(self, *_):
        # What is left goes with the process namespace of the tree.
        (self.folder / "stop").touch()
        time.sleep(0.3)
        for process in reversed(self._processes):
            process.terminate()

    def _start(self, *command, **options):
        with (self.folder / f"{command[0]}.log").open("wb") as log:
            started = subprocess.Popen(command, stdout=log, stderr=log, **options)
        self._processes.append(started)

    def _start_screen(self):
        """Start a screen and return its name: the server chooses one that is free."""
        reading, writing = os.pipe()
        size = f"{SCREEN[0]}x{SCREEN[1]}x24"
        command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", size, "-nolisten", "tcp"]
        self._start(*command, pass_fds=[writing])
        os.close(writing)
        with os.fdopen(reading) as told:
            return ":" + told.readline().strip()

    def wait_for(self, condition, seconds, what):
        """Wait as `processes.wait_for` does, but leave the machine to what is waited for.

        A look at the screen starts a program, and one at the image reads all its pixels.
        """
        return processes.wait_for(condition, seconds, what, LOOK_SECONDS)

    def ask(self, code, patience=60):
        """Run Python inside GIMP; return what it leaves in `answer`. Its names are kept."""
        self.post(code)
        return self.answer(patience)

    def post(self, code):
        """Have Python run inside GIMP, without waiting for it."""
        (self.folder / "answer.json").unlink(missing_ok=True)
        (self.folder / "request.new").write_text(code)
        (self.folder / "request.new").rename(self.folder / "request.py")

    def answer(self, patience=60):
        """Wait for what was posted; return what it leaves in `answer`."""
        answer = self.folder / "answer.json"
        self.wait_for(answer.exists, patience, "an answer from inside GIMP")
        outcome, value = json.loads(answer.read_text())
        assert outcome == "ok", value
        return value

    def windows(self, title):
        """Return the numbers of the visible windows with this in their title."""
        command = ["xdotool", "search", "--onlyvisible", "--name", title]
        # A search complains, and misses some, where any window goes meanwhile.
        for _ in range(SEARCHES):
            found = subprocess.run(command, capture_output=True, text=True, check=False)
            if not found.stderr:
                break
        return found.stdout.split()

    def window(self, title):
        """Return the number of the window with this in its title."""
        return self.wait_for(lambda: self.windows(title), 10, f"the window {title}")[0]

    def keys(self, *names):
        """Press keys, one after the other."""
        for name in names:
            subprocess.run(["xdotool", "key", "--clearmodifiers", name], check=True)
            time.sleep(0.3)

    def keys_in(self, title, *names):
        """Press keys in the window of that title."""
        subprocess.run(["xdotool", "windowfocus", "--sync", self.window(title)], check=True)
        self.keys(*names)

    def bring_to_front(self, title):
        """Show a window before all others."""
        subprocess.run(["xdotool", "windowraise", self.window(title)], check=True)

    def type(self, text):
        subprocess.run(["xdotool", "type", "--delay", "15", text], check=True)

    def click(self, x, y, button=1):
        subprocess.run(["xdotool", "mousemove", str(x), str(y), "click", str(button)], check=True)

    def action(self, name):
        """Choose the menu entry of one of Matte's actions."""
        self.ask(f"import menus; menus.choose('plug-in-matte-{name}')")

    def drag_on_canvas(self, image_size, start, end):
        """Drag the mouse between two pixels of an image that is shown in the middle at 100 %."""
        left = CANVAS[0] + (CANVAS[2] - image_size[0]) // 2
        top = CANVAS[1] + (CANVAS[3] - image_size[1]) // 2
        places = [(str(left + x), str(top + y)) for x, y in (start, end)]
        first, last = places
        command = ["mousemove", *first, "sleep", "0.3", "mousedown", "1", "sleep", "0.2"]
        command += ["mousemove", *last, "sleep", "0.3", "mouseup", "1"]
        subprocess.run(["xdotool", *command], check=True)

    def place(self, title):
        """Return left, top, width and height of a window; its title bar counts twice in the top."""
        found = subprocess.run(
            ["xdotool", "getwindowgeometry", "--shell", self.window(title)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        facts = dict(line.split("=") for line in found.stdout.splitlines())
        return tuple(int(facts[name]) for name in ("X", "Y", "WIDTH", "HEIGHT"))

    def press_ok(self, title):
        """Click the button at the lower right of a dialog: GIMP's OK."""
        left, top, width, height = self.place(title)
        self.click(left + width - 60, top + height - 45)

    def pixels(self, left, top, width, height):
        """Return what a part of the screen shows: red, green and blue of each pixel."""
        place = f"{width}x{height}+{left}+{top}"
        command = ["import", "-window", "root", "-crop", place, "-depth", "8", "rgb:-"]
        return subprocess.run(command, capture_output=True, check=True).stdout

    def screenshot(self, path, part=None):
        """Write a picture of the screen, or of a part: its left, top, width, and height."""
        crop = ["-crop", "{2}x{3}+{0}+{1}".format(*part), "+repage"] if part else []
        subprocess.run(["import", "-window", "root", *crop, str(path)], check=True)
