#!/usr/bin/env python3
"""Matte for GIMP: cut subjects out of photos. GIMP runs this file; it registers the actions."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Installed, the library lies beside this file; in a checkout, two folders up.
sys.path[:0] = [str(place) for place in (HERE, HERE.parents[1]) if (place / "matte_core").is_dir()]

from matte_plugin import early

early.begin()  # before gi, which takes as long to load as the start of a process

import gi

gi.require_versions(
    {
        "Babl": "0.1",
        "Gdk": "3.0",
        "GdkPixbuf": "2.0",
        "Gegl": "0.4",
        "Gimp": "3.0",
        "GimpUi": "3.0",
        "Gtk": "3.0",
    }
)
from gi.repository import Gimp, Gio

from matte_core.base import localization
from matte_plugin import actions, registration

HELP = HERE / "help"


class Matte(Gimp.PlugIn):
    """The actions of Filters > Matte."""

    _is_asked = False  # by GIMP, what there is; otherwise an action is about to run

    def do_set_i18n(self, _name):
        # GIMP expects the folder relative to this file, and complains if it does not exist.
        return localization.FOLDER.is_dir(), localization.DOMAIN, localization.FOLDER.name

    def do_query_procedures(self):
        self._is_asked = True
        # A checkout has no pages; the Help buttons then lead to GIMP's own manual.
        if HELP.is_dir():
            self.set_help_domain(localization.DOMAIN, Gio.File.new_for_path(str(HELP)))
        return list(actions.ACTIONS)

    def do_create_procedure(self, name):
        if not self._is_asked:
            registration.renew_if_outdated(name)
        return actions.create(self, actions.ACTIONS[name])


Gimp.main(Matte.__gtype__, sys.argv)
