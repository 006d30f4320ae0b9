"""Offers to set Matte up when an action is run before that was done."""

from matte_core.base import folders, parent
from matte_core.base.localization import _
from matte_core.setup import home

FIRST_RUN = _(
    "Matte is not set up yet. Click Set Up to download about 150 MB; this is needed only once."
)


def is_set_up():
    """Return whether Matte is set up; if it is not, show the window that does it first."""
    home.use_installed_home()
    if not folders.worker_python().is_file():
        from matte_plugin.set_up import window  # the toolkit, which needs a screen

        parent.exit_with_parent()
        # A Python that was given and is gone cannot be set up here; the checks say what to do.
        window.show("" if folders.given_python() else FIRST_RUN)
    return folders.worker_python().is_file()
