"""Two ways to run an action of the plug-in: through GIMP, or here. Runs in GIMP.

GIMP starts a process for every call of a procedure, and that one a worker: seconds each, where a
tiny picture takes hundredths. So the installed plug-in's own modules can be loaded here as well,
and be called as GIMP calls them, with one worker for all.
"""

import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from gi.repository import Gimp

HOME = Path(os.environ["MATTE_EXPECTED_HOME"])
PYTHON = HOME / "env" / "bin" / "python"
SCRIPT = Gimp.RunMode.NONINTERACTIVE


@dataclass(frozen=True)
class Answer:
    """What came of a call: its status, the values it returned, and the words of an error."""

    status: Gimp.PDBStatusType
    values: list = field(default_factory=list)
    words: str = ""

    @property
    def is_done(self):
        return self.status == Gimp.PDBStatusType.SUCCESS

    @property
    def made(self):
        """The new image, if the action made one."""
        first = self.values[0] if self.values else None
        return first if isinstance(first, Gimp.Image) else None


def through_gimp(name, image=None, drawables=None, run_mode=SCRIPT, **arguments):
    """Let GIMP run an action, in a process of its own."""
    procedure, config = _prepared(name, run_mode, arguments)
    if image is not None:
        config.set_property("image", image)
        config.set_core_object_array("drawables", drawables)
    result = procedure.run(config)
    status, *values = (result.index(number) for number in range(result.length()))
    if status == Gimp.PDBStatusType.SUCCESS:
        return Answer(status, values)
    return Answer(status, words=Gimp.get_pdb().get_last_error())


class PlugIn:
    """The plug-in, loaded here, with a worker that stays, and a network where none is named."""

    def __init__(self, worker, actions, network):
        self.worker = worker
        self._actions = actions
        self._network = network

    def run(self, name, image=None, drawables=None, run_mode=SCRIPT, **arguments):
        """Run an action as GIMP does."""
        procedure, config = _prepared(name, run_mode, arguments)
        names = {spec.name for spec in procedure.get_arguments()}
        if "model" in names and "model" not in arguments:
            config.set_property("model", self._network)
        chosen = (run_mode, image, drawables) if "drawables" in names else ()
        result = self._actions[name].run(procedure, *chosen, config, None)
        status, *values = (result.index(number) for number in range(result.length()))
        if status == Gimp.PDBStatusType.SUCCESS:
            return Answer(status, values)
        return Answer(status, words=str(values[0]))


def _prepared(name, run_mode, arguments):
    procedure = Gimp.get_pdb().lookup_procedure(name)
    assert procedure is not None, f"{name} is not registered"
    config = procedure.create_config()
    config.set_property("run-mode", run_mode)
    for key, value in arguments.items():
        config.set_property(key.replace("_", "-"), value)
    return procedure, config


class _KeptWorker:
    """A worker that outlives the action that asks it; one that has ended is started anew."""

    def __init__(self, worker):
        self._worker = worker

    def __enter__(self):
        self._worker.__enter__()
        return self

    def __exit__(self, *_):
        """Let it go on."""

    def close(self):
        """Let it go on."""

    @property
    def is_running(self):
        return self._worker.is_running

    def call(self, *arguments):
        return self._worker.call(*arguments)


@contextmanager
def plug_in(network=""):
    """Load the plug-in that was installed in this GIMP, and start its worker."""
    sys.path.insert(0, str(Path(Gimp.directory()) / "plug-ins" / "matte"))
    from matte_plugin import actions, running

    with running.worker() as worker:
        kept = _KeptWorker(worker)
        running.worker = lambda: kept
        yield PlugIn(kept, actions.ACTIONS, network)


def write_tiny_network(path):
    """Write a network that takes what is bright for its subject."""
    subprocess.run([PYTHON, Path(__file__).with_name("tiny_network.py"), path], check=True)
