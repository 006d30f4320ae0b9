#!/usr/bin/env python3
"""A plug-in of the tests that works in the same GIMP while an action of Matte computes.

GIMP starts it with itself. It runs the Python that it finds in a file, and puts down what that
leaves in `answer`.
"""

import sys
import time
import traceback
from pathlib import Path

sys.path.insert(0, "/mnt/checkout/tests/gimp/inside")

import gi

gi.require_version("Gegl", "0.4")
gi.require_version("Gimp", "3.0")
from gi.repository import Gegl, Gimp

FOLDER = Path("/mnt/scratch/faults")
NAME = "matte-test-bystander"


class Bystander(Gimp.PlugIn):
    def do_set_i18n(self, _name):
        return False

    def do_query_procedures(self):
        return [NAME]

    def do_create_procedure(self, name):
        return Gimp.Procedure.new(self, name, Gimp.PDBProcType.PERSISTENT, run, None)


def run(procedure, _config, _data):
    Gegl.init(None)
    procedure.persistent_ready()
    while True:
        request = FOLDER / "request.py"
        if request.exists():
            code = request.read_text()
            request.unlink()
            scope = {"Gimp": Gimp, "Gegl": Gegl, "answer": ""}
            try:
                exec(code, scope)
            except BaseException:
                scope["answer"] = traceback.format_exc()
            (FOLDER / "answer.new").write_text(scope["answer"])
            (FOLDER / "answer.new").rename(FOLDER / "answer")
        time.sleep(0.05)


Gimp.main(Bystander.__gtype__, sys.argv)
