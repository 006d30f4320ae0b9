"""Changing one's mind: in the dialog, by closing it, during the run, in the middle of a batch."""

import shutil
import subprocess
import time

import traces
from window import CANCEL

BIG = """
known = [item.get_id() for item in Gimp.get_images()]
image = image.duplicate()
image.scale(3000, 3000)
display = Gimp.Display.new(image)
Gimp.displays_flush()
"""
FOLDER = """
from gi.repository import Gio
procedure = Gimp.get_pdb().lookup_procedure("plug-in-matte-cut-out-folder")
config = procedure.create_config()
config.set_property("run-mode", Gimp.RunMode.WITH_LAST_VALS)
config.set_property("source", Gio.File.new_for_path({source!r}))
config.set_property("target", Gio.File.new_for_path({target!r}))
images = Gimp.get_images()
status = procedure.run(config).index(0)
answer = status == Gimp.PDBStatusType.CANCEL and Gimp.get_images() == images
"""
ACTION, BATCH = "Cut Out Subject", "Cut Out Folder"
#: So many that they are not done before one has pressed a key.
PICTURES = 20


def in_the_dialog(session):
    """Press Escape in the dialog; then open it again and close its window."""
    before = session.fingerprint()
    for key in ("Escape", "alt+F4"):
        session.dialog(ACTION)
        session.window.keys_in(ACTION, key)
        session.window.wait_for(lambda: not session.window.windows(ACTION), 30, "it to close")
        session.wait_for_the_end(ACTION)
        session.see("cancelling in the dialog changes nothing", session.fingerprint() == before)


def during_the_run(session):
    """Press Cancel in GIMP's progress bar while a large picture is worked on."""
    window = session.window
    session.ask(BIG, 120)
    before = session.fingerprint()
    time.sleep(1)
    session.dialog(ACTION)
    window.press_ok(ACTION)
    window.wait_for(lambda: not window.windows(ACTION), 60, "the dialog to close")
    window.wait_for(traces.workers, 30, "the worker")
    # The button is there a moment later; where it is not, a click does nothing.
    while traces.plug_ins():
        window.click(*CANCEL)
        time.sleep(0.3)
    session.wait_for_the_end(ACTION)
    session.see("cancelling the run changes nothing", session.fingerprint() == before)
    session.ask("display.delete()")


def a_batch(session):
    """Cancel a folder after its first picture: what is there is whole, and the rest not made."""
    window = session.window
    source, target = session.folder / "pictures", session.folder / "results"
    for folder in (source, target):
        shutil.rmtree(folder, ignore_errors=True)
    source.mkdir()
    for number in range(PICTURES):
        shutil.copy(session.photo, source / f"{number:02}.png")
    window.post(FOLDER.format(source=str(source), target=str(target)))
    window.wait_for((target / "00.png").exists, 120, "the first result")
    window.bring_to_front(BATCH)
    session.picture("batch", seconds=0.5)
    window.keys_in(BATCH, "Escape")
    window.wait_for(lambda: not traces.workers(), 60, "the worker to end")
    time.sleep(0.5)
    window.keys_in(BATCH, "Escape")
    session.see("a cancelled batch is told and leaves no picture open", window.answer())
    found = sorted(target.iterdir())
    assert len(found) < PICTURES, "nothing was cancelled"
    refused = [subprocess.run(["identify", path], check=False).returncode for path in found]
    session.see("a cancelled batch leaves whole files alone", not any(refused))
    session.wait_for_the_end(BATCH)
