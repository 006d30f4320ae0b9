"""Remove everything that was installed, and nothing else."""

import os
from collections.abc import Iterable
from pathlib import Path

from matte_core.base.errors import SetupError
from matte_core.setup import homes, plugin, removal
from matte_core.setup.gimps import Profile


def uninstall(
    profiles: Iterable[Profile],
    home_folders: Iterable[Path],
    *,
    links: Iterable[Path] = (),
    keep_models: bool = False,
) -> list[Path]:
    """Remove the plug-in from every profile, and the project's folders.

    Parameters
    ----------
    profiles : iterable of Profile
    home_folders : iterable of Path
        Only those with the installer's mark are removed, and the folders that the plug-ins note as
        theirs.
    links : iterable of Path
        Where the user may have linked to the `matte` command; only links to it are removed.
    keep_models : bool
        Keep the models.

    Returns
    -------
    removed : list of Path

    Raises
    ------
    SetupError
        If something cannot be removed; everything before it is gone.
    """
    removed: list[Path] = []
    wanted = list(home_folders)
    try:
        for profile in profiles:
            note = plugin.read_note(profile.plugin)
            wanted += [Path(str(note[key])) for key in ("home", "flatpak_home") if key in note]
            removed += plugin.remove(profile)
        for home in dict.fromkeys(wanted):
            if homes.is_claimed(home):
                removed += [
                    link for link in links if _leads_into(link, home) and removal.remove(link)
                ]
                removed += _empty(home, keep_models=keep_models)
    except OSError as error:
        raise SetupError(
            f"{error.filename or 'A file'} cannot be removed: {error.strerror}.",
            "Close GIMP, check that the folder belongs to you, and run this again.",
        ) from error
    return removed


def _leads_into(link: Path, home: Path) -> bool:
    return link.is_symlink() and Path(os.readlink(link)).parent == home / "bin"


def _empty(home: Path, *, keep_models: bool) -> list[Path]:
    removed: list[Path] = []
    # The mark goes last, so that an interrupted removal can be run again.
    for name in homes.CHILDREN:
        if name in (homes.MARK, "models") and keep_models:
            continue
        if name != homes.MARK and removal.remove(home / name):
            removed.append(home / name)
    if not keep_models:
        removal.remove(home / homes.MARK)
        if removal.remove_if_empty(home):
            return [home]
    return removed
