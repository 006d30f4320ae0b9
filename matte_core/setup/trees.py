"""Read a folder of small files into memory, compare it with another, and write it at once."""

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
    """Read every file in a folder, without what Python and editors leave there.

    Parameters
    ----------
    folder : Path
    under : str, optional
        Prepended to every path of the result, such as ``"matte_core/"``.

    Raises
    ------
    SetupError
        If the folder is missing or empty.
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
            f"{folder} is missing or empty.", "Download the whole project, not only this file."
        )
    return tree


def difference(tree: Tree, folder: Path, executable: Collection[str] = ()) -> str:
    """Return the first difference between a folder and a tree; empty if there is none.

    Compiled Python files do not count. Executable bits count on systems that have them.
    """
    if not folder.is_dir():
        return "not installed"
    found = read(folder) if any(folder.iterdir()) else {}
    for path in sorted(tree.keys() | found.keys()):
        if path not in found:
            return f"{path} is missing"
        if path not in tree:
            return f"{path} is left over from another version"
        if found[path] != tree[path]:
            return f"{path} has changed"
        if os.name == "posix":
            can_run = bool((folder / path).stat().st_mode & stat.S_IXUSR)
            if can_run != (path in executable):
                return f"{path} is {'executable' if can_run else 'not executable'}"
    return ""


def write(tree: Tree, folder: Path, executable: Collection[str] = ()) -> None:
    """Write a tree to a folder that must not exist yet."""
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
    """Replace the folder `target` with a tree, completely or not at all.

    Parameters
    ----------
    tree : dict
    target : Path
        The folder, which then contains exactly the tree.
    staging : Path
        A folder on the same file system, for the new and the old one meanwhile.
    name : str
        The name of those two there, followed by ``.new`` and ``.old``.
    executable : collection of str
        The paths of executable files.

    Raises
    ------
    SetupError
        If it cannot be written; `target` is then unchanged.
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
            "Close GIMP, check that the disk is not full and that the folder belongs to you, and "
            "run this again.",
        ) from error
