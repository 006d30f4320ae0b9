"""Install the plug-in in a profile of GIMP, together with its own copy of `matte_core`.

The folder contains `matte.py`, the only executable file (GIMP starts every one), the plug-in's
package, `matte_core`, `locale/` with the translations compiled from `po/`, `help/` with the guide,
and `matte-home.json`, which says where the environment is. It is first written outside of GIMP's
search path, so that a GIMP that starts meanwhile sees the old plug-in or the new one, but never
half of one.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import matte_core
from matte_core.base.errors import SetupError
from matte_core.setup import catalogs, guide, notes, removal, trees
from matte_core.setup.gimps import Profile

NOTE = "matte-home.json"
MAIN = "matte.py"
PACKAGED = "matte_for_gimp"  # where pip puts what is not the library


@dataclass(frozen=True)
class Source:
    """The project's folder, or another with the same layout.

    In what pip installs, the library itself lies beside the rest of the project.
    """

    root: Path

    @property
    def core(self) -> Path:
        inside = self.root / "matte_core"
        return inside if inside.is_dir() else self.root.parent / "matte_core"

    @property
    def plugin(self) -> Path:
        return self.root / "plug-ins" / "matte"

    @property
    def catalogs(self) -> list[Path]:
        return sorted((self.root / "po").glob("*.po"))

    @property
    def guide(self) -> Path:
        return self.root / "docs" / "guide.md"

    @property
    def requirements(self) -> Path:
        return self.core / "setup" / "requirements.txt"

    @property
    def has_plugin(self) -> bool:
        return (self.plugin / MAIN).is_file()


def own_source() -> Source:
    """Return the project that this library belongs to: a checkout, or what pip installed.

    Raises
    ------
    SetupError
        If it is neither, but a copy without the plug-in's files.
    """
    core = Path(matte_core.__file__).resolve().parent
    for root in (core.parent, core.parent / PACKAGED):
        if (source := Source(root)).has_plugin:
            return source
    raise SetupError(
        f"{core.parent} contains the library without the plug-in.",
        "Install matte-for-gimp with pipx or pip, or run install.py.",
    )


@dataclass(frozen=True)
class Homes:
    """What a plug-in notes of the installation.

    Attributes
    ----------
    home, flatpak : Path or None
        The project's folder for each kind of GIMP that may use a profile.
    python : Path or None
        The Python that has the packages, if Matte has no environment of its own.
    """

    home: Path
    flatpak: Path | None = None
    python: Path | None = None


def tree(source: Source, note: dict[str, object]) -> trees.Tree:
    """Return everything that belongs in the plug-in's folder.

    Parameters
    ----------
    source : Source
    note : dict
        What the plug-in is to know of its installation; nothing is written if it is empty.

    Raises
    ------
    SetupError
        If the project is incomplete.
    """
    if not source.has_plugin:
        raise SetupError(
            f"{source.plugin / MAIN} is missing.", "Download the whole project, not a part of it."
        )
    noted = {NOTE: (json.dumps(note, indent=1) + "\n").encode()} if note else {}
    return {
        **trees.read(source.plugin),
        **trees.read(source.core, "matte_core/"),
        **_translations(source),
        **guide.pages(source.guide),
        **noted,
    }


def _note(homes: Homes, made: tuple[str, ...]) -> dict[str, object]:
    note: dict[str, object] = {
        "home": str(homes.home),
        "source_version": matte_core.__version__,
    }
    if homes.flatpak is not None:
        note["flatpak_home"] = str(homes.flatpak)
    if homes.python is not None:
        note["python"] = str(homes.python)
    if made:
        # The folders around it that did not exist before; they are removed with the plug-in.
        note["made"] = list(made)
    return note


def _translations(source: Source) -> trees.Tree:
    return {
        catalogs.path(file.stem): catalogs.compiled(
            catalogs.read(file.read_text(encoding="utf-8"), file.name)
        )
        for file in source.catalogs
    }


def problem(profile: Profile, source: Source, homes: Homes) -> str:
    """Return how the plug-in of a profile is out of date; empty if it is not."""
    wanted = tree(source, _note(homes, _made_before(profile)))
    if removal.is_link(profile.plugin):
        return "it is a link"
    return trees.difference(wanted, profile.plugin, {MAIN})


def install(profile: Profile, source: Source, homes: Homes) -> None:
    """Install or update the plug-in.

    Raises
    ------
    SetupError
        If there is another plug-in with the same name, or the folder cannot be written.
    """
    target = profile.plugin
    if target.exists() and not is_ours(target):
        raise SetupError(
            f"{target} contains another plug-in with the same name.",
            "Move it away and run this again.",
        )
    made = _made_before(profile) or tuple(
        str(folder)
        for folder in (target.parent, profile.folder, profile.folder.parent)
        if not folder.exists()
    )
    wanted = tree(source, _note(homes, made))
    trees.place(wanted, target, profile.folder, "matte-plug-in", {MAIN})


def is_ours(folder: Path) -> bool:
    """Return whether a folder contains this plug-in, copied by the installer or by hand."""
    if read_note(folder):
        return True
    try:
        return b"plug-in-matte-" in (folder / MAIN).read_bytes() or (
            (folder / "matte_plugin").is_dir()
        )
    except OSError:
        return False


def read_note(folder: Path) -> dict[str, object]:
    """Return the installer's note in the plug-in's folder; empty if there is none."""
    note = notes.read_note(folder / NOTE)
    return note if isinstance(note.get("home"), str) else {}


def remove(profile: Profile) -> list[Path]:
    """Remove the plug-in, and the folders that were created for it if they are empty.

    Returns
    -------
    removed : list of Path
    """
    target = profile.plugin
    for leftover in ("matte-plug-in.new", "matte-plug-in.old"):
        removal.remove(profile.folder / leftover)
    note = read_note(target)
    if not note or removal.is_link(target):
        return []  # the installer did not create it
    removed = [target] if removal.remove(target) else []
    made = note.get("made")
    for folder in made if isinstance(made, list) else []:
        path = Path(str(folder))
        if path in (target.parent, *target.parent.parents) and removal.remove_if_empty(path):
            removed.append(path)
    return removed


def _made_before(profile: Profile) -> tuple[str, ...]:
    made = read_note(profile.plugin).get("made")
    return tuple(map(str, made)) if isinstance(made, list) else ()
