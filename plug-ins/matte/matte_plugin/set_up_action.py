"""Set Up and Check…: says what works, what does not, and repairs it on request."""

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp

NAME = "plug-in-matte-setup"


def create(plug_in):
    procedure = Gimp.ImageProcedure.new(plug_in, NAME, Gimp.PDBProcType.PLUGIN, run, None)
    return procedure


def run(procedure, run_mode, image, drawables, config, _data):
    return procedure.new_return_values(Gimp.PDBStatusType.SUCCESS, None)
