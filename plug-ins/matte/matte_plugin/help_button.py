"""The Help button of dialogs that GIMP does not give one; it opens the guide."""

from gi.repository import Gimp, Gtk

from matte_core.base.localization import _


def add(dialog, topic):
    """Add the button to a dialog.

    Parameters
    ----------
    topic : str
        One of `matte_core.setup.guide.TOPICS`.
    """
    dialog.add_button(_("_Help"), Gtk.ResponseType.HELP)

    def show(_dialog, response):
        if response == Gtk.ResponseType.HELP:
            Gimp.help(None, topic)
            dialog.stop_emission_by_name("response")  # it stays open

    dialog.connect("response", show)
