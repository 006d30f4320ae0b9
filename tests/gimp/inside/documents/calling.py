"""The installed plug-in's own actions, run in this process, with one worker for all of them.

GIMP starts a process for every call of a procedure, and that one a worker: seconds each, where a
tiny picture takes hundredths. So its modules are loaded here, and are called as GIMP calls them.
"""

import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gi.repository import Gimp

HOME = Path(os.environ["MATTE_EXPECTED_HOME"])
NETWORK = Path("/mnt/scratch/brightness.onnx")
PYTHON = HOME / "env" / "bin" / "python"


@dataclass(frozen=True)
class Answer:
    """What came of a call: done or not, the words of an error, and a new image."""

    is_done: bool
    words: str
    made: Gimp.Image | None


class PlugIn:
    """The plug-in, with a worker that stays."""

    def __init__(self, worker, actions):
        self._worker = worker
        self._actions = actions

    def run(self, image, drawables, name="plug-in-matte-cut-out", **arguments):
        """Run an action as GIMP does for a script."""
        procedure = Gimp.get_pdb().lookup_procedure(name)
        config = procedure.create_config()
        names = {spec.name for spec in procedure.get_arguments()}
        if "model" in names:
            arguments = {"model": str(NETWORK), **arguments}
        for key, value in arguments.items():
            config.set_property(key.replace("_", "-"), value)
        mode = Gimp.RunMode.NONINTERACTIVE
        if "image" in names:
            values = self._actions[name].run(procedure, mode, image, drawables, config, None)
        else:
            values = self._actions[name].run(procedure, config, None)
        if values.index(0) != Gimp.PDBStatusType.SUCCESS:
            return Answer(False, str(values.index(1)), None)
        made = values.index(1) if values.length() > 1 else None
        return Answer(True, "", made if isinstance(made, Gimp.Image) else None)

    def alpha(self, shape, dtype, data, selection=None):
        """Ask the core for the alpha of a picture: floats, row by row."""
        from matte_core.protocol import Array

        arrays = {"image": Array(dtype, (*shape, 3), data)}
        if selection is not None:
            arrays["selection"] = Array("uint8", shape, selection)
        params = {"subject": "auto", "model": str(NETWORK), "radius_px": None}
        answer = self._worker.call("cut_out", params, arrays)
        return memoryview(answer.arrays["alpha"].data).cast("B").cast("f").tolist()


class Kept:
    """A worker that whoever opens it may close: it goes on for the next."""

    def __init__(self, worker):
        self._worker = worker

    def __getattr__(self, name):
        return getattr(self._worker, name)

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.close()

    def close(self):
        """Leave it running."""


@contextmanager
def plug_in():
    """Load the plug-in that was installed in this GIMP, and start its worker."""
    sys.path.insert(0, str(Path(Gimp.directory()) / "plug-ins" / "matte"))
    from matte_plugin import actions, running

    writer = Path(__file__).with_name("tiny_network.py")
    subprocess.run([PYTHON, writer, NETWORK], check=True)
    with running.worker() as worker:
        running.worker = lambda: Kept(worker)
        yield PlugIn(worker, actions.ACTIONS)
        s = Path(f"/proc/{worker.pid}/stat").read_text().split()
        print("worker cpu", int(s[13]) / 100, int(s[14]) / 100, flush=True)
        s = Path(f"/proc/{os.getppid()}/stat").read_text().split()
        print("gimp cpu", int(s[13]) / 100, int(s[14]) / 100, flush=True)
