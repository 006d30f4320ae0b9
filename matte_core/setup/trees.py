"""A folder of small files, read into memory, compared with another and written in one go.

Standard library only.
"""

import os
import stat
from collections.abc import Collection
from pathlib import Path

from matte_core.base.errors import SetupError
from matte_core.setup import removal

Tree = dict[str, bytes]  # path inside the folder, with forward slashes, to contents

_SKIPPED_FOLDERS = frozenset({"__pycache__", ".git", ".mypy_cache", ".ruff_cache"})
_SKIPPED_ENDINGS = (".pyc", ".pyo", "~", ".swp", ".orig", ".rej", ".DS_Store")


def read(folder: Path, under: str = "") -> Tree:
    """Read every file of a folder but what Python and editors leave there.

    Parameters
    ----------
    folder : Path
    under : str, optional
        Put in front of every path of the result, such as ``"matte_core/"``.

    Raises
    ------
    SetupError
        If the folder is not there or holds nothing.
    """
    tree: Tree = {}
    for parent, subfolders, names in os.walk(folder):
        subfolders[:] = sorted(set(subfolders) - _SKIPPED_FOLDERS)
        for name in sorted(names):
            if not name.endswith(_SKIPPED_ENDINGS):
                path = Path(parent) / name
                tree[under + path.relative_to(folder).as_posix()] = path.read_bytes()
    if not tree:
        raise SetupError(
            f"{folder} is missing or empty.", "Get the whole project, not this file alone."
        )
    return tree


def difference(tree: Tree, folder: Path, executable: Collection[str] = ()) -> str:
    """Say the first thing in which a folder differs from a tree; empty when it does not.

    What Python compiled into the folder since does not count. Run bits count where the system
    has them.
    """
    if not folder.is_dir():
        return "it is not there"
    found = read(folder) if any(folder.iterdir()) else {}
    for path in sorted(tree.keys() | found.keys()):
        if path not in found:
            return f"{path} is missing"
        if path not in tree:
            return f"{path} is left over"
        if found[path] != tree[path]:
            return f"{path} is another"
        if os.name == "posix":
            can_run = bool((folder / path).stat().st_mode & stat.S_IXUSR)
            if can_run != (path in executable):
                return f"{path} {'may' if can_run else 'may not'} be run"
    return ""


def write(tree: Tree, folder: Path, executable: Collection[str] = ()) -> None:
    """Write a tree into a folder that must not exist yet."""
    folder.mkdir(parents=True)
    for path, contents in tree.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(contents)
        if os.name == "posix":
            target.chmod(0o755 if path in executable else 0o644)


def place(
    tree: Tree, target: Path, staging: Path, name: str, executable: Collection[str] = ()
) -> None:
    """Put a tree in the place of the folder `target`, whole or not at all.

    Parameters
    ----------
    tree : dict
    target : Path
        The folder that is to hold exactly the tree afterwards.
    staging : Path
        A folder on the same file system in which the new and the old one may lie for a moment.
    name : str
        What those two are called there, followed by ``.new`` and ``.old``.
    executable : collection of str
        The paths that may be run.

    Raises
    ------
    SetupError
        If it cannot be written; `target` is then as it was.
    """
    new, old = staging / f"{name}.new", staging / f"{name}.old"
    try:
        staging.mkdir(parents=True, exist_ok=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        removal.recover(target, old)
        removal.remove(new)
        try:
            write(tree, new, executable)
            removal.swap(new, target, old)
        finally:
            removal.remove(new)
    except OSError as error:
        raise SetupError(
            f"{target} cannot be written: {error}.",
            "Close GIMP, see that the disk is not full and the folder yours, and run this again.",
        ) from error
