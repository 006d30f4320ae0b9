"""Notices that GIMP still has the registration of another version of the plug-in.

GIMP asks a plug-in about its actions again only if the modification time of its file has changed.
In a Flatpak every file has the time 0, so GIMP 3.0 keeps the arguments of the version before; 3.2.6
does not.
"""

from contextlib import suppress
from pathlib import Path

from gi.repository import Gimp

import matte_core
from matte_core.base.localization import _

#: What every action is registered with as its date.
DATE = f"2026 ({matte_core.__version__})"


def renew_if_outdated(name):
    """Let GIMP ask all plug-ins again at its next start if it knows an action of another version.

    Parameters
    ----------
    name : str
        The procedure that is about to run.
    """
    known = Gimp.get_pdb().lookup_procedure(name)
    if known is None or known.get_date() == DATE:
        return
    with suppress(OSError):
        (Path(Gimp.directory()) / "pluginrc").unlink()
        Gimp.message(_("Matte was updated. Please restart GIMP."))
