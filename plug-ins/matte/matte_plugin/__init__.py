"""The plug-in behind `matte.py`: actions, dialogs, and access to GIMP's documents."""

from contextlib import suppress

with suppress(ImportError):  # outside GIMP, where modules that do without it are tested
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
